/// Questions and answers, list items and table rows that fit any topic.
enum QuestionBank {
  typealias Entry = (question: String, answer: String)

  /// For what an article is to do.
  static func of(_ role: SectionRole) -> [Entry] {
    switch role {
    case .choose, .compare: choose
    case .trouble: trouble
    case .cost: cost
    case .answer, .explain, .close: answer
    case .prepare, .act, .finish: act
    }
  }

  /// Every entry of this bank.
  static var all: [Entry] { ofKeyword + choose + trouble + cost + answer + act + general }

  /// About the parts of the article's keyword; those fit that have words for their slots.
  static let ofKeyword: [Entry] = [
    (
      "[what do I need|what should be ready|what should I prepare] before I {deed}?",
      """
      [everything|all] that the steps name, [enough|a little more than enough] time, and a clear \
      idea of the result. lay it out first, so that [you notice|you see] what is missing before \
      you [begin|start].
      """
    ),
    (
      "how much time [should I plan|do I need] to {deed}?",
      """
      [plan|set aside|allow] [a little|somewhat] more than the first [estimate|guess], because \
      [preparation and tidying up|the first and the last steps] are easily forgotten. after a few \
      times, your own notes are a better [measure|guide] than any general figure.
      """
    ),
    (
      "what if the first [attempt|try] to {deed} fails?",
      """
      try [again|it again] and change [one thing, not several|only one thing]. [note|write down] \
      what you changed, so that you can {deed} [more easily|better] the next time.
      """
    ),
    (
      "{left} or {right}: [is one of them|which one is] better?",
      """
      neither [as such|in general]: [name|write down] the use that matters most to you, and \
      [see|check] which of {left} and {right} does that better.
      """
    ),
    (
      "do I have to [decide|choose] between {left} and {right} [for good|once and for all]?",
      """
      no. note why you chose {left} or {right}, [use it|keep to it] [for a while|for a few weeks] \
      and read the note again. if the reason no longer holds, you can [still |]change to the other.
      """
    ),
    (
      "is a limit such as {limit} realistic?",
      """
      that depends on what it has to include. write down what you must have and look at the total. \
      if the list does not fit into {limit}, shorten the list before you raise the limit.
      """
    ),
    (
      "do I need something [special|different] for {purpose}?",
      """
      [only|not always, but] if {purpose} asks for something that a general [choice|solution] \
      cannot do. [name|write down] that point [first|before you compare], and [look|ask] for it by \
      name.
      """
    ),
  ]

  static let choose: [Entry] = [
    (
      "is a more expensive [||{topic} ][choice|option] [always|really] better?",
      """
      [no|not always]. it is better where it does something that you [need|will use], and [a \
      waste|no help] everywhere else. [name|write down] the difference you would pay for [before \
      you pay for it|before you look at offers].
      """
    ),
    (
      "how many [||{topic} ][options|candidates|offers] should I compare?",
      """
      [two or three|three at most|three, perhaps four]. with fewer you have [no measure|nothing to \
      measure by|too little to judge by], and with more the [||{topic} ]comparison becomes a task \
      of its own. your must-haves [should|will] [bring|get] [a longer list|the {topic} list|the \
      rest] down to that number.
      """
    ),
    (
      """
      what should I do when two [||{topic} ][options|candidates] [come out equal|seem equally \
      good]?
      """,
      """
      take the one that is easier to [return|change later|look after]. when that is equal too, \
      [either choice is right|both are good choices|you can choose by taste].
      """
    ),
    (
      """
      how [do I know|can I tell] that I have [looked at|read|compared] enough [||{topic} \
      ][guides|offers|options]?
      """,
      """
      when [new|further] [||{topic} ][guides|offers|reviews] [tell|show|teach] you nothing \
      [new|more]. [decide|choose] [then|at that point], and [keep|note|write down] your [||{topic} \
      ]reasons in [one sentence|a line or two].
      """
    ),
    (
      "[should|can] I trust [||{topic} ][reviews|ratings|test reports][| at all| on the web]?",
      """
      [yes, with care|in part]. look for [reviews|reports] that [name|describe] a [drawback|flaw] \
      and say how long the [thing was used|writer has used it], and [skip|ignore] those that only \
      [praise|give stars].
      """
    ),
  ]

  static let trouble: [Entry] = [
    (
      """
      what should I [check|look at|rule out] first[ when {topic} trouble starts| in {topic} \
      trouble|]?
      """,
      """
      [whatever|the thing that] changed last, and then whatever takes the least [effort|time] to \
      check. [look for|turn to|think of] the [rare|less likely|hidden] [||{topic} ]causes only \
      when both are ruled out.
      """
    ),
    (
      "when should I stop trying and ask [somebody|for help]?",
      """
      when a wrong step could do [damage|harm], when the same [||{topic} ]fix has failed \
      [twice|more than once], or when you can no longer [say|tell] what you have changed. \
      [bring|take along] your [||{topic} ]notes, since they save [both of you|everybody] time.
      """
    ),
    (
      "how do I know that the [||{topic} ][trouble|problem] is really gone?",
      """
      [give|allow] it as long as it took to [show up|appear] before, under the same conditions. if \
      it stays away, add the check that would have [caught|shown] it to your routine.
      """
    ),
    (
      "[can|should] I [ignore|live with] a small [||{topic} ][problem|fault]?",
      """
      [for a while|sometimes], if it does no [harm|damage] and does not [grow|get worse]. [look \
      at|check] it on a fixed day, and [act|do something] when it has [changed|become worse].
      """
    ),
  ]

  static let cost: [Entry] = [
    (
      """
      which [||{topic} ]costs are [easily|most often|most easily] [forgotten|overlooked|left out]?
      """,
      """
      [the ones|those] that come later: [supplies, upkeep|upkeep, supplies|extras, upkeep], \
      [replacement|repairs] and your own time. [write|put|note] them next to the [||{topic} ]price \
      before you compare [offers|options].
      """
    ),
    (
      "is it worth waiting for a better [||{topic} ][price|offer]?",
      """
      only if you can do without it [in the meantime|until then]. [set|fix|note] the [||{topic} \
      ]price you would pay today, and [buy|order] when an offer [reaches|meets] it.
      """
    ),
    (
      """
      [where is the best place to save|where can I save money|where does it make sense to save][| \
      on {topic} purchases| on {topic} spending]?
      """,
      """
      on everything you can [change|replace] later without [loss|trouble]. do not save on the \
      [||{topic} ]parts that everything else [depends|rests] on.
      """
    ),
    (
      "[is|can] the [cheapest|lowest-priced] [||{topic} ][offer|option] [be |]good enough?",
      """
      [it can be|quite often], if it [has|meets] all your must-haves and you know what was [left \
      out|saved on]. [check|ask about] [returns|the warranty] before you [rely on|count on] it.
      """
    ),
  ]

  static let answer: [Entry] = [
    (
      "how do I know that [an|a {topic}] answer [still holds|is still right|is up to date]?",
      """
      look at [its date|when it was written] and what it was based on[| at the time]. if \
      [either|one of these|that] has changed since, [treat|take|read] the [||{topic} ]answer as a \
      [starting point|first hint] and check it [once |]yourself.
      """
    ),
    (
      "why do the [||{topic} ]answers [differ so much|not agree|vary from one guide to the next]?",
      """
      because they [take different things for granted|start from different cases|answer different \
      questions]. [look for|find|note] the [||{topic} ]conditions first, and [then |]compare only \
      answers that [share|start from|name] the same ones.
      """
    ),
    (
      "is there [one|a single] right answer to “{primary}”?",
      """
      [rarely|not for everybody]. there is usually a right answer for a given case, so \
      [name|describe] yours [first|before you ask] and much of the disagreement [falls \
      away|disappears].
      """
    ),
    (
      "how exact does [the|my] [||{topic} ]answer have to be?",
      """
      [exact|precise] enough for the [next|first] [decision|step][| that depends on it| you have \
      to take]. a [rough|first] [||{topic} ]answer is [fine|enough] as long as you can \
      [correct|change|refine] it [later|afterwards].
      """
    ),
    (
      "who can [answer|help with] [a|my own] [||{topic} ]question [best|better than a page]?",
      """
      somebody who knows [your case|your situation], or has [had|seen|settled] [one|a {topic} \
      question] like it. [bring|give|tell them] the [||{topic} ][details|facts] that [differ|are \
      special], and ask for the [reason|reasons] as well.
      """
    ),
  ]

  static let act: [Entry] = [
    (
      """
      how [do I know|can I tell] that I did it [right|well][| the first time| on my first {topic} \
      try]?
      """,
      """
      by the sign you [chose|wrote down] before you began. if you [did not choose|have not \
      got|forgot to choose] one, [choose it|decide on one] now and [look at|check] the [||{topic} \
      ]result again.
      """
    ),
    (
      "which [||{topic} ]step [deserves|needs] the most [care|attention]?",
      """
      the [one|step] that cannot be [undone|taken back|repeated][|, if there is one]. \
      [find|mark|look for] [it|that step] before you [begin|start], and slow down when you [get \
      there|reach it].
      """
    ),
    (
      "can I [leave out|skip] a [||{topic} ]step?",
      """
      [perhaps|maybe], once you know what it is [for|there for]. [until then|before that] keep it, \
      because the [||{topic} ]steps that look [needless|unimportant] <often> make [the rest|the \
      next ones] easy.
      """
    ),
    (
      """
      how [often|many times] do I have to [practise|repeat] it[| until it works| to be sure of the \
      {topic} result]?
      """,
      """
      until you get the same [||{topic} ]result [twice|three times] in a row. [note|write down] \
      what you did each time, so that you can [tell|see|find out] what [helped|made the \
      difference].
      """
    ),
    (
      "what [should|can] I do when I [get stuck|lose track] [halfway|in the middle]?",
      """
      go back to the last [||{topic} ]step whose result you [checked|are sure of], and [go \
      on|start again] from there. [guessing|hurrying on] <often> costs more time than [the way \
      back|one step back].
      """
    ),
  ]

  static let general: [Entry] = [
    (
      """
      [what is the most common {topic} mistake|what goes wrong most often|which {topic} mistake \
      should I avoid first|what is the usual {topic} mistake]?
      """,
      """
      [changing|trying|judging] too [much|many things] [at once|in one go|in a hurry]. [go|move] \
      one step at a time, keep notes, and give every [||{topic} ]change [a fair trial|the time it \
      needs|a few days].
      """
    ),
    (
      "which [||{topic} ][advice|guides|reports] can I [trust|rely on|believe]?",
      """
      [check|find out] who [wrote|published|stands behind] [a text|a page|a guide], when it was \
      last updated, and how its [claims|statements] were [tested|checked]. two independent \
      <sources> that agree are worth [more than|twice as much as] [a single one|one alone].
      """
    ),
    (
      "do I need professional [||{topic} ][help|advice|support]?",
      """
      where a [mistake|wrong step|slip] would be [dangerous|costly|hard to undo], yes. for the \
      rest, [a careful start|patient practice|some practice] and [a readiness|the will] to stop \
      and ask are <often> [enough|all you need].
      """
    ),
    (
      "how often should I [review|look again at|check] my [||{topic} ][choices|notes|routine]?",
      """
      whenever [your needs change|something around you changes|a {topic} result disappoints you], \
      and otherwise [at|on] a [regular|fixed] date that you [set|choose] yourself. a \
      [short|brief|quick] look at your [||{topic} ]notes is [usually|often|generally] [enough|all \
      it takes].
      """
    ),
    (
      "what if the [||{topic} ]advice [here|on this page] does not fit my case?",
      """
      keep the [questions|criteria] and replace the answers. general [||{topic} ]guidance \
      [describes|covers] common cases, and yours may differ in a point that [matters|counts].
      """
    ),
    (
      """
      [where do I find|what helps me find|how do I find] out more[ about {topic} questions| about \
      my own {topic} case|]?
      """,
      """
      start with the [maker|people] behind [the thing|it], go on to those who [use|do] it every \
      [week|day], and turn to [lists|summaries] last. [write down|note] one [||{topic} ]question \
      before you [begin|search], [and stay with it|so that you know when to stop|and look for that \
      answer only].
      """
    ),
    (
      "how [detailed|long] should my [||{topic} ]notes be?",
      """
      one line for each [try|decision|change]: what you did, what came of it, and what you would \
      [change|do differently]. anything longer is <seldom> [read|used|opened] again.
      """
    ),
    (
      "[where|how] should I [begin|start] if I have [little|no] time?",
      """
      with [one|a single] [||{topic} ][point|question|matter] that [bothers|concerns] you \
      [now|today|this week]. [do|settle] [that one|it] [properly|well|first], and leave the \
      [rest|others|other {topic} questions] for [another day|the weekend|later].
      """
    ),
    (
      """
      [what|how much] [||{topic} ]equipment do I [need|have to buy] [to begin|for a start|at \
      first]?
      """,
      """
      [probably |]less than [most|many] [||{topic} ][lists|guides] [say|suggest]. [begin|start] \
      with what you have, note what [you miss|is missing] in the first [weeks|tries], and \
      [buy|get|add] [only that|that alone|nothing else].
      """
    ),
    (
      "[can|may] I [mix|combine] [||{topic} ]advice from [several|different] <sources>?",
      """
      yes, [if|as long as] [it|all of it] [starts from|is meant for] the same \
      [conditions|case|kind of use]. [try|add] one [tip|change] at a time, so that you [see|know] \
      which of them [works|helped].
      """
    ),
  ]

  static let checks = [
    """
    [purpose|aim|goal]: what should be [different|better|easier|possible] [afterwards|once it is \
    done|for you|at the end]
    """,
    """
    [limits|bounds]: the [time|space|room], the [budget|effort|money] and the [skills|help] [at \
    hand|you can count on|you have]
    """,
    """
    [proof|evidence|test]: how you will [see|notice|check] that [it|the {topic} change|the result] \
    [works|was worth it|is what you wanted]
    """,
    """
    [risks|downsides]: what [could go wrong|might fail], and how you would notice [it |][early|in \
    time|before it costs you anything|while it is easy to mend]
    """,
    """
    [way back|exit]: how easily the [||{topic} ][decision|step|change] can be [undone|taken \
    back|reversed]
    """,
    """
    [sources|advice]: whom you [trust|believe|can ask] on [{topic} questions|this|the \
    details|prices], and [why|for what reason|how to reach them]
    """,
    """
    [timing|date]: [when|by when] it has to be [settled|done|ready], and what [happens|changes] \
    [if it is not|otherwise|if you wait|if you take longer]
    """,
    """
    [company|others]: who else is [affected|involved|concerned], and who should be \
    [asked|told|included] [|first|beforehand]
    """,
    """
    [order|sequence]: what has to come [first|before it|before the {topic} decision|next], and \
    what can [wait|follow|come later|be left out]
    """,
    """
    [experience|history|habits]: what [went well|went wrong|surprised you|took long] the last \
    time[| you had a {topic} decision to make|, and why| you tried]
    """,
    """
    [conditions|circumstances]: under [which|what] [conditions|circumstances] [it|the {topic} \
    answer|the advice] [holds|is true|works], and which of them [apply to you|you share|you can \
    check]
    """,
    """
    [open points|questions]: what you [still do not know|have to find out|want to ask], and [who \
    could tell you|where to look|how to test it]
    """,
  ]

  /// Where something is to be chosen.
  static let wishes = [
    """
    [must-haves|essentials]: the [||{topic} ][points|features|qualities] you will not [give \
    up|trade away|do without]
    """,
    """
    [upkeep|care|maintenance]: what has to [happen|be done] [afterwards|later|in the long \
    run|every week], and [who does it|how long it takes|what it takes]
    """,
    """
    [fit|surroundings]: what [it|the new thing|your choice] has to [work|go together|fit] with[|, \
    and where it has to stand|, and how much room there is| at your place]
    """,
    """
    [alternatives|plan B]: what you would do if [it|the first choice|this|your first {topic} idea] \
    [does not work out|is not available|turns out wrong|costs too much]
    """,
    """
    [budget|money]: what you [want|plan|are ready] to spend on [||{topic} ][basics|the start], and \
    what on [extras|later needs]
    """,
  ]

  /// One of each, in this order.
  static let steps = [
    [
      """
      write down the [||{topic} ][result|outcome] you [want|hope for] in [one sentence|one line|a \
      short note|your own words].
      """,
      """
      [say|decide|note] what a good [||{topic} ]result [looks|would look|should be] like [this \
      time|in the end|to you].
      """,
      """
      [name|choose|write down] the [sign|point] by which you will [see|tell|know] that [it \
      worked|you are done|the {topic} result is good].
      """,
    ],
    [
      """
      [gather|collect|lay out] what you need [|for the {topic} work ]and check that it is \
      [complete|in good order|all there].
      """,
      """
      [put|lay] [everything|all you need|tools and material] [ready|within reach] and [see|check] \
      that [nothing is missing|it is clean|it works].
      """,
      """
      [prepare|clear|set up] the [place|surface|space] for the [||{topic} ]work and [get|bring] \
      [everything|all] you need.
      """,
    ],
    [
      """
      [do|make] a [small|short|careful] [||{topic} ]trial before the [real|full|first complete] \
      [run|round|attempt].
      """,
      """
      [try|test] the [hardest|least familiar|most delicate] [||{topic} ]part [once|first] on a \
      small [scale|amount].
      """,
      """
      [walk|go] through the [||{topic} ]steps [once|briefly] in [your mind|words|a dry run] before \
      you [begin|start].
      """,
    ],
    [
      """
      go through the main [||{topic} ]part [without hurry|without interruptions|without \
      shortcuts|step by step|in one go][|, with your notes next to you|, and note what surprises \
      you].
      """,
      """
      [do|carry out] the [||{topic} ]steps in their order and [look at|check] the result after \
      [each one|each of them|every second one].
      """,
      """
      [work|move] [slowly|calmly|steadily] through the main [||{topic} ]steps and [pause|stop] \
      where something [looks|feels] wrong.
      """,
    ],
    [
      """
      [check|compare] the [||{topic} ]result [against|with] what you [wrote|noted|wanted] at the \
      [start|beginning|outset].
      """,
      """
      [see|check] whether [it|the {topic} result|what you got] [matches|meets|fits] [your first \
      note|what you wanted|the goal].
      """,
      """
      [read|take up] your first note again and [mark|see] what [came out|turned out] [as \
      planned|differently|well].
      """,
    ],
    [
      """
      [note|write down|choose] one thing to [keep|repeat] and one to [change|try differently] \
      [next time|in the next round|on the next {topic} day].
      """,
      """
      [decide|note] what you will [do|try] differently [next time|in the next round], and \
      [keep|leave] [the rest|everything else] as it is.
      """,
      """
      [write|put] [date, change and result|what you changed and what came of it] in [one line|your \
      {topic} notes|a list] for the next [time|round|try].
      """,
    ],
  ]

  /// What to note of each side of a comparison.
  static let rows: [(point: String, note: String)] = [
    ("Best use", "The use you would choose {side} for"),
    ("Effort at the start", "What you need to begin with {side}"),
    ("Effort over time", "The care that {side} would take"),
    ("Cost", "What you would pay for {side} beyond the price"),
    ("Strength", "What you would miss without {side}"),
    ("Limit", "The drawback of {side} that you could accept"),
  ]
}

/// Questions and answers, list items and table rows that fit any topic.
enum QuestionBank {
  typealias Entry = (question: String, answer: String)

  /// About the parts of the article's keyword; those fit that have words for their slots.
  static let ofKeyword: [Entry] = [
    (
      "[What do I need|What should be ready] before I {deed}?",
      """
      The parts that the steps name, [enough|a little more than enough] time, and a clear idea of \
      the result. Lay everything out first: what is missing [shows|turns up] then, and not \
      halfway.
      """
    ),
    (
      "How much time should I plan to {deed}?",
      """
      [Plan|Set aside] [a little|somewhat] more than the first [estimate|guess], because \
      preparation and tidying up are [easily|often] forgotten. Your own notes will [soon|quickly] \
      be a better [measure|estimate] than any general figure.
      """
    ),
    (
      "What if the first [attempt|try] to {deed} fails?",
      """
      Change one thing, not several, and try again. A failed try with notes is worth more than a \
      lucky one without.
      """
    ),
    (
      "{left} or {right}: [is one of them|which one is] better?",
      """
      Neither as such. [Name|Write down] the use that matters most to you; usually one of the two \
      is clearly better for that, and the question is [settled|answered].
      """
    ),
    (
      "Do I have to decide between {left} and {right} for good?",
      """
      No. Note why you chose, use it for a while and read the note again. If the reason no longer \
      holds, a change costs less than [staying out of habit|carrying on].
      """
    ),
    (
      "Is a limit such as {limit} realistic?",
      """
      That depends on what it has to include. Write down what you must have and look at the \
      total; if the list does not fit, shorten the list before you raise the limit.
      """
    ),
  ]

  /// For what an article is to do.
  static func of(_ role: SectionRole) -> [Entry] {
    switch role {
    case .choose, .compare: choose
    case .trouble: trouble
    case .cost: cost
    case .answer, .explain, .close: answer
    case .act: act
    }
  }

  private static let choose: [Entry] = [
    (
      "Is a more expensive choice always better?",
      """
      No. It is better where it does something that you need and will use, and wasted everywhere \
      else. [Name|Write down] the difference you would pay for before you pay for it.
      """
    ),
    (
      "How many [options|candidates] should I compare?",
      """
      Two or three. Fewer leave you without a measure, and more turn the {topic} comparison into \
      a task of its own. Use your must-haves to get down to that number.
      """
    ),
    (
      "What should I do when two [options|candidates] come out equal?",
      """
      Take the one that is easier to return or to change later. When that is equal too, the \
      choice hardly matters, and either one is right.
      """
    ),
  ]

  private static let trouble: [Entry] = [
    (
      "What should I check first?",
      """
      Whatever changed last, and then whatever takes the least effort to check. Only when both \
      are ruled out is it time for the [rare|less likely] causes.
      """
    ),
    (
      "When should I stop trying and ask somebody?",
      """
      When a wrong step could do damage, when the same fix has failed twice, or when you can no \
      longer say what you have changed. Bring your notes; they save both of you time.
      """
    ),
    (
      "How do I know that the trouble is really gone?",
      """
      [Give|Allow] it as long as it took to show up before, under the same conditions. If it \
      stays away, add the check that would have caught it to your routine.
      """
    ),
  ]

  private static let cost: [Entry] = [
    (
      "Which costs are [easily|most often] forgotten?",
      """
      The ones that come later: supplies, upkeep, replacement and your own time. [Write|Put] them \
      next to the price before you compare.
      """
    ),
    (
      "Is it worth waiting for a better price?",
      """
      Only if you can do without it in the meantime. [Set|Fix] the price you would pay today; if \
      an offer reaches it, the waiting is over.
      """
    ),
    (
      "Where is the best place to save?",
      """
      On everything you can change later without loss. Parts that everything else depends on are \
      the wrong place to save.
      """
    ),
  ]

  private static let answer: [Entry] = [
    (
      "How do I know that an answer still holds?",
      """
      Look at its date and at what it was based on. If [either|one of them] has changed since, \
      treat it as a starting point and check it once yourself.
      """
    ),
    (
      "Why do the answers differ so much?",
      """
      Because they take different things for granted. Look for the conditions first; once these \
      are the same, most answers come closer.
      """
    ),
    (
      "Is there one right answer to “{primary}”?",
      """
      Rarely. There is usually a right answer for a given case: name yours, and most of the \
      disagreement falls away.
      """
    ),
  ]

  private static let act: [Entry] = [
    (
      "How do I know that I did it right?",
      """
      By the sign you chose before you began. If you did not choose one, choose it now and look \
      at the result again; “it seems fine” is not a sign.
      """
    ),
    (
      "Which step deserves the most care?",
      "The one that cannot be undone. Find it before you begin, and slow down when you get there."
    ),
    (
      "Can I leave out a step?",
      """
      Once you know what it is for, perhaps. Until then keep it: the {topic} steps that look \
      needless are often the ones that make the rest easy.
      """
    ),
  ]

  static let general: [Entry] = [
    (
      "[What is the most common {topic} mistake|What goes wrong most often]?",
      """
      [Changing|Deciding] too much at once. [Go|Move] one step at a time, keep notes, and give \
      every change [a fair trial|the time it needs].
      """
    ),
    (
      "Which {topic} advice can I trust?",
      """
      [Look for|Check] who [wrote|stands behind] it, when it was last updated, and how its \
      [claims|statements] were [tested|checked]. Two independent sources that agree are worth \
      more than one that is [confident|loud].
      """
    ),
    (
      "Do I need professional [help|advice]?",
      """
      Where a [mistake|wrong step] would be [dangerous|costly|hard to undo], yes. For the rest, \
      [a careful start|patient practice] and a readiness to stop and ask take you a long way.
      """
    ),
    (
      "How often should I [review|look again at] my {topic} [choices|notes]?",
      """
      Whenever [your needs change|something around you changes], and otherwise at a regular date \
      that you set yourself. A [short|brief] look at your notes is usually enough.
      """
    ),
    (
      "What if the advice here does not fit my case?",
      """
      Keep the [questions|criteria] and replace the answers. General {topic} guidance \
      [describes|covers] common cases, and yours may differ in a point that [matters|counts].
      """
    ),
    (
      "[Where do I find|What helps me find] out more?",
      """
      Start with the source closest to the matter, go on to people who do it every [week|day], \
      and turn to lists and summaries last. Write down one question before you [begin|search].
      """
    ),
    (
      "How [detailed|long] should my notes be?",
      """
      One line for each [try|decision]: what you did, what came of it, and what you would change. \
      Anything longer is rarely [read|used] again.
      """
    ),
  ]

  static let checks = [
    "[Purpose|Aim]: what should be [different|better|easier] [afterwards|once it is done]",
    """
    [Limits|Bounds]: the [time|space|room], the [budget|effort] and the [skills|help] [at \
    hand|you can count on]
    """,
    "[Must-haves|Essentials]: the [points|features|qualities] you will not [give up|trade away]",
    """
    [Upkeep|Care]: what has to happen [afterwards|later|in the long run], and [who does it|how \
    often]
    """,
    "[Proof|Evidence]: how you will [see|notice] that it [works|was worth it|did what it should]",
    "[Risks|Downsides]: what [could go wrong|might fail], and how you would notice [early|in time]",
    "[Way back|Exit]: how easily the [decision|step|choice] can be [undone|changed later]",
    """
    [Sources|Advice]: whom you [trust|believe] on [{topic} questions|this], and [why|for what \
    reason]
    """,
    """
    [Timing|Date]: [when|by when] it has to be [settled|done], and what happens [if it is \
    not|otherwise]
    """,
    "[Company|Others]: who else is [affected|involved], and who should be [asked|told]",
    "[Fit|Surroundings]: what it has to [work|go together] with[|, and where it has to fit]",
    "[Order|Sequence]: what has to come [first|before it], and what can [wait|follow]",
    "[Experience|History]: what [went well|went wrong|surprised you] the last time",
  ]

  static let steps = [
    "Write down the [{topic} |]result you want in one [sentence|line|short note].",
    """
    [Gather|Collect|Lay out] what you need and check that it is [complete|in good order|all \
    there].
    """,
    "[Do|Make] a [small|short|careful] trial before the [real|full] run.",
    "Go through the main part without [hurry|interruptions|shortcuts].",
    "[Check|Compare] the result against what you wrote at the [start|beginning].",
    """
    Note one thing to [keep|repeat] and one to [change|try differently] [next time|in the next \
    round].
    """,
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

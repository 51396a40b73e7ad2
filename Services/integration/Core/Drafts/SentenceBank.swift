/// Sentences that are true of any topic: they say what to check, how to decide, which order to
/// keep. None states a fact about a topic, names a brand or gives a figure. `{topic}` stands in
/// front of a noun only, where it needs neither article nor number.
enum SentenceBank {
  static func sentences(for role: SectionRole) -> [String] {
    switch role {
    case .explain: explain
    case .choose: choose
    case .act: act
    case .compare: compare
    case .trouble: trouble
    case .cost: cost
    case .answer: answer
    case .close: close
    }
  }

  static let explain = [
    """
    [It helps|It pays] to keep apart what [most people|most sources] agree on from what is [a \
    matter of taste|open to debate], in {topic} questions as in any other.
    """,
    """
    [Behind|Underneath] {heading} [stands|lies] a [simple|practical] question: what do you want \
    to be different [once|as soon as] you [are done|have finished]?
    """,
    """
    [Most|Many] {topic} guides [begin with|start from] a definition, [but|yet] an example from \
    your own [week|routine] [teaches|shows] you more.
    """,
    """
    [Terms|Words] are [not always|rarely] used in the same [way|sense], so [note|pin down] what \
    [each source|every writer] means by them.
    """,
    """
    [Think of|Treat] this part as [a map|an overview]: [it shows|it tells you] where the \
    [details|finer points] belong before you [collect|study] them.
    """,
    """
    [Once|As soon as] the [basic idea|principle] is clear, the [smaller|remaining] {topic} \
    [choices|questions] [become|turn out to be] [easier|less daunting].
    """,
    """
    A [good|sound] explanation [names|includes] its limits, [because|since|as] [no single \
    approach|no rule] [fits|covers] [every case|all situations].
    """,
    """
    [Readers|People] who are new to the subject [often|frequently] [look for|want] rules, while \
    experienced ones [look|watch] for exceptions.
    """,
    """
    [Write|Put] down what you [already know|take for granted], and [mark|underline] the points \
    you have [never tested|not checked] yourself.
    """,
    """
    [Context|The setting] [matters|counts]: the same {topic} advice can be [right|helpful] in one \
    [place|household] and [useless|beside the point] in [another|the next].
    """,
    """
    If two {topic} [sources|guides] disagree, [check|look at] which [conditions|assumptions] each \
    of them takes for granted.
    """,
    """
    [Try|It is worth trying] to [explain|describe] the matter to [a friend|a colleague] in two \
    sentences; the [point|place] where you [hesitate|stumble] is the part to [read up on|look at \
    again].
    """,
    """
    [What|Anything that] sounds obvious here is still worth saying once, since \
    [beginners|newcomers] [trip over|lose time on] exactly that.
    """,
    """
    Start with the part of the subject that [touches|affects] you [this week|right now], and \
    [leave|keep] the rest for the day it does.
    """,
    """
    [Two|Three] examples [say|show] more than a rule: [one that works|a good one], one that does \
    not, and the [difference|reason] between them.
    """,
    """
    A [sketch|drawing|list] on paper [often|frequently] [clears up|settles] what a paragraph \
    cannot, [above all|especially] where [order|sequence] matters.
    """,
    """
    [Look for|Notice] what stays the same from one {topic} guide to the next; that core is \
    [small|short] and worth [learning|keeping].
    """,
    """
    [Names|Labels] change faster than [things|habits] do, so do not [worry|mind] if a source uses \
    [another|an older] word for the same idea.
    """,
    """
    [Ask|Find out] who [benefits|gains] from an explanation; [that alone|it] tells you which \
    [questions|points] it may have left out.
    """,
    """
    There is a [difference|gap] between knowing {topic} [facts|terms] and [using|applying] them, \
    and only [practice|use] closes it.
    """,
    """
    [Some|A few] parts of the subject can be [learned|picked up] in [an hour|an evening], \
    [others|the rest] only by doing; it [helps|is good] to know which are which.
    """,
    """
    [Read|Take] the [following|next] points as [prompts|questions], not as [orders|rules]: each \
    of them is there to be [checked|tested] against your own case.
    """,
    """
    [If|When] a {topic} [term|word] is new to you, [write|put] a plainer one next to it and [go \
    on|read on].
    """,
    """
    [Simple|Plain] words are a good sign: whoever [understands|knows] a thing can [say|put] it \
    without [jargon|decoration].
    """,
  ]

  static let choose = [
    """
    [Begin|Start] with the [situation|task] rather than with [a product|a name]: [where|when], \
    how [often|frequently] and by whom will it be [used|needed]?
    """,
    """
    [List|Write down] the [{topic} |][features|qualities] you [cannot do without|truly need], and \
    [keep|put] everything else on a [second|separate] list.
    """,
    """
    [A criterion|A requirement] is only [useful|worth having] if you can [check|test] it, so turn \
    [vague wishes|general hopes] into [questions|points] with a yes or a no.
    """,
    """
    [Ask|Find out] how [easy|simple] it is to [get help with|learn to use], to [return|change] or \
    to [replace|extend] what you [choose|pick].
    """,
    """
    [Be|Stay] careful with [rankings|top lists] that do not [say|explain] how they \
    [tested|compared], [because|since|as] their order may [reflect|follow] other interests.
    """,
    """
    [Independent|Long-term] [opinions|reports] [tell|teach] you more than [first \
    impressions|product pages], [above all|especially] where they [describe|mention] \
    [flaws|drawbacks].
    """,
    """
    [Picture|Imagine] an [ordinary|average] [day|week] with your [choice|first pick], not the \
    [best|ideal] one, and [see|ask] whether it still [fits|makes sense].
    """,
    """
    [Narrow|Cut] the [{topic} |][field|list] down to [two or three|a handful of] \
    [candidates|options] before you [study|look into] [details|the fine print].
    """,
    """
    [Durability|Reliability|Ease of use] [often|usually] [matters more than|counts for more than] \
    [an extra feature|a longer list of features].
    """,
    """
    [Decide|Settle] [beforehand|in advance] what would make you [walk away|say no], so that a \
    [tempting|clever] offer does not [move|shift] your [{topic} |][limits|criteria].
    """,
    """
    [Size|Space|Compatibility] is [easily|often] [forgotten|overlooked]: [measure|check] what \
    [has to fit|must work together] before anything else.
    """,
    """
    [Whoever|Anyone who] [shares|lives with] the result should [have a say|be asked], \
    [because|since|as] a {topic} [choice|decision] [rarely|seldom] [affects|touches] one person \
    only.
    """,
    """
    [Score|Rate] every [{topic} |][candidate|option] against the same [short list|criteria], and \
    only then listen to your [instinct|first reaction].
    """,
    """
    [Handle|See] it before you [decide|buy] where you can; [weight|feel], [noise|finish] and \
    [size|handling] do not come across in a [picture|description].
    """,
    """
    [Ask|Find out] what [owners|users] would [do|choose] differently [a year|twelve months] \
    later; [that|it] is the [review|report] that [nobody|no list] prints.
    """,
    """
    [One|A single] must-have that is [missed|missing] outweighs three [nice|pleasant] extras, so \
    check the must-haves first and [alone|separately].
    """,
    """
    [New|Recent] is not the same as better: an [older|earlier] [version|edition] with a \
    [long|known] record is [often|frequently] the [calmer|safer] choice.
    """,
    """
    [Write|Put] the reason for each criterion next to it; criteria without a reason are \
    [borrowed|copied] and can go.
    """,
    """
    [Look|Go] through the [manual|terms|small print] before you [pay|sign]; what is \
    [missing|unclear] there will not become clearer [later|afterwards].
    """,
    """
    [Buy|Choose] for the use you have, not for the one you [plan|hope for]; [plans|hopes] change \
    more [often|frequently] than [habits|routines] do.
    """,
    """
    [Leave|Allow] [a day|a night] between the [choice|decision] and the [order|purchase]; \
    [good|sound] {topic} decisions [survive|stand] the wait.
    """,
    """
    [Check|Ask] what [has to be|must be] bought [along with it|at the same time], since a {topic} \
    choice [often|usually] comes with [companions|extras].
    """,
    """
    [Weigh|Count] what you [own|have] already: the [cheapest|quickest] {topic} \
    [improvement|upgrade] may be to use it [better|differently].
    """,
    """
    [Ask yourself|Say aloud] what you would [recommend to|tell] a friend with the same [{topic} \
    |]needs; the advice we give is [often|frequently] [clearer|better] than the advice we \
    [take|follow].
    """,
  ]

  static let act = [
    """
    [Set|Lay] everything out [first|beforehand], so that you do not have to [stop|search] \
    [halfway|in the middle].
    """,
    """
    [Work|Go] through the steps in order the first time, even if one of them [seems|looks] \
    [unnecessary|too small to matter].
    """,
    """
    [After|At the end of] each step, [pause|stop] and [check|look at] the [{topic} \
    |][result|outcome] before you [move on|continue].
    """,
    """
    [Change|Adjust] one thing at a time; if you change several, you cannot [tell|say] which of \
    them made the [difference|improvement].
    """,
    """
    [Keep|Make] [short|simple] notes on what you [did|changed] and what [happened|followed], \
    [because|since|as] memory [smooths over|rounds off] the [details|small failures].
    """,
    """
    [Allow|Plan] more time than you [expect|think you need] on the first [{topic} \
    |][attempt|try], and [treat|see] it as [practice|a rehearsal].
    """,
    """
    [If|When] something [feels|looks] [off|different from last time], go back to the last \
    [step|point] where everything was [as expected|in order].
    """,
    """
    [Clean|Clear] up [straight away|as you go], since the next round then starts from a \
    [known|clean] state.
    """,
    """
    [Follow|Respect] the [instructions|notes] that [came with|belong to] your own \
    [equipment|material]; they come before any general {topic} advice.
    """,
    """
    [Repeat|Go through] the whole [process|routine] [a few times|more than once] before you \
    [judge|change] it, so that [luck|a bad day] does not decide.
    """,
    """
    A [small|modest] {topic} [routine|checklist] that you [keep to|follow] [beats|outlasts] an \
    [elaborate|ambitious] plan that [gets skipped|lasts a week].
    """,
    """
    [Decide|Settle] what [finished|done] looks like before the first [{topic} |]step, \
    [otherwise|or else] the work has no [natural|clear] end.
    """,
    """
    Care comes first: wherever [heat, power or chemicals|tools, money or health] [are|may be] \
    involved, follow the [official|manufacturer's] [guidance|instructions].
    """,
    """
    [Prepare|Measure] what can be [prepared|measured] while you have [time|a free hand]; the \
    [middle|main part] of the work [rarely|seldom] offers [either|one].
    """,
    """
    [Do|Try] the [difficult|delicate] part first on something that does not matter, and on the \
    real thing [after|once] it went well.
    """,
    """
    [Watch|Notice] the [signs|signals] rather than the clock: [times|durations] are \
    [averages|rough guides], and yours is one case.
    """,
    """
    [Keep|Leave] a way back until the [{topic} |]step is [finished|checked]: a [copy|photo], a \
    [spare|note], or simply the old [setting|arrangement].
    """,
    """
    [Speak|Read] the next step [aloud|to the end] before you [begin|do] it; most [slips|mistakes] \
    begin with half a sentence.
    """,
    """
    [Group|Put together] the [{topic} |]steps that need the same [tool|place], and [do|finish] \
    one group before you [begin|open] the next.
    """,
    "[Stop|End] while things go well: [tired|hurried] hands [undo|spoil] more than they add.",
    """
    [Note|Mark] the [setting|amount|time] that worked where you will see it [next time|again], \
    [not|rather than] in a [list|file] you will not open.
    """,
    """
    [Let|Have] somebody follow your [{topic} |]notes without your help; where they \
    [hesitate|ask], the notes [lack|miss] a step.
    """,
    """
    [Expect|Allow for] one [surprise|delay], and [leave|keep] room for it at the end [rather \
    than|and not] in the middle.
    """,
    """
    [Good|Decent] light, a [clear|free] surface and ten quiet minutes [improve|help] most {topic} \
    [results|attempts] more than a new [tool|trick].
    """,
  ]
}

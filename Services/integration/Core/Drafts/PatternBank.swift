/// Sentences about a keyword by its form: what its preposition, its question word or its two sides
/// say of the searcher. The slots are parts of the keyword itself; see `KeywordParts`.
enum PatternBank {
  static func sentences(for pattern: KeywordPattern) -> [String] {
    switch pattern {
    case .act: act
    case .limit: limit
    case .purpose: purpose
    case .feature: feature
    case .missing: missing
    case .comparison: comparison
    case .yesno: yesno
    case .amount: amount
    case .why: why
    case .question: question
    case .best: best
    case .recipe: recipe
    case .symptom: symptom
    case .topic: topic
    }
  }

  static let act = [
    """
    the first time you {act}, [leave|plan|allow] [twice|more than] the time you think it takes, \
    <because> only the [second|next] time will be [quicker|easier].
    """,
    """
    before you {act}, read the steps [once|through] to the end, so that none of them [comes as|is] \
    a surprise.
    """,
    """
    [note|write down] what you changed each time you {act}, and after [two or three|a few] rounds \
    the notes will [show|tell] you what [works|to keep].
    """,
    """
    decide what a good result looks like before you {act}, and how you would [notice|recognise] a \
    poor one.
    """,
    """
    [if you can|where possible], watch somebody {act} [once|first] before you try it [yourself|on \
    your own], <because> [seeing|watching] it explains more than a text.
    """,
    """
    there is <often> more than one way to {act}, so [stay|begin] with one until you know its \
    results, and [compare|try others] then.
    """,
    """
    think about how often you will need to {act}: [weekly work|something you do every week] \
    deserves a better set-up than [a single try|something you do once].
    """,
    """
    to {act} [well|reliably], you need [a clear start|the right preparation], a clear end and \
    [one|a] check in between.
    """,
    """
    [much|a good part] of the [work|effort] is done before you {act}: in the preparation, where \
    [mistakes|slips] are still easy to [correct|mend].
    """,
    """
    each time you {act}, keep [one thing|most things] exactly as before, so that you can \
    [compare|see] the effect of what you [changed|tried].
    """,
    """
    when you {act} for somebody else, ask [first|beforehand] what they [expect|like], <because> \
    [your own|the usual] way may not be theirs.
    """,
  ]

  static let limit = [
    """
    a fixed limit is a good [start|first filter] for “{keyword}”: it removes more candidates than \
    any [feature|ranking] does.
    """,
    """
    with a ceiling of {limit}, the [main |][question|decision] is what you can [leave out|do \
    without] [first|most easily].
    """,
    """
    [check|ask|decide] whether {limit} has to cover everything, or whether [extras|accessories] \
    and [upkeep|supplies] come on top.
    """,
    """
    just above a limit such as {limit} there is <often> a tempting offer, so decide \
    [beforehand|now] whether the limit is firm.
    """,
    """
    [what|whatever] a price below {limit} cannot include tells you where to look [more \
    closely|twice].
    """,
    """
    [look|search] [below|well below] {limit} as well, and [ask|check] what the [last part|rest] of \
    the [money|budget] [buys|adds].
    """,
  ]

  static let purpose = [
    """
    the words “for {purpose}” [matter most|are the important part] here: ask what each candidate \
    does for that [purpose|use] that a general one does not.
    """,
    """
    [advice|a guide] that leaves out “for {purpose}” may still be good, but it answers [another|a \
    different] question.
    """,
    """
    if “for {purpose}” is only [one part|half] of what you need, name the other part too [before \
    you choose|before you compare].
    """,
    """
    [look for|trust] reports from people who had the same purpose in mind, <because> “for \
    {purpose}” is the detail that makes [them|a report] useful.
    """,
    """
    [test|judge] it [where|the way] it will be used: how it does “for {purpose}” [counts|matters] \
    more than how it does in general.
    """,
    """
    [write|put] “for {purpose}” at the top of your list, and [check|ask] of each [point|criterion] \
    below it whether it [serves that|helps with that].
    """,
  ]

  static let feature = [
    """
    “with {feature}” names a feature, so ask first what it [saves|spares] you: a step, some time \
    or a second purchase.
    """,
    """
    a feature such as “with {feature}” is worth what you use of it, so think of [the last month|an \
    ordinary week] rather than [the best day|a special day].
    """,
    """
    compare one candidate “with {feature}” and one without, and [note|say] which difference you \
    would notice after [a week|a few days].
    """,
    """
    [what|whatever] comes as one piece is cleaned, repaired and replaced as one piece, so [keep \
    that in mind|remember that] with “{keyword}”.
    """,
    """
    [check|ask] how well the part behind “with {feature}” [works|does] on its own, and [what \
    happens|what you do] when it [fails|wears out].
    """,
  ]

  static let missing = [
    """
    “without {missing}” means that something else has to do the work, so [decide|find out] what \
    that is before you [begin|start].
    """,
    """
    list what {missing} would do for you, and [mark|note] which part of it you can [do|reach] by \
    other means, and which you can leave out.
    """,
    """
    doing without {missing} costs [mostly|above all] time or patience, so decide [first|now] \
    whether you [want|are willing] to [spend|give] them.
    """,
    """
    [try|do] it once without {missing} on a small [scale|amount], and [note|see] what you \
    [miss|have to change].
    """,
  ]

  static let comparison = [
    """
    “{left} or {right}” is a question about your own use more than about the two [of them|as such].
    """,
    """
    start from the difference between {left} and {right} that you would notice in the first \
    [week|days].
    """,
    """
    people who have used {left} for long will judge {right} by it, and the other way round, so \
    read [opinions|reviews] with that in mind.
    """,
    """
    [if|where] {left} and {right} both do what you need, [choose|take] the one that is easier to \
    [look after|use every day].
    """,
    """
    write {left} and {right} at the top of a page, and under each the [one thing|points] that the \
    other cannot [do|offer].
    """,
    """
    ask what would have to [change|happen] for you to switch from {left} to {right}, and \
    [write|put] the answer on your list[| of criteria].
    """,
    "between {left} and {right}, [an hour|a day] of trying settles more than a table does.",
    """
    many arguments for {left} or for {right} are habits, so [look|ask] for the reason behind \
    [them|each one].
    """,
    """
    [imagine|suppose] you already had {left}: would you [pay|make the effort] to change to \
    {right}, and what if you had {right}?
    """,
  ]

  static let yesno = [
    """
    before you look for an answer to “{question}”, decide what you would do [with|after] a yes and \
    what [with|after] a no.
    """,
    """
    the [useful|complete] answer to “{question}” is <seldom> a [plain|simple] yes or no, but says \
    under which [condition|circumstances].
    """,
    "[if|when] two people answer “{question}” differently, ask both what they had in mind.",
    """
    a yes to “{question}” can [depend on|turn on] the [amount|situation], so [note|check] what it \
    is in your case.
    """,
  ]

  static let amount = [
    """
    “{question}” asks for a number, so treat any [number|figure] you find as a starting point, and \
    [adjust|correct] it by the result.
    """,
    """
    [figures|numbers] given for “{question}” belong to somebody’s own case, so write down \
    [yours|your own] as soon as you have [one|them].
    """,
    """
    find out what the number in an answer to “{question}” depends on before you [copy|use|plan \
    with] it.
    """,
    """
    [begin|start] with the middle of the range that [sources|guides] give for “{question}”, and \
    [move|change it] in small steps.
    """,
  ]

  static let why = [
    """
    “{question}” is a search for a cause, so begin with what changed last and rule it [out|in or \
    out] [first|before the rest].
    """,
    """
    each answer to “{question}” is a guess until you have tried it, so start with the one that is \
    easiest to [undo|check].
    """,
    """
    [note|write down] when “{question}” first came up, <because> what was new [then|that week] is \
    [worth checking|the place to look] first.
    """,
    """
    there may be [two|several] answers to “{question}” at once, so do not stop [looking|checking] \
    at the first that [fits|sounds right].
    """,
  ]

  static let question = [
    """
    there is a short answer to “{question}” for the [usual|typical] case, and <often> a longer one \
    for [yours|a special case].
    """,
    """
    answers to “{question}” differ mostly in what they take for granted, so look for that \
    [first|before you compare them].
    """,
    """
    a good answer to “{question}” gives a reason that you can [check|look up] [yourself|in a \
    second source].
    """,
    """
    [write|note] down why you ask “{question}”, <because> the reason tells you how exact the \
    answer has to be.
    """,
    """
    [people|readers] who ask “{question}” <often> want to know [what to do next|what follows from \
    it], so look for an answer that says so.
    """,
  ]

  static let best = [
    """
    the word “best” in “{keyword}” means best for somebody, so write down for whom, and some of \
    the candidates will drop out.
    """,
    """
    ask of every candidate for “{keyword}” what it does badly, and [distrust|put aside] a report \
    that does not say [so|it].
    """,
    """
    lists for “{keyword}” [get old|age], so look at their date, at what they leave out and at who \
    [made|paid for] them.
    """,
    """
    [turn|translate] “{keyword}” into [three|a few] points that you can check yourself, and leave \
    the [rest|others] aside.
    """,
    """
    two [good|careful] lists for “{keyword}” can [differ|disagree], <because> they [weigh|rank] \
    the same points in a different order.
    """,
  ]

  static let recipe = [
    """
    use “{keyword}” as a starting point: keep the amounts as they are the first time, and change \
    one of them the next.
    """,
    """
    measure rather than guess, or the next [round|batch] cannot be compared with [this one|the \
    first].
    """,
    """
    [note|write] amounts, times and the result in one line, and [compare|read] the lines after \
    [two or three|a few] rounds.
    """,
    """
    [if|when] the result is close but not right, make [the change small|a small change], <because> \
    “{keyword}” [reacts|responds] to small [steps|changes].
    """,
    """
    [make|prepare] a small [amount|batch] of “{keyword}” first, so that a [failed|poor] try costs \
    [little|next to nothing].
    """,
  ]

  static let symptom = [
    "“{keyword}” describes what you see and not yet why, so keep the two apart in your notes.",
    """
    ask since when you have noticed it: if “{keyword}” is new, look for what changed, and if it \
    was always so, look at the set-up.
    """,
    """
    the [cheapest|simplest] explanation of “{keyword}” is the first to check, even [when|if] it \
    seems too [simple|obvious].
    """,
    """
    try to bring the trouble about on purpose, <because> [what you can cause|a fault you can \
    repeat], you can <often> [stop|mend] [too|as well].
    """,
    """
    [describe|explain] “{keyword}” to somebody who has not seen it, and [note|watch] which \
    [detail|point] they ask about [first|next].
    """,
  ]

  static let topic = [
    """
    “{keyword}” is narrower than the rest of this page, so take from it only what changes your \
    next [step|decision].
    """,
    """
    [sort|place] “{keyword}” first: does it change what you [choose|buy], how you use it, or what \
    you [pay|spend]?
    """,
    """
    people who search for “{keyword}” <often> have one open [point|question], so write yours down \
    before you read on.
    """,
    """
    two things are worth looking up on “{keyword}” [first|before anything else]: what it includes, \
    and what it does not.
    """,
    "a source on “{keyword}” is [useful|good] when it says for [which case|whom] it was written.",
    "if “{keyword}” is new to you, find one clear example before you compare several.",
    """
    give “{keyword}” a line of its own in your notes, <because> it is easily mixed up with \
    [related|similar] [terms|searches|subjects].
    """,
    """
    [ask|decide] whether you need “{keyword}” now, or whether it can wait until you know \
    [more|your other answers].
    """,
    """
    [ask|see] what “{keyword}” would change in an ordinary [week|day], and [skip this part|go on \
    to the next part] if nothing comes to mind.
    """,
    """
    [look|search] for “{keyword}” in the [questions|reports] of other [people|readers], and \
    [note|see] which [point|problem] comes up [twice|most often].
    """,
    """
    [put|write] down what you expect of “{keyword}”, and [check|see] after reading whether \
    [that|the list] has changed.
    """,
  ]
}

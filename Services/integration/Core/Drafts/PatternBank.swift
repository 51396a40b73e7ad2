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
    The first time you {act}, [leave|plan] [twice|more than] the time you think it takes; the \
    second time will be quicker.
    """,
    "Before you {act}, read the steps once to the end, so that none of them comes as a surprise.",
    """
    [Note|Write down] what you changed each time you {act}; after [three|a few] rounds the notes \
    [lead|show] the way.
    """,
    """
    [Ask|Decide] what a good result looks like before you {act}, and how you would notice a poor \
    one.
    """,
    """
    [If you can|Where possible], watch somebody {act} once before you try; hands explain what \
    sentences cannot.
    """,
    """
    There is [usually|often] more than one way to {act}; stay with one until you know its \
    results, then compare.
    """,
    """
    [Think about|Decide] how often you will need to {act}: what is done every week deserves a \
    better set-up than what is done once.
    """,
    "To {act} [well|reliably], you need a clear start, a clear end and one check in between.",
    """
    [Much|A good part] of the [work|effort] is done before you {act}: [in|with] the preparation, \
    where it is still easy to [correct|change].
    """,
    """
    [Each|Every] time you {act}, [keep|leave] one thing exactly as it was; it is the fixed point \
    you compare with.
    """,
  ]

  static let limit = [
    """
    “{keyword}” sets the limit first, which is a good order: it removes more candidates than any \
    feature does.
    """,
    "With a ceiling of {limit}, the question is no longer what is best, but what can be left out.",
    """
    [Check|Ask] whether {limit} has to cover everything, or whether [extras|accessories] and \
    upkeep come on top.
    """,
    """
    Just above a limit such as {limit} there is [often|usually] a tempting offer; decide \
    [beforehand|now] whether the limit is firm.
    """,
    """
    [What|Whatever] a price below {limit} cannot include tells you where to look [more \
    closely|twice].
    """,
  ]

  static let purpose = [
    """
    The words “for {purpose}” do the work here: ask of every candidate what it does for that \
    purpose that a general one does not.
    """,
    """
    [Advice|A source] that leaves “for {purpose}” out of sight may still be good, but it answers \
    another question.
    """,
    """
    If “for {purpose}” is only part of what you need, name the other part too, or you will choose \
    twice.
    """,
    """
    [Look for|Trust] reports from people who had the same purpose in mind; “for {purpose}” is the \
    detail that makes them useful.
    """,
    """
    [Test|Judge] it [where|the way] it will be used: what counts is how it does “for {purpose}”, \
    not in general.
    """,
  ]

  static let feature = [
    """
    “With {feature}” names a feature, so ask first what it saves you: a step, some time or a \
    second purchase.
    """,
    """
    A feature such as “with {feature}” is worth what you use of it; think of the last month, not \
    of the best day.
    """,
    """
    Compare one candidate “with {feature}” and one without, and [note|say] which difference you \
    would notice after a week.
    """,
    """
    [What|Whatever] comes as one piece is cleaned, repaired and replaced as one piece; keep that \
    in mind with “{keyword}”.
    """,
  ]

  static let missing = [
    """
    “Without {missing}” means that something else has to do the work; name what that is before \
    you begin.
    """,
    """
    What {missing} would do for you is the measure: which part of it can you [do|reach] by other \
    means, and which can you leave out?
    """,
    """
    Doing without {missing} has a price of its own, mostly in time or patience; decide whether \
    you are willing to pay it.
    """,
  ]

  static let comparison = [
    "“{left} or {right}” is a question about your own use more than about the two of them.",
    "Start from the difference between {left} and {right} that you would notice in the first week.",
    """
    Whoever has used {left} for long will judge {right} by it, and the other way round; read \
    opinions with that in mind.
    """,
    """
    [If|Where] {left} and {right} both do what you need, [choose|take] the one that is easier to \
    look after.
    """,
    """
    Write {left} and {right} at the top of a page, and under each the one thing that the other \
    cannot do.
    """,
    """
    Ask what would have to [change|happen] for you to switch from {left} to {right}; the answer \
    is your real criterion.
    """,
    "Between {left} and {right}, [an hour|a day] of trying settles more than a table does.",
    """
    [Most|Many] arguments for {left} or for {right} are [memories|habits] in disguise; [look|ask] \
    for the reason behind them.
    """,
  ]

  static let yesno = [
    """
    Before you look for an answer to “{question}”, decide what you would do with a yes and what \
    with a no.
    """,
    """
    “{question}” [sounds|looks] like a question for a yes or a no; the useful answer says under \
    which condition.
    """,
    "[If|When] two people answer “{question}” differently, ask both what they had in mind.",
  ]

  static let amount = [
    """
    “{question}” asks for a number; treat any number you find as a starting point, and \
    [adjust|correct] it by the result.
    """,
    """
    [Figures|Numbers] given for “{question}” belong to somebody's own case; write down \
    [yours|your own] as soon as you have one.
    """,
    """
    [Find out|Check] what the number in an answer to “{question}” depends on before you \
    [copy|use] it.
    """,
  ]

  static let why = [
    """
    “{question}” is a search for a cause, and causes are found by ruling out: begin with what \
    changed last.
    """,
    """
    [Every|Each] answer to “{question}” is a guess until you have tried it; start with the one \
    that is easiest to undo.
    """,
    """
    [Note|Write down] when “{question}” first came to your mind; what was new [then|that week] is \
    the first suspect.
    """,
  ]

  static let question = [
    "There is a short answer to “{question}” for the typical case, and a longer one for yours.",
    "Answers to “{question}” differ mostly in what they take for granted; look for that first.",
    "[The|A] good answer to “{question}” is one you can [check|test] yourself within a [day|week].",
  ]

  static let best = [
    """
    “Best” in “{keyword}” means best for somebody; write down for whom, and half of the \
    candidates drop out.
    """,
    """
    Ask of every candidate for “{keyword}” what it does badly; a report that does not say so has \
    not looked.
    """,
    """
    [Lists|Rankings] for “{keyword}” are snapshots: look at their date, at what they leave out \
    and at who made them.
    """,
    """
    [Turn|Translate] “{keyword}” into three points that you can check yourself, and let the \
    [rest|noise] go.
    """,
  ]

  static let recipe = [
    """
    “{keyword}” gives you a starting point: keep the amounts as they are the first time, and \
    change one of them the next.
    """,
    "Measure rather than guess, or the next [round|batch] cannot be compared with this one.",
    """
    [Note|Write] amounts, times and the result in one line; after three rounds the lines show \
    which way to go.
    """,
    """
    [If|When] the result is close but not right, make the change small; “{keyword}” is a matter \
    of small steps.
    """,
  ]

  static let symptom = [
    "“{keyword}” describes what you see, not yet why; keep the two apart in your notes.",
    """
    Ask since when: if “{keyword}” is new, look for what changed; if it was always so, look at \
    the set-up.
    """,
    "The cheapest explanation of “{keyword}” is the first to check, even when it seems too simple.",
    "Try to bring the trouble about on purpose; what you can cause, you can [mend|stop].",
  ]

  static let topic = [
    """
    “{keyword}” is narrower than the rest of this page, so take from it only what changes your \
    next step.
    """,
    """
    [Place|Sort] “{keyword}” first: does it change what you choose, how you use it, or what you \
    pay?
    """,
    """
    People who search for “{keyword}” [mostly|usually] have one open point; write yours down \
    before you read on.
    """,
    """
    Two things are worth looking up on “{keyword}” before anything else: what it includes, and \
    what it does not.
    """,
    "A source on “{keyword}” is [useful|good] when it says for which case it was written.",
    "If “{keyword}” is new to you, find one clear example before you compare several.",
    """
    “{keyword}” deserves a line of its own in your notes, since it is easily mixed up with its \
    neighbours.
    """,
    """
    [Take|Treat] “{keyword}” as a question with a yes or a no: do you need it now, or can it \
    wait?
    """,
    """
    [Ask|See] what “{keyword}” would change in an ordinary week; if nothing comes to mind, \
    [move|read] on.
    """,
  ]
}

/// What answers, ends and begins.
extension SentenceBank {
  static let answer = [
    """
    The [short|honest] answer is that it [depends|turns] on [your situation|what you start from], \
    and the [{topic} |][points|questions] below help to [narrow it down|make it concrete].
    """,
    """
    [Ask|Consider] which decision [hangs|depends] on the answer: [often|in many cases] a \
    [rough|general] one is enough to [act|go on].
    """,
    """
    [Where|If] [health|safety], [law|contracts] or larger sums are [involved|at stake], \
    [confirm|check] the [{topic} |]answer with a [qualified|reliable] source.
    """,
    """
    General {topic} [answers|statements] [describe|fit] the [usual|typical] case; [compare|check] \
    them with your own before you [rely|build] on them.
    """,
    """
    [Look|Watch] for the [condition|word] that [changes|turns] the [{topic} |]answer, [such \
    as|like] [the setting|the amount|the timing].
    """,
    """
    [A quick|A small] [test|trial] [often|frequently] [settles|clears up] the [question|point] \
    behind {heading} [faster|better] than more reading.
    """,
    """
    [Older|Undated] {topic} [answers|articles] may be out of date, so check [the date|when they \
    were written] and whether the [basis|situation] is still the same.
    """,
    """
    [Good|Reliable] sources [say|show] how they [know|found out], [admit|name] [doubt|limits], \
    and tell [fact|evidence] from [taste|opinion].
    """,
    """
    [If|When] the [{topic} |]answer [surprises|unsettles] you, look for a second, independent one \
    before you change [a routine|anything that works].
    """,
    """
    [Keep|Hold] the [{topic} |]question [narrow|specific]: one that can be [answered|settled] \
    today is [worth more than|better than] a [large|wide] one that cannot.
    """,
    """
    [Some|A few] parts of the [{topic} |]question are [settled|well understood], the rest \
    [remain|are] open, and it helps to know which part you are asking about.
    """,
    """
    [Note|Write down] the [{topic} |]answer you expect before you [look|read]; it shows you later \
    what you have [learned|found out].
    """,
    "An answer without its conditions is only half of one; [ask|look] for the other half.",
    """
    [Numbers|Figures] need a unit, a date and a source; if one of these is missing, treat them as \
    [guesses|rumours].
    """,
    """
    [Two|Several] people can give different answers and both be right, [because|since|as] they \
    [asked|started from] different questions.
    """,
    """
    [Ask|See] what would change the answer from yes to no; [that|this] is the [point|detail] to \
    check in your own case.
    """,
    """
    [Repeat|Restate] the [{topic} |]question in your own words first; [half|some] of the \
    [difficulty|confusion] [often|frequently] lies in the wording.
    """,
    """
    [Take|Treat] the [{topic} |]answer as a starting [point|value], [try|use] it, and \
    [correct|adjust] it by what you see.
    """,
    """
    [When|If] no answer [fits|seems right], the [{topic} |]question may be [two|several] in one: \
    take it apart and answer the smaller ones.
    """,
    """
    [Experts|Old hands] [say|answer] “it depends” for a reason, and can name on what; ask for \
    that part.
    """,
    """
    A [clear|plain] “I do not know yet” is a fair answer for now, as long as it comes with the \
    next thing to [check|find out].
    """,
  ]

  static let close = [
    """
    [Pick|Choose] one [point|step] from this page and [try|use] it [this week|at the next \
    chance], rather than [changing everything|planning for months].
    """,
    """
    [Come|Turn] back to your [notes|first answers] in a [few|couple of] weeks and [see|check] \
    what still [holds|matters].
    """,
    """
    [Share|Compare] what you [learn|find] with others who have the same question, \
    [because|since|as] their [objections|questions] [sharpen|improve] your own [view|judgement].
    """,
    """
    [Small|Steady] [progress|improvement] that lasts is a better [goal|aim] than a \
    [perfect|flawless] [start|plan].
    """,
    """
    [Save|Print] the [{topic} |][questions|steps] and [change|trim] them until they [fit|suit] \
    the way you [work|live].
    """,
    """
    [Leave|Put] aside whatever does not [apply|concern you]; a {topic} guide is a [tool|starting \
    point], not a [rule book|contract].
    """,
    """
    [If|When] you remember only one thing, let it be the order: first the need, then the \
    [criteria|means], then the choice.
    """,
    """
    [Tell|Show] somebody what you [decided|did] and why; [saying|explaining] it once \
    [fixes|settles] it better than reading it twice.
    """,
    """
    Whatever you do next, [write|put] down how it went; your own {topic} notes will soon be the \
    best [source|guide] you have.
    """,
  ]

  static let intro = [
    """
    [This|The following] page goes through the [{topic} |][questions|decisions] in the order in \
    which they [usually|tend to] [come up|arise].
    """,
    """
    [You will find|There are] no [rankings|promises] here, but [clear|practical] \
    [criteria|questions] that you can [apply|adapt] to your own [{topic} |][case|situation].
    """,
    """
    [Read|Take] it from [start to finish|top to bottom], or [jump|go straight] to the \
    [section|part] that [answers|matches] your [current|most urgent] question.
    """,
    """
    The [aim|idea] is [simple|modest]: after the last section, you should know what to [check|do] \
    next and why.
    """,
    """
    [Whether|No matter if] you are new to the subject or [have some experience|return after a \
    break], the same few [questions|considerations] [help|apply].
    """,
    """
    [Where|Wherever] a [{topic} |]decision [depends|turns] on your [circumstances|needs], the \
    text [says so|points it out] and names what to [look at|weigh].
    """,
    """
    [Readers|Visitors] of {site} [often|frequently] [ask|write] about this, and the [best|most \
    useful] answers begin with a look at your own [needs|starting point].
    """,
    """
    [Most|Many] sections [end|close] with something you can [do|check|write down], so keep \
    [paper|a note] [at hand|nearby].
    """,
    """
    It does not [replace|take the place of] your own {topic} experience; it gives that experience \
    an order.
    """,
    """
    [Skip|Pass over] what you [know|have settled] already; each section [stands|can be read] on \
    its own.
    """,
    """
    [Nothing|No step] here needs special knowledge, only a little [time|patience] and an honest \
    look at your own {topic} [needs|habits].
    """,
    """
    [Examples|Details] are yours to add: the page [brings|gives] the order, you [bring|know] the \
    case.
    """,
  ]
}

/// What answers, ends and begins.
extension SentenceBank {
  static let answer = [
    """
    the [short|honest|usual] answer is that it depends on [your situation|what you start from|a \
    few details], and the [||{topic} ][points|questions] [below|that follow] help to [narrow it \
    down|make it concrete].
    """,
    """
    <ask> which decision [hangs|depends] on the answer, <because> a [rough|general] one is <often> \
    enough to [act on|go on|begin with].
    """,
    """
    [where|if] [health|safety|the law] or [larger sums|contracts|other people] are involved, \
    confirm the [||{topic} ]answer with a [qualified|reliable|trusted] source.
    """,
    """
    general [||{topic} ][answers|statements|rules] [describe|fit|have in mind] the \
    [usual|typical|average] case, so compare them with your own before you [rely|build|act] on \
    them.
    """,
    """
    [look|watch] for the [condition|detail|word] that [changes|turns] the [||{topic} ]answer, such \
    as the [setting|amount|timing|season].
    """,
    """
    [where nothing is at risk|where no harm can come of it|if nobody is put at risk], a \
    [quick|small|simple] [test|trial] <often> answers the [||{topic} ]question [faster|better] \
    than more [reading|searching|discussion].
    """,
    """
    [older|undated] [||{topic} ][answers|articles|posts] may be out of date, so check [the \
    date|when they were written] and whether [the basis|the situation|the product] is still the \
    same.
    """,
    """
    [good|reliable|careful] sources say how they [know|found out|tested], [admit|name] \
    [doubts|limits], and tell [facts|evidence] from [taste|opinion].
    """,
    """
    [if|when] the [||{topic} ]answer [surprises|worries|unsettles] you, look for a second, \
    independent one before you change [a routine|anything that works|your plans].
    """,
    """
    [keep|make] the [||{topic} ]question [narrow|specific|small]: one that can be \
    [answered|settled|checked] today is [worth more than|more use than] a [large|wide|general] one \
    that cannot.
    """,
    """
    [some|a few|many] parts of the [||{topic} ]question are [settled|well understood], the rest \
    are open, and it helps to know which part you are asking about.
    """,
    """
    <note> the [||{topic} ]answer you expect before you [look|read|ask], and compare it \
    [afterwards|later|at the end] with what you [found|learned].
    """,
    """
    [when|if] you [read|find|hear] [an answer|advice], look for the conditions [under which|in \
    which] it [holds|is true|applies], and [see|check] whether [yours|your own] [match|are the \
    same].
    """,
    """
    [numbers|figures|amounts] need a unit, a date and a source. if one of these is [missing|not \
    given], [treat|take|read] them as [guesses|rough hints|estimates].
    """,
    """
    [two|several|different] people can give different answers and [all|still] be right, <because> \
    they [started from|had in mind|were asked about] different [cases|conditions|needs].
    """,
    """
    <ask> what would [change|turn] the [||{topic} ]answer from yes to no, and check that \
    [point|detail|condition] in your own case [first|before anything else|before the rest].
    """,
    """
    [repeat|restate|write down] the [||{topic} ]question in your own words first, <because> \
    [half|some|part] of the [difficulty|confusion] <often> lies in the wording.
    """,
    """
    [take|treat|use] the [||{topic} ]answer as a [starting point|first hint], and \
    [correct|adjust|refine] it by what you [see|learn|find out] [about|in] your own case.
    """,
    """
    [when|if] no answer [fits|seems right|convinces you], the [||{topic} ]question may be \
    [two|several] in one, so take it apart and answer the [smaller|single|easier] [ones|parts] \
    [first|one by one].
    """,
    """
    [when|if] [experts|experienced people|specialists] say “it depends”, ask on what, and \
    [check|note|find out] how [that|this] [looks|stands] in your case.
    """,
    """
    “I do not know yet” is a [fair|good|perfectly good] answer [for now|for a while|to begin \
    with], as long as [you know|it comes with|you write down] the next [thing|point] to \
    [check|find out|ask].
    """,
    """
    [a second|another] source is worth [the time|a look|reading] when the first one \
    [sells|recommends] something, or when it [gives|names] no [reason|date|source].
    """,
    """
    [ask|look for] [somebody|a person] whose [||{topic} ][situation|case|set-up] is [close \
    to|like|similar to] yours, and [compare|check] what they [did|chose|would do again].
    """,
    """
    [start|begin] with the [||{topic} ][part|case] that [applies to|concerns|fits] you, [and \
    leave|and skip] the [exceptions|special cases] until you [meet|need] [one|them].
    """,
    """
    [write|put] the [||{topic} ]answer [down|in one line] together with the \
    [reason|condition|source], so that you can [check|change|find] it [later|when something \
    changes|next time].
    """,
  ]

  static let close = [
    """
    [pick|choose|take] one [point|step|idea] from this page and [try|use|apply] it [this \
    week|today|at the next chance], rather than [changing everything|planning for months|waiting \
    for the right moment].
    """,
    """
    [come|go] back to your [notes|first answers|list] in a [few|couple of] weeks, and [see|check] \
    what [still holds|still matters|has changed].
    """,
    """
    [share|compare|discuss] what you [learn|find|decide] with [others|people] who have the same \
    [||{topic} ]question, <because> their [objections|questions|experience] will help you too.
    """,
    """
    [small|steady|slow] [progress|improvement] that lasts is [better|worth more] than a \
    [perfect|flawless|big] [start|plan] that does not.
    """,
    """
    [save|print|copy] the [||{topic} ][questions|steps|points] and [change|trim|adapt] them until \
    they [fit|suit] the way you [work|live|decide].
    """,
    """
    [leave|put] aside what does not [apply to|concern] you; [a|this] [||{topic} ]guide is a \
    [tool|starting point|suggestion], and your own case [decides|comes first].
    """,
    """
    [if|when] you [remember|keep|take away] only one thing, let it be the order: first [the \
    need|what you need], then the [criteria|means|options|{topic} options], then the \
    [choice|decision].
    """,
    """
    [tell|show] <someone> what you [decided|did|plan] and why, and [listen to|note|think about] \
    [the first question they ask|what they ask back|their reaction].
    """,
    """
    whatever you do next, [write|note|put] down how it went, and [after|in] [a few|some] \
    [weeks|rounds|months] your own [||{topic} ]notes will be [a better guide than this page|the \
    best guide you have].
    """,
    """
    [if|when] [something|a point|a question] is still open, [write|put] it down [now|today], and \
    [look|search|ask] for [that one answer|an answer to it] instead of [reading|starting] \
    [everything|all of it] again.
    """,
    """
    [set|choose|pick] a [day|date] on which you will [look at|review|check] the [||{topic} \
    ][result|decision|outcome], and [keep|leave] things as they are until then.
    """,
    """
    [thank yourself later|make it easy for yourself]: put the [||{topic} ][summary|list|checklist] \
    where you will [see|need|use] it, not in a [drawer|folder|file].
    """,
    """
    [choose|take] the [smallest|easiest|cheapest] [||{topic} ]step that [moves|brings] you \
    [forward|closer to a decision], and [do|finish] it [today|this week|before you read more].
    """,
    """
    [put|write] the next [||{topic} ]step in your [calendar|diary|plan], with [a date|a day and a \
    time], so that it does not [depend on|wait for] a good [moment|mood].
    """,
    """
    [keep|save] the [||{topic} ][sources|pages|notes] that helped you [most|best], and [let the \
    others go|leave the others aside|forget the rest].
    """,
    """
    [tell|ask] the people who are [affected|involved] before you [change|begin] anything, and \
    [agree|settle] [when|how long] you will try it.
    """,
  ]

  static let intro = [
    """
    [this|the following] page goes through the [||{topic} ][questions|decisions|points] in the \
    order in which they usually [come up|arise|have to be settled].
    """,
    """
    you will find no [rankings|promises|product names] here, but [clear|practical|simple] \
    [criteria|questions|checks] that you can [apply|adapt] to your own [||{topic} \
    ][case|situation|plans].
    """,
    """
    [read|take] it from [start to finish|top to bottom], or go straight to the [section|part] that \
    [answers|matches|fits] your [current|most urgent|main] question.
    """,
    """
    [the aim|the idea|its aim] is [simple|modest|practical]: after the last section, you should \
    know what to [check|do|decide] next and why.
    """,
    """
    whether you are new to [the subject|{topic} questions|all this] or [have some \
    experience|return after a break|know the basics], the same [few|simple] \
    [questions|considerations|checks] [help|apply].
    """,
    """
    where a [||{topic} ]decision depends on your [circumstances|needs|habits], the text [says \
    so|points it out] and names what to [look at|weigh|check].
    """,
    """
    like other pages of {site}, this one begins with [a look at|a question about] your own \
    [needs|starting point|plans], and [comes|gets] to the [||{topic} ][details|choices] \
    [later|after that].
    """,
    """
    [most|many] sections end with something you can [do|check|write down], so keep [paper|a \
    note|something to write] [at hand|nearby|ready].
    """,
    """
    it does not [replace|take the place of] your own [||{topic} ]experience, but it [helps|is \
    meant] to [put|bring] that experience in order.
    """,
    """
    [skip|pass over|leave out] what you [know|have settled|have tried] already, <because> each \
    section can be read on its own.
    """,
    """
    nothing here needs special knowledge, only [a little|some] [time|patience|attention] and an \
    honest look at your own [||{topic} ][needs|habits|plans].
    """,
    """
    the page [gives|brings] you [the order|a structure|the questions], and you [add|bring] the \
    [details|examples|facts] of your own [||{topic} ]case.
    """,
    """
    [each|every] [part|section] [deals with|answers|covers] one question, [in plain words|without \
    jargon|in a few lines], and [says|ends with] what to [check|do] next.
    """,
  ]
}

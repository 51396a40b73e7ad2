/// Sentences that are true of any topic: they say what to check, how to decide, which order to
/// keep. None states a fact about a topic, names a brand or gives a figure. `{topic}` stands only
/// where its number does not matter.
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
    [It helps|It pays|It is useful] to [separate|keep apart] what [most people|most \
    sources|experienced people] agree on about {topic} from what is [a matter of \
    taste|personal preference|open to debate].
    """,
    """
    [Behind|Underneath] {heading} [stands|lies|sits] a [simple|plain|practical] question: \
    what [should change|do you want to be different] once you [are done|have finished|have \
    acted on it]?
    """,
    """
    [Most|Many] explanations [begin with|open with|start from] a definition, [but|yet] an \
    example from your own [week|routine|experience] [teaches|shows|tells you] more about \
    {topic}.
    """,
    """
    [Terms|Words] around {topic} are [not always used|rarely used|used less than one would \
    hope] in the same [way|sense], so [note|write down|pin down] what [each source|every \
    writer] means by them.
    """,
    """
    [Think of|Picture|Treat] this part as [a map|an overview|a frame]: [it shows|it tells \
    you] where [details|the finer points] belong [before|long before] you \
    [collect|gather|study] them.
    """,
    """
    [Once|As soon as] the [basic idea|main idea|principle] is clear, the [smaller|remaining] \
    [choices|decisions|questions] around {topic} [become|turn out to be|tend to feel] \
    [easier|less daunting|more straightforward].
    """,
    """
    A [good|sound|useful] explanation of {topic} [names|includes|mentions] its limits, \
    [because|since] [no single approach|no one answer|no rule] [fits|suits|covers] [every \
    case|all situations|everybody].
    """,
    """
    [Readers|People] who are [new to|just starting with|not yet familiar with] {topic} often \
    [look for|want] rules, while [experienced|seasoned|practised] ones [look for|watch \
    for|pay attention to] exceptions.
    """,
    """
    [Write|Note|Put] down what you [already know|know so far|take for granted] about \
    {topic}, and [mark|underline|highlight] the points you have [never tested|not \
    checked|only heard] yourself.
    """,
    """
    [Context|The setting] [matters|counts] here: the same [advice|suggestion] can be \
    [right|helpful] in one [place|situation|household] and [useless|misleading|beside the \
    point] in [another|the next].
    """,
    """
    If two [sources|guides|articles] disagree about {topic}, [check|ask|look at] which \
    [conditions|assumptions|starting points] each of them [has in mind|takes for \
    granted|describes].
    """,
    """
    [Try|It is worth trying] to [explain|describe] {topic} to [a friend|a colleague|somebody \
    else] in two sentences; the [point|place] where you [hesitate|stumble|slow down] is the \
    part to [read up on|look at again|study next].
    """,
  ]

  static let choose = [
    """
    [Begin|Start] with the [situation|task|job] rather than with [a product|a name|an \
    offer]: [where|when], how often and by whom will it be [used|needed|relied on]?
    """,
    """
    [List|Write down|Collect] the [features|qualities|points] you [cannot do without|truly \
    need|would miss at once], and [keep|put] everything else on a [second|separate] list.
    """,
    """
    [A criterion|A requirement] is only [useful|helpful|worth having] if you can \
    [check|verify|test] it, so [turn|translate] [vague wishes|general hopes] about {topic} \
    into [questions|points] with a yes or no.
    """,
    """
    [Ask|Find out] how [easy|hard|simple] it is to [get help|find spare parts|find support], \
    [return|change] or [replace|extend] what you [choose|pick|decide on].
    """,
    """
    [Be|Stay] [careful|cautious] with [rankings|top lists|league tables] that do not \
    [say|explain|tell] how they [tested|compared|judged], [because|since] their order may \
    [reflect|follow] [other interests|other aims|something else].
    """,
    """
    [Independent|Long-term|Critical] [opinions|reports|reviews] [tell|teach] you more than \
    [first impressions|launch-day praise|product pages], [above all|especially] where they \
    [describe|mention] [flaws|drawbacks|weak points].
    """,
    """
    [Picture|Imagine] an [ordinary|average|typical] [day|week] with your \
    [choice|favourite|first pick], not the [best|ideal|perfect] one, and [see|ask] whether \
    it [still|really] [fits|makes sense|holds up].
    """,
    """
    [Narrow|Cut|Bring] the [field|list|selection] [down|back] to [two or three|a handful of] \
    [candidates|options] before you [study|compare|look into] [details|the fine \
    print|specifications].
    """,
    """
    For {topic}, [durability|reliability|ease of use] [often|usually] [outweighs|matters \
    more than|counts for more than] [an extra feature|a longer list of features|a striking \
    look].
    """,
    """
    [Decide|Settle] [beforehand|in advance|early] what would make you [walk away|say no|stop \
    looking], so that a [tempting|persuasive|clever] [offer|presentation] does not \
    [move|shift] your [limits|criteria].
    """,
    """
    [Size|Space|Compatibility] is [easily|often] [forgotten|overlooked|left out]: \
    [measure|check|confirm] what [has to fit|has to match|must work together] [before|ahead \
    of] anything else.
    """,
    """
    [Whoever|Anyone who] [shares|lives with|works with] the result should [have a say|be \
    asked|be heard], [because|since] a [choice|purchase|decision] about {topic} \
    [rarely|seldom] [affects|touches] one person only.
    """,
    """
    [Score|Rate] every [candidate|option] against the same [short list|criteria|questions] \
    and [only then|afterwards] [look|listen] to your [instinct|gut feeling|first reaction].
    """,
  ]

  static let act = [
    """
    [Set|Lay] [everything|all you need] out [first|beforehand|before you begin], so that you \
    do not have to [stop|break off|search] [halfway|in the middle|at the wrong moment].
    """,
    """
    [Work|Go] through the [steps|stages] in [order|sequence] the first time, even if [one of \
    them|a step] [seems|looks|feels] [unnecessary|too small to matter|obvious].
    """,
    """
    [After|At the end of] [each|every] step, [pause|stop|wait] and [check|look at|compare] \
    the [result|outcome] before you [move on|continue|go further].
    """,
    """
    [Change|Adjust] one thing at a time with {topic}; [otherwise|if you change several], you \
    cannot [tell|say|know] which [change|step] made the [difference|improvement].
    """,
    """
    [Keep|Make] [short|brief|simple] notes on what you [did|changed|tried] and what \
    [happened|followed|came of it], [because|since] memory [smooths over|rounds off|drops] \
    the [details|exceptions|small failures].
    """,
    """
    [Allow|Give yourself|Plan] more time than you [expect|think you need] on the first \
    [attempt|try|round], and [treat|see|regard] it as [practice|a rehearsal|a trial run].
    """,
    """
    [If|When] something [feels|looks|seems] [off|wrong|different from last time], go back to \
    the last [step|point] where [all|everything] was [as expected|in order|fine].
    """,
    """
    [Clean|Clear|Tidy] up [straight away|as you go|right after], [since|because] the \
    [next|following] round then [starts|begins] from a [known|clean|reliable] state.
    """,
    """
    [Follow|Respect|Read] the [instructions|notes|directions] that [came with|belong to] \
    your [own equipment|own material|particular set-up]; they [take precedence over|count \
    more than|come before] any general [advice|article] on {topic}.
    """,
    """
    [Repeat|Go through] the [whole|entire] [process|routine] [a few times|more than once] \
    before you [judge|change|improve] it, so that [chance|luck|a bad day] does not \
    [decide|mislead you].
    """,
    """
    A [small|modest|simple] [routine|checklist|habit] that you [keep to|follow|repeat] \
    [beats|is worth more than|outlasts] an [elaborate|ambitious|intricate] plan that [gets \
    skipped|is given up|lasts a week].
    """,
    """
    [Decide|Define|Settle] what [finished|done|good enough] [looks like|means] for {topic} \
    before the first step, [otherwise|or else] the [work|process] has no [natural|clear] end.
    """,
    """
    [Safety|Care] comes first: [where|wherever] [heat, power or chemicals|tools, money or \
    health] [are|may be] involved, [check|follow] the [official|manufacturer's|applicable] \
    [guidance|instructions|rules].
    """,
  ]

  static let compare = [
    """
    [Put|Set|Place] the [options|candidates] side by side on the [points|criteria] that \
    [matter to you|affect your day|you would notice], not on [all|every one] that can be \
    [listed|measured|named].
    """,
    """
    [No option|Neither side|No side] [wins|is ahead] on [every|each] [point|count], so the \
    [useful|real|better] question is which [weakness|drawback|compromise] you can [live \
    with|accept|work around].
    """,
    """
    [Differences|Contrasts] on paper are [often|sometimes|not always] \
    [larger|bigger|clearer] than [differences|those] in [use|practice|daily life]; a \
    [short|simple|direct] [trial|test] [settles|answers] most of them.
    """,
    """
    [Where|If] both [options|sides|candidates] [do the job|meet the need|pass your test], \
    [let|allow] [upkeep|convenience|habit] [decide|tip the balance|break the tie].
    """,
    """
    [Compare|Judge] like with like: [the same|an equal] [level|class|scope], the same \
    [conditions|use|purpose], and the same [period|point in time|moment].
    """,
    """
    [Ask|Consider] which [option|side|choice] is [easier|simpler|cheaper] to \
    [undo|reverse|change later], [because|since] a [reversible|flexible] decision about \
    {topic} needs less [certainty|proof|research].
    """,
    """
    [Strong|Loud|Firm] [opinions|preferences] on either side [usually|often|mostly] [come \
    from|go back to|rest on] [different|unlike] [needs|uses|priorities], not from \
    [better|deeper|secret] [knowledge|insight].
    """,
    """
    [Think|Look] [a year ahead|past the first weeks|beyond the first use]: which \
    [option|choice|path] will [grow|adapt|change] with you, and which will [hold you \
    back|need replacing|feel tight]?
    """,
    """
    [Mixing|Combining] [both|the two] is [sometimes|often|occasionally] [possible|an \
    answer|the best answer], [so|and] do not [assume|take for granted] that you must \
    [pick|choose] one side [for good|only|forever].
    """,
    """
    [Note|Record|Write] the [reason|grounds] for your [preference|choice|verdict] in one \
    sentence; if [that is hard|no sentence comes], the [difference|gap] may not \
    [matter|count|be relevant] to you.
    """,
    """
    [Borrow|Try|See] [each|both] [before|ahead of] [committing|deciding|you commit], \
    [wherever|if] that can be [arranged|done], [because|since] first impressions of {topic} \
    [tend to|often] change [with use|after a while|on closer contact].
    """,
    """
    [Weigh|Judge] what [you gain|is gained] against what [you give up|is lost], and \
    [use|take] your [own|usual] [week|situation|workload] as the [measure|yardstick|scale].
    """,
  ]

  static let trouble = [
    """
    [Describe|Write down|Put into words] the [problem|symptom] [exactly|precisely|in \
    detail]: when it [began|started|first appeared], how often it [shows|happens|returns], \
    and what [changed|was different] [just before|around then].
    """,
    """
    [Begin|Start] with the [check|cause|test] that [costs|takes] the [least|fewest minutes], \
    even if [another|a rarer one] [seems|sounds] more [likely|interesting|plausible].
    """,
    """
    [Rule|Cross] out one [cause|possibility|suspect] after the other, and [keep|make] a \
    [list|note] so that you do not [check|test] the same [thing|point] twice.
    """,
    """
    [Undo|Reverse|Take back] the [last|most recent] [change|adjustment] first; \
    [problems|surprises] with {topic} [often|frequently|sometimes] [follow|trace back \
    to|begin with] [something recent|a small change|a recent change].
    """,
    """
    [If|When] a [fix|remedy|change] [works|helps], [remove|undo] it once and [see|check] \
    whether the [problem|symptom] [comes back|returns]; [only then|that way] you [know|can \
    be sure of] the [cause|reason].
    """,
    """
    [Several|Two] small [causes|faults|errors] [can|may] [add up|combine], so a \
    [partial|slight|half] improvement is [a clue|useful evidence|a sign] and not a \
    [failure|dead end].
    """,
    """
    [Compare|Check] with a [case|time|setting] where the [trouble|symptom] [was absent|did \
    not come up|stayed away], and [list|note|find] [everything|what] that [differs|is \
    different].
    """,
    """
    [Patience|A little patience] is [part|half] of the [work|search]: [give|allow] each \
    [change|attempt] [enough|some] time to [show|prove] its effect before you [try|add] the \
    next [one|thing].
    """,
    """
    [Know|Decide] when to [stop|ask|hand over]: if a [mistake|wrong move] could [cause \
    harm|be costly|do damage], a [qualified|trained] [person|professional] is the \
    [better|safer] [choice|answer].
    """,
    """
    [Most|Many] [repeat|recurring] [problems|troubles] with {topic} [point to|come from] a \
    [habit|routine|missing step], so [watch|observe] your own [routine|practice|way of \
    working] [for a while|with fresh eyes|for a few days].
    """,
    """
    [Photos|Dates and notes|Short notes] from [each|every] [attempt|stage] [help|make it \
    easier] to [see|spot] a pattern and to [explain|describe] the [matter|case] to \
    [somebody|anyone] you ask for [help|advice].
    """,
    """
    [Prevention|Avoiding a repeat] [starts|begins] [right after|with] the [repair|fix]: \
    [add|put] the [check|step] that would have [caught|shown] it to your [usual|regular] \
    [routine|list].
    """,
  ]

  static let cost = [
    """
    [Look|Think] [past|beyond] the [first|initial] [price|payment]: [upkeep|supplies|running \
    costs], [time|effort] and [replacement|repairs] [belong|count] in the same \
    [sum|calculation].
    """,
    """
    [Set|Fix|Decide on] a [range|limit|ceiling] before you [look|compare|browse], and \
    [note|say] what would [justify|earn] the [upper|higher] end of it.
    """,
    """
    [More|Extra] money [should|ought to] [buy|bring] something you will [notice|use|feel]; \
    if you cannot [name|say] it, the [cheaper|simpler] [option|choice] is [enough|the honest \
    answer].
    """,
    """
    [Low|Tempting] [prices|offers] are [fine|no problem] as long as you know [what was left \
    out|where the savings come from|which corner was cut] and can [do without it|live with \
    that].
    """,
    """
    [Divide|Spread] the [cost|total] over the [times|months|years] you [expect|plan] to \
    [use|need] it, [since|because] a [figure|number] per use makes [unlike|different] \
    [options|offers] [comparable|easy to compare].
    """,
    """
    [Check|Ask] [what|which extras] [is included|come with it], what [is charged|costs] \
    [extra|on top], and what [happens|changes] when the [first period|offer|trial] \
    [ends|runs out].
    """,
    """
    [Prices|Terms] around {topic} [change|move], so [check|confirm] the [current|present] \
    ones [at the source|with the seller|with the provider] [before|ahead of] you [rely \
    on|quote|use] them.
    """,
    """
    [Second-hand|Shared|Rented] [options|solutions] [deserve|are worth] a [look|thought], \
    [provided|as long as] you can [check|inspect] the [condition|state] and \
    [know|understand] the [conditions|terms].
    """,
    """
    [Value|Worth] is [personal|individual]: a [feature|quality] that [saves|spares] one \
    [reader|person] an hour a week may be [idle|useless|decoration] for [the next|another].
    """,
    """
    [Waiting|A pause of a few days] [costs|takes] [little|nothing] and [shows|reveals] \
    whether the [need|wish] [lasts|is real|holds].
    """,
    """
    [Keep|Put aside] a [small|modest] [reserve|share of the budget] for what you \
    [discover|learn|need] [later|on the way|after the start], [because|since] spending on \
    {topic} [rarely|seldom] [ends|stops] with the [first|initial] purchase.
    """,
  ]

  static let answer = [
    """
    The [short|brief|honest] [answer|reply] is that it [depends|turns] on [your \
    situation|what you start from|your aim], and the [points|questions] below [help|serve] \
    to [narrow it down|place it|make it concrete].
    """,
    """
    [Ask|Consider] [what|which decision] [hangs|depends] on the [answer|reply]: \
    [often|sometimes|in many cases] a [rough|general] one is [enough|all you need] to \
    [act|go on].
    """,
    """
    [Where|If] [health|safety], [law|contracts] or [larger|serious] sums are [involved|at \
    stake], [confirm|check] the [answer|point] with a [qualified|reliable|primary] \
    [source|expert].
    """,
    """
    [General|Broad] [answers|statements] about {topic} [describe|fit] the \
    [usual|typical|average] case; [compare|check] them with [yours|your own] before you \
    [rely|build] on them.
    """,
    """
    [Look|Watch] for the [condition|assumption|word] that [changes|turns] the \
    [answer|reply], such as [the setting|the amount|the timing|the person asking].
    """,
    """
    [A quick|A small|One careful] [test|trial] [often|frequently] [settles|clears up] the \
    [question|point] behind {heading} [faster|more surely|better] than [further|more] \
    reading.
    """,
    """
    [Older|Undated] [answers|articles|posts] [may|can] be [out of date|overtaken], so \
    [check|look at] [the date|when they were written] and [whether|if] the [basis|situation] \
    is still the same.
    """,
    """
    [Good|Reliable|Trustworthy] [sources|answers] [say|show] how they [know|found out], \
    [admit|name] [doubt|limits|exceptions], and [separate|tell apart] [fact|evidence] from \
    [taste|opinion].
    """,
    """
    [If|When] the [answer|reply] [surprises|unsettles] you, [look|search] for a \
    [second|independent] one [before|ahead of] changing [a routine|anything that works|your \
    plans].
    """,
    """
    [Keep|Hold] the [question|issue] [narrow|specific]: what {topic} [should|can|has to] do \
    for you is [easier|simpler] to [answer|check|test] than what [counts|works] in general.
    """,
    """
    [Some|A few] [parts|sides] of the [question|matter] are [settled|well understood], \
    [others|the rest] [remain|are] [a matter of preference|open], and [it helps|it is fair] \
    to [say|know] which [is which|one you are asking about].
    """,
  ]

  static let close = [
    """
    [Pick|Choose|Take] one [point|idea|step] from this [article|page] and [try|apply|use] it \
    [this week|soon|at the next chance], [instead of|rather than] [changing \
    everything|starting all at once|planning for months].
    """,
    """
    [Come|Turn] back to your [notes|list|first answers] [after|in] a [few|couple of] weeks \
    and [see|check] what still [holds|applies|matters].
    """,
    """
    [Share|Discuss|Compare] what you [learn|find|notice] with [others|people] who \
    [deal|work] with {topic}, [because|since] their [questions|objections] [sharpen|improve] \
    your own [view|judgement].
    """,
    """
    [Small|Steady|Modest] [progress|improvement] that [lasts|stays] is [the better|a \
    better|a more useful] [goal|aim] than a [perfect|flawless] [start|plan].
    """,
    """
    [Save|Keep|Print] the [checklist|questions|steps] and [adapt|change|trim] them [until|so \
    that] they [fit|match|suit] the way you [work|live|decide].
    """,
    """
    [Leave|Put] aside whatever does not [apply|fit|concern you]; a [guide|text] on {topic} \
    is a [tool|starting point|frame], not a [rule book|test|contract].
    """,
  ]

  static let intro = [
    """
    [This|The following] [article|guide|page] [goes|works] through the \
    [questions|decisions|points] in the order in which they [usually|tend to|normally] [come \
    up|arise|matter].
    """,
    """
    [You will find|There are] [no rankings|no promises] here, but [clear|plain|practical] \
    [criteria|questions|steps] that you can [apply|adapt|use] to your own \
    [case|situation|plans].
    """,
    """
    [Read|Take] it from [start to finish|top to bottom] or [jump|skip|go straight] to the \
    [section|part] that [answers|matches] your [present|current|most urgent] question.
    """,
    """
    The [aim|goal|idea] is [simple|modest|practical]: after [reading|the last section], you \
    should [know|be able to say] what to [check|do|ask] next and [why|for what reason].
    """,
    """
    [Whether|No matter if] you are [new to|just starting with] {topic} or [have some \
    experience|want to fill a gap|return after a break], the [same|following] [few|basic] \
    [questions|considerations] [help|apply].
    """,
    """
    [Where|Wherever] a [decision|choice] [depends|turns] on your \
    [circumstances|situation|needs], the [text|article] [says so|points it out] and \
    [names|lists] what to [look at|weigh|find out].
    """,
    """
    [Readers|Visitors] of {site} [often|frequently|regularly] [ask|wonder] about {topic}, \
    and the [best|most useful] [answers|replies] [begin|start] with [a look at|a clear view \
    of] your own [needs|starting point].
    """,
    """
    [Every|Each] [section|part] [ends|closes] with something you can [do|check|write down], \
    so [have|keep] [paper|a note] [at hand|ready|nearby].
    """,
  ]
}

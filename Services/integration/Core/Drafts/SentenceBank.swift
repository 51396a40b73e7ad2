/// Sentences that are true of any topic: they say what to check, how to decide, which order to
/// keep. None states a fact about a topic, names a brand or gives a figure. `{topic}` stands in
/// front of a noun only, where it needs neither article nor number.
enum SentenceBank {
  static func sentences(for role: SectionRole) -> [String] {
    switch role {
    case .explain: explain
    case .choose: choose
    case .prepare: prepare
    case .act: act
    case .finish: finish
    case .compare: compare
    case .trouble: trouble
    case .cost: cost
    case .answer: answer
    case .close: close
    }
  }

  static let explain = [
    """
    [it <helps> to separate|separate|keep apart|try to tell apart] what [most|nearly all|many] \
    <sources> agree on from what is [a matter of taste|open to debate|still disputed|only an \
    opinion].
    """,
    """
    [behind|underneath] the [||{topic} ][question|subject] there is a [practical|simple] one: what \
    do you want to be [different|better|easier] [when|once|after] you [are done|have finished|have \
    decided]?
    """,
    """
    many [||{topic} ]guides [begin with|start from|open with] a definition, but an example from \
    your own [week|routine|home|work] [teaches|shows|tells] you [more|just as much].
    """,
    """
    [terms|words] are not always used in the same [way|sense], so <check> what [each|a] <source> \
    means by [them|the main ones] before you [rely on|compare|repeat] [it|the advice].
    """,
    """
    [think of|treat|use] this [part|section] as [a map|an overview|a first look]: it [shows|tells] \
    you where the [details|finer points] belong, and you can [study|collect|come to] them <later>.
    """,
    """
    [once|as soon as|when] the [basic idea|principle|main point] is clear, the \
    [smaller|remaining|later] [||{topic} ][choices|questions|decisions] become [easier|less \
    daunting|quicker to settle].
    """,
    """
    [a <good>|any useful] explanation [names|includes|states] its limits, <because> no [single \
    approach|rule|advice] [fits|covers|suits] [every case|all situations|everybody].
    """,
    """
    [readers|people] who are new to [{topic} questions|the subject|this] <often> [look \
    for|want|ask for] rules, while [experienced|practised] ones look for the \
    [exceptions|exceptions to them|special cases].
    """,
    """
    <note> what you [already know|take for granted|believe] about [this|the subject|it], and \
    [mark|underline] the [points|parts] you have never [tested|checked|tried] yourself.
    """,
    """
    the [setting|context|situation] <matters>: the same [||{topic} ]advice can be [right|helpful] \
    in one [place|household|case] and [useless|wrong] in [another|the next].
    """,
    """
    if two [||{topic} ]<sources> [disagree|contradict each other|say different things], <check> \
    which [conditions|assumptions|circumstances] each of them [takes for granted|starts from|has \
    in mind].
    """,
    """
    try to [explain|describe] [the matter|it|this part] to <someone> in [two|three|a few] \
    sentences, and [read again|look up|come back to] the [point|place] where you [hesitate|get \
    stuck|stumble].
    """,
    """
    [some of this|part of what follows|what comes next] may [sound|seem|look] [obvious|familiar], \
    but it is still worth [saying|reading] once, <because> [beginners|newcomers] [lose time \
    on|trip over|ask about] exactly that.
    """,
    """
    [begin|start] with the part that [affects|concerns|touches] you [this week|now|at the moment], \
    and [leave|keep|save] the rest for [later|the day you need it|another time].
    """,
    """
    [two or three|a few|some] examples [say|explain|show] more than a rule: <note> [one|a case] \
    that [works|goes well], one that does not, and the difference [between them|you see].
    """,
    """
    a [short list|sketch|small drawing|table] on paper <often> [helps|makes it clearer] where \
    [words|long paragraphs|explanations] do not, [especially|above all] when the order <matters>.
    """,
    """
    [look for|notice|pay attention to] what [stays|is] the same in [several|different|two or \
    three] [||{topic} ]guides; that [core|part] is [usually short|small] and [worth learning|the \
    first thing to learn|what you need first].
    """,
    """
    [names|labels|terms] change over [time|the years], so do not [worry|mind|be put off] if a \
    <source> uses [another|an older|a different] word for the same [thing|idea].
    """,
    """
    <ask> who [wrote|published|paid for] an explanation and [why|for whom]; it tells you which \
    [questions|points|drawbacks] [may be missing|it may leave out].
    """,
    """
    [reading about|knowing the terms of|following] [the subject|{topic} questions] is [one thing|a \
    start], and [using|applying] what you [read|know] is [another|the next step], so [try|use] \
    [one point|one thing] [soon|this week|right away].
    """,
    """
    [some|a few] [parts|points] can be [learned|picked up] in [an hour|an evening|one sitting], \
    [others|the rest] only by [doing|practice|trying], so <check> which are which before you \
    [plan|begin].
    """,
    """
    [take|read|use] the [following|next|remaining] points as [questions|prompts|a checklist], and \
    [check|test|compare] each of them against your own [case|situation|needs].
    """,
    """
    [if|when] [a {topic} term|a term|a word] is new to you, [put|write|note] a \
    [plainer|simpler|shorter] one next to it and [read on|go on|continue].
    """,
    """
    [plain|simple|clear] words are a good sign in [a|any] [||{topic} ]guide: [a writer|somebody] \
    who [understands|knows] the [matter|subject] can usually do without [jargon|technical \
    terms|long words].
    """,
    """
    [two|three] [things|questions] [decide|shape] most [||{topic} ][questions|choices]: what you \
    [start from|have], [|how much time you have, ]and what you [want to reach|want in the \
    end|would call a success].
    """,
    """
    [the|most] [||{topic} ][basics|essentials|main points] fit on one page, so [write|make|keep] \
    [your own|a] [summary|short version] [while you read|as you go|at the end].
    """,
    """
    you do not have to [know|understand|remember] [everything|all of it|every detail] to \
    [begin|start|make a choice]; it is enough to [know|see] what [comes first|to look at first|you \
    can leave for later].
    """,
  ]

  static let choose = [
    """
    [begin|start] with [the situation|the task|your own use] rather than [a product|a brand|a \
    name]: where, how often and by whom will it be [used|needed]?
    """,
    """
    <note> the [||{topic} ][features|qualities|points] you [cannot do without|really need|will use \
    every week], and [keep|put] [everything else|the rest] on a [second|separate] list.
    """,
    """
    [a criterion|a requirement|a wish] is [useful|helpful] only if you can [check|test] it, so \
    turn [vague|general] [wishes|hopes] into [questions|points] with a yes or a no.
    """,
    """
    [check|find out|ask] how [easy|simple] it is to [learn|use|look after], to [return|exchange] \
    and to [repair|replace|extend] what you [choose|pick|buy].
    """,
    """
    be [careful|cautious|patient] with [rankings|top lists|test winners] that do not \
    [say|explain|show] how [they|the products] were [tested|compared|chosen].
    """,
    """
    [independent|long-term|detailed] [opinions|reports|reviews] tell you more than [first \
    impressions|product pages|advertising], [especially|above all] where they \
    [describe|mention|name] [flaws|drawbacks|problems].
    """,
    """
    [picture|imagine|think of] an [ordinary|average|normal] [day|week] with [your choice|your \
    first pick|each candidate], and [ask|see] whether it [still fits|makes sense|saves you \
    anything].
    """,
    """
    [narrow|cut|bring] the [||{topic} ][field|list] down to [two or three|three|a handful of] \
    [candidates|options] before you [study|look into|compare] [details|the fine print|every \
    feature].
    """,
    """
    [durability|reliability|ease of use|easy cleaning] <often> [matters more than|counts for more \
    than] [an extra feature|a longer list of features|a famous name].
    """,
    """
    decide [beforehand|in advance|now|today] what would make you [walk away|say no|wait], so that \
    a [tempting|clever|sudden] offer does not change your [||{topic} ][limits|criteria|plan].
    """,
    """
    [compatibility|the space you have|the time to set it up|what you own already] is easily \
    [forgotten|overlooked], so [check|note] what [has to fit|must work together] before you [go \
    on|compare anything else|look at offers].
    """,
    """
    [people|everybody] who will [use|share|live with] [it|the result] should [have a say|be \
    asked|see the list], <because> a [||{topic} ][choice|decision] <seldom> [affects|concerns] \
    [one person only|only you].
    """,
    """
    [score|rate|judge] every [||{topic} ]<option> by the same [short list|criteria|points], and \
    only then [listen to|follow|consider] your [instinct|first reaction|preference].
    """,
    """
    [see|try] it before you [decide|commit yourself] if you can, <because> [comfort|ease of \
    use|the feel of it] and [speed|handling|small annoyances] do not come across in a \
    [picture|description|video].
    """,
    """
    ask [owners|users|people who have one] what they would [do|choose|buy] differently \
    [today|now|a year later]; [that|the answer] is <often> [more useful than|worth more than] a \
    [review|test|ranking].
    """,
    """
    [check|compare] the must-haves first and [alone|separately], <because> [one|a] missing \
    must-have [outweighs|matters more than] [two|three|several] [nice|pleasant|clever] extras.
    """,
    """
    [new|recent] does not [always|have to] mean better, and an [older|earlier] \
    [version|edition|model] with a [long|known|good] record can be the [safer|better|calmer] \
    [choice|option].
    """,
    """
    [write|put] the reason [for|behind] each [criterion|requirement|point] next to it, and \
    [drop|remove|cross out] the ones for which you [find|have] [none|no reason|only a habit].
    """,
    """
    [read|look through|go through] the [manual|terms|conditions] before you [pay|order|sign], and \
    ask about [anything that|whatever] is [missing|unclear|left open].
    """,
    """
    [choose|decide|buy] for the use you have [now|today|at the moment], not for the one you \
    [plan|hope for|may have one day].
    """,
    """
    [leave|allow|take] [a day|a night|some time] between the [choice|decision] and the \
    [order|purchase], and [see|check] whether your [||{topic} ][reasons|arguments] still \
    [hold|convince you].
    """,
    """
    <check> what [has to be|must be|should be] bought [along with it|at the same time|in \
    addition], since [a|the] [||{topic} ][choice|purchase] <often> [needs|comes with] \
    [extras|supplies|accessories].
    """,
    """
    [look at|count|consider] what you [own|have] already, <because> the [cheapest|quickest] \
    [||{topic} ][improvement|upgrade] may be to use it [better|differently|more often].
    """,
    """
    [ask yourself|think about|consider] what you would [recommend to|tell|suggest to] a friend \
    with the same [||{topic} ][needs|limits|plans], and [follow|check] [that|the same] \
    [advice|answer] yourself.
    """,
    """
    [photos|lists|offers] make [||{topic} ][options|products|candidates] look [alike|the \
    same|similar], so [pick|choose] [two|three] [points|differences] that you [would notice|can \
    check yourself|care about] and [look|ask] for those.
    """,
    """
    [a short|a written] list of [three|four|five] [criteria|questions] is [enough|all you need] \
    for [a|any] [||{topic} ][decision|comparison], as long as you [use|apply] [it|the same list] \
    [every time|to each candidate|to the end].
    """,
    """
    <check> [how long|whether] [parts|supplies|support] [will be|are] [available|easy to get], \
    [especially|above all] if you [want|plan] to keep it for [years|a long time].
    """,
  ]

  static let prepare = [
    """
    [set|lay|put] everything [out|ready] <beforehand>, so that you do not have to \
    [stop|search|look for things] [halfway|in the middle|later|during the work].
    """,
    """
    [allow|plan|leave] more time than you [expect|think you need] for the first [||{topic} \
    ][attempt|try|round], and [treat|see|use] it as [practice|a rehearsal|a test].
    """,
    """
    [follow|read|keep to] the [instructions|notes|manual] that came with your [own \
    equipment|material|tools]; they come before any general [||{topic} ]advice.
    """,
    """
    decide what [a good result|finished|done] looks like before the first [||{topic} ]step, so \
    that you [know|can tell|see] when to [stop|end|leave it alone].
    """,
    """
    [prepare|measure|sort] [what you can|as much as possible] while you have [time|a free \
    hand|both hands free], <because> the [middle|main part] of the work <seldom> [leaves \
    room|offers time] for it.
    """,
    """
    [group|put together|combine] the [||{topic} ]steps that need the same \
    [tool|place|preparation], and finish one group before you [begin|open|start] the next.
    """,
    """
    [expect|plan for|allow for] one [||{topic} ][surprise|delay|interruption], and [leave|keep] \
    [some|enough] [room|time] for it [at the end|in your plan|between the steps].
    """,
    """
    [good|decent|enough] light, a [clear|free|clean] surface and [ten|twenty|a few] quiet minutes \
    help most [||{topic} ][results|attempts|work] more than a new [tool|gadget|trick].
    """,
    """
    [keep|have] [a cloth|a pen and paper|a timer|the instructions] [within reach|at hand|next to \
    you] while you work, so that you do not have to [leave|interrupt] the [||{topic} ]step you are \
    [in|on|doing].
    """,
    """
    <check> how long the [||{topic} ]work [takes|usually takes] from start to end, and \
    [begin|start] only when you [have|can spare] that time [in one piece|without interruptions].
    """,
    """
    [look|go] through the [||{topic} ]steps [once|first] and [mark|underline|note] the ones where \
    [timing|cleanliness|care] matters [most|above all].
    """,
    """
    [test|check] [the equipment|tools and material|everything you use] [the day \
    before|beforehand], so that a [missing|broken|dirty] part does not [stop|delay] you on the day \
    itself.
    """,
    """
    [choose|pick] a [time|place] where [nobody|nothing] will [disturb|interrupt] you, \
    [especially|above all] for the first [||{topic} ][attempt|try].
    """,
  ]

  static let act = [
    """
    [work|go] through the [||{topic} ]steps in [order|their order] the first [time|few times], \
    even if one of them [seems|looks] [unnecessary|too small to matter|familiar|odd].
    """,
    """
    after each [step|stage], [stop|pause] [briefly|for a moment] and [check|look at] the \
    [||{topic} ][result|outcome] before you [move on|continue|start the next one].
    """,
    """
    [change|adjust] [only one thing|one thing] at a time, [because|since] [after|with] \
    [two|several|many] changes at once you cannot [tell|say|know] which of them made the \
    [difference|improvement].
    """,
    """
    [if|when] something [feels|looks|seems] [wrong|off|different from last time], go back to the \
    last [step|point] where everything was [as expected|in order|fine].
    """,
    """
    [repeat|go through|do] the whole [||{topic} ][process|routine] [a few times|two or three \
    times|more than once] before you [judge|change] it, so that [luck|a bad day|chance] does not \
    decide.
    """,
    """
    [where|wherever|if] [heat|power|chemicals|sharp tools] [may be|could be] involved, follow the \
    [official|manufacturer’s] [guidance|instructions], not [a general|an online] [guide|article].
    """,
    """
    [try|practise|do] the [difficult|delicate|tricky] part on something that does not matter \
    first, and [move on|go on] to the real thing [after|once] it [went well|worked].
    """,
    """
    [watch|look at|notice] the [signs|signals|result] rather than the clock, <because> \
    [times|durations] in [a|any|an online] [||{topic} ]guide are [averages|rough figures|only \
    estimates].
    """,
    """
    [keep|leave] a way back until the [||{topic} ]step is [finished|checked|done]: a [copy|photo], \
    a [spare part|note] or the old [setting|arrangement].
    """,
    """
    read the next step [to the end|in full|completely] before you [begin|start|do] it, and \
    [check|make sure] that [you have what it needs|everything for it is there|nothing is missing].
    """,
    """
    [stop|take a break|pause] [while things go well|when you get tired|before you start to \
    hurry|after the main part], <because> most [mistakes|slips|accidents] happen [in a \
    hurry|towards the end|when attention drops].
    """,
    """
    [keep|stay] close to the [||{topic} ][plan|instructions] while you work, and [save|note] [new \
    ideas|changes] for the next [round|time].
    """,
    """
    [do|finish] one [||{topic} ]step [fully|properly|completely] before you [turn to|begin|start] \
    the next, even if [both|they] could be done at the same time.
    """,
    """
    [when|if] a [||{topic} ]step [goes|went] wrong, [note|write down] [how it looked|what you saw] \
    before you [put it right|start again|mend it].
    """,
    """
    [work|go on] at a [pace|speed] at which you can still [notice|see|correct] [small changes|what \
    is happening|what you do], [especially|above all] [the first time|when a step is new|towards \
    the end].
    """,
  ]

  static let finish = [
    """
    [keep|make|take] [short|simple|brief] notes on what you [did|changed|used] and what \
    [happened|came of it|followed], <because> [details|small things] are [easy to forget|soon \
    forgotten].
    """,
    """
    [clean|clear|tidy] up [straight away|as you go|at the end], so that the next [||{topic} \
    ][round|try|attempt] [starts|begins] [from a clean state|with everything in place|without \
    delay].
    """,
    """
    a [small|short|modest] [||{topic} ][routine|checklist|plan] that you [keep to|follow|really \
    use] is [worth more|better] than [an elaborate|an ambitious|a perfect] one that [gets \
    skipped|lasts a week|stays on paper].
    """,
    """
    [note|mark|write down] the [setting|amount|time] that worked, and keep it where you will see \
    it [next time|again|when you need it].
    """,
    """
    let <someone> follow your [||{topic} ]notes without [your help|a word from you|asking], and \
    [mend|complete|mark] the [notes|line|step] where they [hesitate|stop|get stuck].
    """,
    """
    [compare|check] [the result|what you got] with [your notes|what you wanted|the last time], and \
    [pick|choose|name] one thing to [improve|change|keep] in the next [round|try].
    """,
    """
    [the first|an early] [||{topic} ][attempt|try|result] [does not have to|need not] be \
    [perfect|good]; it [shows|tells] you which [step|part] [needs|deserves] [more care|more \
    time|attention].
    """,
    """
    [give|allow] the [||{topic} ]result [a moment|some time|a little time] before you judge it, \
    <because> the first [look|impression] can be [misleading|wrong].
    """,
    """
    [check|test] the [||{topic} ]result [in use|under normal conditions|in everyday use], not only \
    [at first sight|on the table|right after the work].
    """,
    """
    [decide|choose] which single [change|adjustment] you will try next time, and [write|put] it at \
    the top of your [||{topic} ]notes.
    """,
    """
    [make|keep] the change for the next [||{topic} ][round|try] small, so that you can [see|tell] \
    [its effect|what it does|whether it helps].
    """,
    """
    [when|once] the [||{topic} ]result is [good|right|as you want it], [stop|leave off] \
    [adjusting|changing things] and [repeat|do] it [the same way|exactly like that] a few times.
    """,
    """
    ask <someone> [what they think of|to judge|about] the [||{topic} ]result, and listen [|first \
    ]to the answer before you [explain|say] what you [wanted|tried].
    """,
    """
    [return|come back] to the [||{topic} ]result [the next day|after a day|some hours later], and \
    [see|check] whether your [first|earlier] [view|judgement] [still holds|has changed].
    """,
  ]
}

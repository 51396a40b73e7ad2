/// Where something is to be decided or mended.
extension SentenceBank {
  static let compare = [
    """
    [put|set|list] [both|the] [sides|options] side by side on the [points|criteria] that [matter \
    to you|you would notice|you can check], and [leave|keep] the others [out|aside].
    """,
    """
    neither side [wins|is ahead|is better] on every point, so [ask|find out|decide] which \
    [weakness|compromise|drawback] you can [live with|accept|get used to].
    """,
    """
    differences on paper are <often> [larger|bigger] than [differences in use|those you notice in \
    use], and a [short|direct|simple] [trial|test] [settles|answers|clears up] most of [them|the \
    open points].
    """,
    """
    [where|if|when] both sides [do the job|meet the need|are good enough], let \
    [upkeep|convenience|price|space] [decide|tip the balance|break the tie].
    """,
    """
    compare like with like: the same [class|size|scope|price range], the same \
    [conditions|use|place] and the same [period|moment|amount|season].
    """,
    """
    <ask> which side is [easier|simpler|cheaper] to [undo|change|give up] later, <because> a \
    [reversible|flexible] decision needs less [certainty|proof|time].
    """,
    """
    [strong|firm|loud] opinions on either side <often> come from different [needs|uses|habits], so \
    [ask|find out] how [the writer|the person] uses [it|theirs].
    """,
    """
    [think|look] [a year ahead|past the first weeks|further than the first month]: which side will \
    [suit|serve|fit] you [then|by then], and which will you want to replace?
    """,
    """
    [mixing|combining|using] both is sometimes possible, so do not assume that you [must|have to] \
    [pick|choose|keep to] one side [for good|forever|for everything].
    """,
    """
    <note> the reason for your [||{topic} ][preference|verdict|choice] in [one sentence|a line or \
    two]; if you cannot [find|write] [it|one], the difference may not [matter|be important] [to \
    you|after all].
    """,
    """
    [borrow|try|see] [each|both] before you [commit|decide] if that can be arranged, <because> \
    first impressions [tend to|often] change [with use|after a while|after a few days].
    """,
    """
    [weigh|set|compare] what you gain against what you [give up|lose], and take your \
    [own|usual|real] [week|situation|routine] as the measure.
    """,
    """
    [leave|put] aside the points on which both sides are [equal|alike|the same], and [spend|use] \
    the time on the [two or three|few|ones] that [differ|remain|decide].
    """,
    """
    [one|a single] [point|difference|detail] that you [meet|notice|deal with] every day weighs \
    more than [five|several] that [matter|show|come up] once a [year|month].
    """,
    """
    turn the question [round|the other way round]: what would the other side have to \
    [offer|do|cost] to [change your mind|win you over|be the better choice]?
    """,
    """
    be fair to the side you know [less|less well|only from hearsay], and look for the \
    [best|strongest] [case|argument|reasons] that can be [made|found] for it before you \
    [judge|decide|choose].
    """,
    """
    ask [people|users|others] who [switched|changed|moved] from one side to the other what they \
    [miss|regret|would do again], [since|because] they [know|have used|can compare] both.
    """,
    """
    [count|include|consider] the [effort|cost] of [learning|changing|getting used to something \
    new], which a [table|list|comparison] does not show.
    """,
    """
    [if|when] the [||{topic} ][comparison|choice] stays close, either side is a good answer, and \
    you can [decide by|go by|choose by] [taste|price|what is in stock].
    """,
    """
    [set|fix|choose] a [date|day] for the decision, <because> a [||{topic} ]comparison without [an \
    end|a limit] [takes|costs] more [time|effort] than [it saves|it is worth].
    """,
    """
    [check|look at] how [each side|each option|either one] [behaves|does] on a bad day: [in a \
    hurry|when you are tired], [in little space|with little time] or [after a mistake|without \
    practice].
    """,
    """
    [ask|decide|think about] who else will use it, <because> the [better|right] side for [you|one \
    person] [may|can] be the [wrong|harder|less practical] one for [them|the others].
    """,
    """
    [count|list|look at] what each side needs [around it|in addition|as well]: [space|room], \
    [supplies|accessories] and [cleaning|care].
    """,
    """
    a [table|list] with [three|four|five] [rows|points] is enough for [a|this kind of] [||{topic} \
    ]comparison, and more [rows|points] only make it [harder|slower] to [read|use|decide].
    """,
    """
    [see|check] whether the difference [shows|matters|can be noticed] [in the result|in the end|in \
    daily use|on the bill], or only in [the description|the way it is made|how people talk about \
    it].
    """,
    """
    [try|use] {left} and {right} on the same [day|task|occasion] if you can, and [note|write down] \
    your [first|honest] impression of [each|both] before you read [another|any more] \
    [opinion|review].
    """,
    """
    [a|the] choice between {left} and {right} [need not|does not have to] be [final|perfect], as \
    long as you know what you [would miss|give up] with [either|each] of them.
    """,
    """
    [imagine|suppose] that you could [get|have] only {left} or only {right}: [what would you \
    miss|what would be missing] [first|most|in the first month] in [each|either] case?
    """,
    """
    [ask|find out] what {left} and {right} have in common [first|before anything else], <because> \
    these points cannot [decide|settle] [the matter|the choice|it].
    """,
    """
    [write|finish] the sentence “I would take {left} if …”, do the same for {right}, and \
    [see|check] which [condition|ending] [fits|describes] you.
    """,
    """
    [look|search] for people who [own|use] both {left} and {right}, and [ask|note] when they \
    [reach for|choose] which.
    """,
  ]

  static let trouble = [
    """
    [describe|write down|note] the [||{topic} ][problem|symptom|trouble] [exactly|in detail|in \
    plain words]: when it [began|first appeared|started], how often it [shows|returns|happens], \
    and what changed around then.
    """,
    """
    [begin|start] with the [check|test] that [costs|takes] the least [time|effort|money], even if \
    another one [seems|sounds|looks] more [likely|interesting].
    """,
    """
    rule out one [possible cause|cause|possibility|suspect] after the other, and [keep|make] a \
    [list|note|record] [as you go|of each result], so that you do not [check|test] the same thing \
    twice.
    """,
    """
    undo the [last|latest|most recent] change first, <because> many [||{topic} \
    ][problems|troubles|faults] [follow|begin with|come from] something [recent|small|new].
    """,
    """
    [if|when] a [||{topic} ][fix|remedy|change] helps, undo it once and see whether the \
    [problem|symptom|trouble] comes back, <because> only then do you know the [cause|reason].
    """,
    """
    [several|two|two or three] small causes can add up, so a [partial|slight|small] improvement is \
    [a clue|a good sign|useful] and not a [failure|dead end].
    """,
    """
    [compare|check] with a [time|day|setting] when the trouble [was absent|did not come up], and \
    [list|note|write down] everything that [differs|is different|has changed].
    """,
    """
    give each [||{topic} ][change|attempt|fix] [enough|some] time to show its effect before you \
    [try|add|start] the next one.
    """,
    """
    know when to [stop|ask for help]: if a [mistake|wrong move] could [cause harm|be costly|break \
    something], a [qualified|trained|skilled] person is the [better|safer|cheaper] choice.
    """,
    """
    [many|most] [repeat|recurring] [||{topic} ]problems come from a [habit|missing step|skipped \
    check], so watch your own routine <while>.
    """,
    """
    [photos|dates and notes|short videos] from each [attempt|stage|try] make it [easier|simpler] \
    to [see|spot] a pattern and to [explain|describe|show] the case to somebody else.
    """,
    """
    [right after|after|once you have made] the [||{topic} ][repair|fix|change], add the \
    [check|step|habit] that would have [caught|shown|prevented] it to your [usual|weekly] \
    [routine|list].
    """,
    """
    [swap|exchange] one [||{topic} ][thing|part] for one that you know is good, and if the trouble \
    stays, you have [ruled out|excluded] [that part|one cause] at least.
    """,
    """
    [begin|start] with the plain causes: [neglect|a skipped step|an oversight], [wear|age] and \
    [forgotten|changed] settings explain more than [rare|hidden|unusual] faults do.
    """,
    """
    do not [fix|change|try] two things at once, however [tempting|quick|easy] it looks, <because> \
    the second [fix|change] hides what the first one did.
    """,
    """
    [look|search] for what the bad [||{topic} ][days|results|tries] have in common, and then for \
    what is [different|missing|changed] [when all is well|when it works|on better ones].
    """,
    """
    [look up|search for] the [||{topic} ]symptom in the words that [specialists|manuals|experts] \
    use, <because> the same trouble <often> has another name there.
    """,
    """
    some causes cannot be [proved|seen|shown], only made [unlikely|less likely], and [that|a \
    likely cause] is <often> enough to [act on|go on|continue].
    """,
    """
    [keep|save] a [record|note|photo] of how things were until the [||{topic} ][repair|change|fix] \
    has lasted [a week|a few days|a fortnight].
    """,
    """
    [check|note|write down] what still works as it should, <because> it [narrows|shortens] the \
    search [more than|as much as] another [list of symptoms|look at the fault].
    """,
    """
    [when|if] the [||{topic} ]trouble comes and goes, write down the time and the \
    [circumstances|place|weather] each time, <because> a pattern <often> needs only a few \
    [entries|lines|notes] [to show|to appear].
    """,
    """
    [read|look at] the [manual’s|maker’s|manufacturer’s] [own list of faults|page on \
    faults|troubleshooting page] before you [search|ask] [anywhere else|in a forum|further].
    """,
    """
    [ask|find out] whether [others|other people|owners of the same kind] [report|describe|know] \
    the same [||{topic} ][problem|trouble], and what [helped|worked for] them in the end.
    """,
    """
    [decide|set|agree] how [much time|much effort|many tries] you will [give|spend on] the \
    [||{topic} ]search before you [ask for help|replace the part|call somebody].
    """,
    """
    a [problem|fault|symptom] that [appears|shows] only [sometimes|now and then] is \
    [easier|quicker] to find if you [change|vary] [nothing else|as little as possible] <while>.
    """,
  ]

  static let cost = [
    """
    look [past|beyond] the [first|initial|advertised] price: [upkeep|supplies|running costs], \
    [time|effort] and [replacement|repairs] belong in the same sum.
    """,
    """
    set a [||{topic} ][range|limit|budget] before you [look|compare|shop], and [note|say|write \
    down] what would [justify|be worth] the upper end of it.
    """,
    """
    [more|extra] money should buy something you will [notice|use|need], and if you cannot [name \
    it|say what it is], the [cheaper|simpler] [||{topic} ]<option> is enough.
    """,
    """
    [low|tempting|surprising] [||{topic} ]prices are [no problem|fine] as long as you [know|find \
    out] what was [left out|saved on|simplified] and can do without it.
    """,
    """
    [divide|spread] the [||{topic} ][cost|total|sum] over the [times|months|years] you \
    [expect|plan] to use it, and [compare|look at] the figure per [use|month].
    """,
    """
    <check> what is included, what costs extra, and what [happens|changes] when the [first \
    period|offer|trial] ends.
    """,
    """
    [prices|terms|offers] change, so [check|confirm|look up] the current ones [at the source|with \
    the seller|on the day] before you [rely on|plan with|compare] them.
    """,
    """
    [second-hand|shared|rented|refurbished] [||{topic} ][options|solutions] deserve a \
    [look|thought], as long as you can [check|inspect|ask about] the [condition|state|history].
    """,
    """
    value is personal: a [||{topic} ][feature|quality|detail] that saves one \
    [reader|household|person] an hour a week may be [useless|worth nothing|of no use] to the next.
    """,
    """
    [waiting|a pause of] [a few days|a week|two weeks] costs little and [shows|tells you] whether \
    you still [want|need] [it|the same thing].
    """,
    """
    [keep|put aside|plan] a [small|modest] reserve for what you [discover|learn|miss] [later|on \
    the way|in the first weeks], <because> [||{topic} ]spending <seldom> ends with the first \
    purchase.
    """,
    """
    [write|put|note] three prices next to each other: the one you [see|are shown], the one with \
    [everything|all extras] included, and the one after [a year|two years|three years] of use.
    """,
    """
    decide whether you want the [best|top] [||{topic} ]<option> or one that is [good enough|just \
    right for you], <because> the [difference|step] in price [between the two |]is <often> large.
    """,
    """
    ask what the [seller|maker|shop] charges for the part that [wears|runs|gives] out first, and \
    how [soon|often] that [happens|is likely].
    """,
    """
    save on [what|the {topic} parts] you can [replace|change|upgrade] later without \
    [loss|trouble|much effort], and spend [more |]on what [everything else|the result|daily use] \
    depends on.
    """,
    """
    a discount [alone |]is [no|not a] reason to buy, so ask [first|yourself] whether you would \
    have [wanted|considered|chosen] it at the [full|usual|normal] price.
    """,
    """
    [count|add|include] your own hours in the [||{topic} ]budget at least once, <because> \
    [time|your time] is <often> the [largest|biggest|most expensive] item.
    """,
    """
    [compare|look at] the total for the [amount|period] you will really [use|need], since [large \
    packs|long plans|bigger sizes] are [priced|made] for somebody who uses more.
    """,
    """
    [warranty|return|repair] terms are part of the price, so [read|compare|check] them [with the \
    same care|as well|before you pay].
    """,
    """
    [look|ask] for the price of [supplies|spare parts|consumables] [as well|at the same time], \
    <because> [a cheap|a low-priced] [start|model|offer] can [become|turn] [expensive|costly] \
    [with use|over time|within a year].
    """,
    """
    [find out|check|ask] which [||{topic} ][features|extras|details] [raise|drive|push up] the \
    price most, and [which|how many] of them you would [use|miss].
    """,
    """
    [a higher|the higher] price can be [fair|right|justified] when it [saves|spares] you \
    [time|repairs|a second purchase], so [name|write down] the saving [first|before you compare].
    """,
    """
    [prices|offers] from [two or three|several|different] sellers [tell|show] you what is \
    [normal|usual] for [a|this] [||{topic} ]purchase, and [make|help] you see [an odd one|a bad \
    one|a really good one].
    """,
    """
    [stop|end the search] when [an offer|a candidate] meets your [||{topic} ]list at [a price you \
    accept|your price|a fair price]; [looking further|another week of looking] <seldom> \
    [pays|saves much|changes the result].
    """,
    """
    [think|ask] [what|how much] you could [sell|resell|pass] it [on |]for after [a year|two \
    years], <because> [that|the resale value] is part of the real [||{topic} ]cost.
    """,
  ]
}

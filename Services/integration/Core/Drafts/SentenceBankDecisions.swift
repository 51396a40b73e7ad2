/// Where something is to be decided or mended.
extension SentenceBank {
  static let compare = [
    """
    [Put|Set] the options side by side on the [{topic} |][points|criteria] that [matter to \
    you|you would notice], not on every one that can be [listed|measured].
    """,
    """
    Neither side [wins|is ahead] on every point, so the [useful|better] question is which \
    [weakness|compromise] you can [live with|accept].
    """,
    """
    [Differences|Contrasts] on paper are [often|sometimes] larger than those in [use|practice]; a \
    [short|direct] [trial|test] [settles|answers] most of them.
    """,
    """
    [Where|If] both sides [do the job|meet the need], let [upkeep|convenience] [break the tie|tip \
    the balance].
    """,
    """
    [Compare|Judge] like with like: the same [class|scope], the same [conditions|use], and the \
    same [period|moment].
    """,
    """
    [Ask|Consider] which side is [easier|simpler] to [undo|change later], [because|since|as] a \
    [reversible|flexible] decision needs less [certainty|proof].
    """,
    """
    [Strong|Firm] opinions on either side [usually|often] come from different \
    [needs|uses|habits], not from better [knowledge|information].
    """,
    """
    [Think|Look] [a year ahead|past the first weeks]: which side will [grow|adapt] with you, and \
    which will [hold you back|need replacing]?
    """,
    """
    [Mixing|Combining] both is [sometimes|often] possible, so do not [assume|take for granted] \
    that you must [pick|choose] one side [for good|forever].
    """,
    """
    [Note|Record] the [reason|grounds] for your [{topic} |][preference|verdict] in one sentence; \
    if no sentence comes, the difference may not matter to you.
    """,
    """
    [Borrow|Try] each before you [commit|decide], if that can be [arranged|done], \
    [because|since|as] first impressions [tend to|often] change [with use|after a while].
    """,
    """
    [Weigh|Judge] what you gain against what you give up, and take your [own|usual] \
    [week|situation] as the measure.
    """,
    """
    [Leave|Put] aside the points on which both sides are [equal|alike]; they fill [tables|lists] \
    and decide nothing.
    """,
    """
    [One|A single] point that you [meet|notice] every day weighs more than five that \
    [matter|show] once a year.
    """,
    """
    [Turn|Swap] the [{topic} |]question round: what would the other side have to [offer|do] to \
    change your mind?
    """,
    """
    [Be|Stay] fair to the side you know less: [look|search] for the [best|strongest] case that \
    can be made for it before you [judge|decide].
    """,
    """
    [Ask|Find out] what people who [switched|changed] from one side to the other [miss|missed]; \
    they are the only ones who know both.
    """,
    """
    [Count|Include] the [learning|change] itself: a side you [know|are used to] has a head start \
    that a [table|list] does not show.
    """,
    """
    [If|When] the [{topic} |][comparison|choice] stays close, either side is a good answer, and \
    the time is better spent on using it [well|properly].
    """,
    """
    [Set|Fix] a date for the decision; a {topic} comparison without an end [turns|grows] into a \
    [hobby|habit].
    """,
  ]

  static let trouble = [
    """
    [Describe|Write down] the [{topic} |][problem|symptom] [exactly|in detail]: when it \
    [began|first appeared], how [often|frequently] it [shows|returns], and what [changed|was \
    different] around then.
    """,
    """
    [Begin|Start] with the [check|test] that [costs|takes] the least [time|effort], even if \
    another one [seems|sounds] more [likely|interesting].
    """,
    """
    Rule out one [cause|possibility] after the other, and keep a [list|note] so that you do not \
    [check|test] the same thing twice.
    """,
    """
    Undo the [last|most recent] change first; {topic} [problems|troubles] [often|frequently] \
    [follow|begin with] something [recent|small].
    """,
    """
    [If|When] a [{topic} |][fix|remedy] helps, undo it once and see whether the [problem|symptom] \
    comes back; only then do you know the [cause|reason].
    """,
    """
    [Several|Two] [small|modest] causes [can|may] add up, so a [partial|slight] improvement is [a \
    clue|a sign] and not a [failure|dead end].
    """,
    """
    [Compare|Check] with a [time|setting] where the trouble [was absent|did not come up], and \
    [list|note] everything that [differs|is different].
    """,
    """
    [Patience|A little patience] is part of the [work|search]: give each [{topic} \
    |][change|attempt] [enough|some] time to show its effect before you [try|add] the next one.
    """,
    """
    Know when to [stop|ask]: if a [mistake|wrong move] could [cause harm|be costly], a \
    [qualified|trained] person is the [better|safer] choice.
    """,
    """
    [Most|Many] [repeat|recurring] {topic} problems [point to|come from] a [habit|missing step], \
    so watch your own routine [for a while|for a few days].
    """,
    """
    [Photos|Dates and notes] from each [attempt|stage] make it [easier|simpler] to [see|spot] a \
    pattern and to [explain|describe] the case to somebody you ask for help.
    """,
    """
    [Prevention|Avoiding a repeat] starts right after the [{topic} |][repair|fix]: add the \
    [check|step] that would have [caught|shown] it to your usual [routine|list].
    """,
    """
    [Change|Swap] one thing for one that you know is good; if the trouble stays, you have \
    [learned|found out] something too.
    """,
    """
    [Begin|Start] with the plain causes: [dirt|neglect], [wear|age] and forgotten \
    [settings|changes] explain more than [rare|hidden] faults do.
    """,
    """
    [Do|Try] not to fix two things at once, however [tempting|quick] it looks; the second \
    [fix|change] hides what the first one did.
    """,
    """
    [Look|Go] for what [all|both] bad [days|results] have in common, then for what the good ones \
    [lack|share].
    """,
    """
    [Search|Look up] the [{topic} |]symptom in the words that [specialists|old hands] use; the \
    same trouble [often|frequently] has [a duller|another] name there.
    """,
    """
    [Accept|Expect] that some causes cannot be [proved|seen], only made unlikely; [that|it] is \
    enough to [act|go on].
    """,
    """
    [Keep|Save] a record of how things were until the [{topic} |][repair|change] has lasted [a \
    while|a week].
    """,
    """
    [Ask|Note] what still works as it should; it [narrows|cuts] the search more than another list \
    of [symptoms|faults].
    """,
    """
    [When|If] the [{topic} |]trouble comes and goes, write down [the time and the \
    circumstances|time and place] [each time|every time]; a pattern [needs|takes] only a few \
    [entries|lines].
    """,
  ]

  static let cost = [
    """
    [Look|Think] [past|beyond] the [first|initial] price: [upkeep|supplies|running costs], \
    [time|effort] and [replacement|repairs] belong in the same sum.
    """,
    """
    [Set|Fix] a [{topic} |][range|limit] before you [look|compare], and [note|say] what would \
    [justify|earn] the upper end of it.
    """,
    """
    [More|Extra] money should buy something you will [notice|use]; if you cannot [name|say] it, \
    the [cheaper|simpler] option is enough.
    """,
    """
    [Low|Tempting] prices are no problem as long as you know [what was left out|which corner was \
    cut] and can do without it.
    """,
    """
    [Divide|Spread] the [{topic} |][cost|total] over the [times|months] you [expect|plan] to use \
    it, since a figure per use makes different offers [comparable|easy to compare].
    """,
    """
    [Check|Ask] what is included, what costs extra, and what [happens|changes] when the [first \
    period|offer] ends.
    """,
    """
    [Prices|Terms] change, so [check|confirm] the [current|present] ones [at the source|with the \
    seller] before you rely on them.
    """,
    """
    [Second-hand|Shared|Rented] [options|solutions] deserve a [look|thought], as long as you can \
    [check|inspect] the [condition|state].
    """,
    """
    Value is personal: a [{topic} |][feature|quality] that saves one reader an hour a week may be \
    [useless|decoration] for the next.
    """,
    """
    [Waiting|A pause of a few days] costs little and [shows|reveals] whether the [need|wish] \
    [lasts|is real].
    """,
    """
    [Keep|Put aside] a [small|modest] reserve for what you [discover|learn] [later|on the way], \
    [because|since|as] {topic} spending [rarely|seldom] ends with the first purchase.
    """,
    """
    [Write|Put] three prices next to each other: the one you [see|are shown], the one with \
    everything included, and the one after [a year|two years] of use.
    """,
    """
    Cheap and perfect is rare, cheap and good enough is [common|frequent]; [decide|say] which of \
    the two you are after.
    """,
    "[Ask|Find out] what the [seller|provider] charges for the part that [wears|runs] out first.",
    """
    Save on what you can [replace|change] later without [loss|trouble], and spend on what \
    everything else [rests|depends] on.
    """,
    """
    A discount is a [price|number], not a reason: [ask|check] whether you would have wanted it at \
    the [full|usual] price.
    """,
    """
    [Count|Add] your own hours to the {topic} budget at least once; [it|that] is \
    [often|frequently] the [largest|biggest] item.
    """,
    """
    [Compare|Look at] the total for the [amount|period] you will really [use|need], since [packs \
    and plans|larger sizes] are priced for somebody who uses more.
    """,
    "[Warranty|Return] terms are part of the price, and the [easiest|first] part to [forget|skip].",
  ]
}

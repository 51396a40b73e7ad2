/// Questions and answers, list items and table rows that fit any topic.
enum QuestionBank {
  static let faq: [(question: String, answer: String)] = [
    (
      "[Where should I start|What is a good first step] with {topic}?",
      """
      [Start|Begin] with [one clear goal|the result you want] and the [means|time and tools] \
      you have [today|right now]. [Everything else|The rest] can be [added|improved] once \
      that [first|small] [step|version] works.
      """
    ),
    (
      "[How do I know|How can I tell] whether [my information is reliable|a source is reliable]?",
      """
      [Look for|Check] who [wrote|stands behind] it, when it was [written|last updated], and \
      [how|on what basis] its [claims|statements] were [tested|checked]. [Two|Several] \
      [independent|unrelated] [sources|accounts] that agree are [better|worth more] than one \
      that is [confident|loud].
      """
    ),
    (
      "[What is the most common mistake|What goes wrong most often] [around|with] {topic}?",
      """
      [Changing|Deciding] too much at once. [Go|Move] one step at a time, [keep|make] notes, \
      and [give|allow] every change [a fair trial|the time it needs].
      """
    ),
    (
      "[How much time should I plan|How long should I allow] for {topic}?",
      """
      [Plan|Set aside] [a little|somewhat] more than the first [estimate|guess], \
      [because|since] [preparation|reading instructions] and [checking|tidying up] are \
      [easily|often] [forgotten|left out]. [Your own|Written] notes will [soon|quickly] \
      [give|be] a better [measure|estimate] than any [article|general figure].
      """
    ),
    (
      "[Do I need|Is it worth getting] professional [help|advice]?",
      """
      [Where|If] a [mistake|wrong step] would be [dangerous|costly|hard to undo], yes. \
      [Otherwise|For the rest], [a careful start|patient practice] and a \
      [willingness|readiness] to [ask|stop and ask] [carry|take] you a [long|good] way.
      """
    ),
    (
      "[How often should I review|When should I revisit] my [choices|decisions]?",
      """
      [Whenever|As soon as] your [situation|needs] [changes|change], and [otherwise|apart \
      from that] at a [regular|fixed] [date|interval] you [choose|set] yourself. A \
      [short|brief] look at your [notes|list] is [usually|mostly] enough.
      """
    ),
    (
      """
      [What if|What can I do if] the [advice|guidance] here does not [fit|match] my \
      [case|situation]?
      """,
      """
      [Keep|Take] the [questions|criteria] and [replace|change] the [answers|order]. \
      [General|Broad] [guidance|advice] on {topic} [describes|covers] [typical|common] \
      cases, and yours may [differ|be special] in a [point|way] that [matters|counts].
      """
    ),
  ]

  static let checks = [
    "[Purpose|Goal]: what {topic} should [do|achieve|change] for you",
    "[Limits|Constraints]: [time|space], [budget|effort] and [skills|help] [available|at hand]",
    "[Must-haves|Essentials]: the [points|features] you will not [give up|trade away]",
    """
    [Upkeep|Follow-up]: what [has to happen|needs doing] [afterwards|later], and [who does \
    it|how often]
    """,
    "[Evidence|Proof]: how you will [see|notice] that it [works|was worth it]",
    """
    [Risks|Downsides]: what [could go wrong|might fail] and how you would [notice|find out] \
    [early|in time]
    """,
    "[Exit|Way back]: how [easily|simply] the [decision|step] can be [changed|undone]",
    "[Sources|Advice]: [whom|which sources] you [trust|believe] on this, and [why|on what grounds]",
  ]

  static let steps = [
    "[Write down|Note] the [result|outcome] you want in one [sentence|line].",
    """
    [Gather|Collect|Prepare] what you need and [check|confirm] that it is [complete|in good \
    order].
    """,
    "[Do|Carry out] a [small|short] [trial|test] before the [real|full] [run|attempt].",
    "[Carry out|Go through] the [main|central] [part|step] without [hurry|interruptions].",
    """
    [Check|Compare] the result [against|with] the [sentence|goal] you [wrote|noted] at the \
    [start|beginning].
    """,
    """
    [Note|Record] one thing to [keep|repeat] and one to [change|try differently] [next \
    time|in the next round].
    """,
  ]

  static let rows: [(point: String, hint: String)] = [
    ("Best suited to", "[Describe|Note] the [user or task|situation] it [serves|fits] best"),
    ("Effort to start", "[Compare|Note] [preparation|learning] and [set-up|first steps]"),
    ("Effort over time", "[Look at|Consider] [care|upkeep] and [repeats|daily handling]"),
    ("Cost to consider", "[Count|Add up] purchase, [supplies|extras] and [replacement|renewal]"),
    ("Main strength", "[Name|State] the [point|quality] you would [miss|notice] [first|most]"),
    ("Main limit", "[Name|State] the [compromise|drawback] you would [accept|live with]"),
  ]
}

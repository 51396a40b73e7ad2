/// First sentences of an article, by what its searcher wants.
enum OpeningBank {
  static func sentences(for aim: KeywordAim) -> [String] {
    switch aim {
    case .comparison: comparison
    case .howTo: howTo
    case .troubleshooting: troubleshooting
    case .cost: cost
    case .buying, .review: buying
    case .definition, .question: question
    case .recipe: recipe
    case .list, .topic: topic
    }
  }

  static let comparison = [
    """
    a search for “{primary}” [is|means] a choice between {left} and {right}, and the [useful|real] \
    question is [for whom|when] each of them is the [right|better] one.
    """,
    """
    {left} or {right}: most people who look up “{primary}” [want|are looking for] [a clear way|a \
    fair way] to decide between the two.
    """,
    """
    if you are looking up “{primary}”, you probably know that {left} and {right} are both \
    possible, and want to know which [suits|fits] you [better|best].
    """,
    """
    there is no single winner in “{primary}”, but there is <often> a clear one [for a given \
    use|for each kind of use].
    """,
  ]

  static let howTo = [
    """
    you want to {act}, and you want it to [work|go well]: “{primary}” is [mostly|largely] a matter \
    of [preparation and order|order and a little practice].
    """,
    """
    the [work|task] behind “{primary}” has three parts: [getting ready|preparing], doing it and \
    checking the result.
    """,
    """
    this page on “{primary}” [shows|explains] what to prepare, which [order|steps] to keep and how \
    to [tell|see] that it [worked|went well].
    """,
    """
    it is [easier|simpler] to {act} when you know [each step|the order] and the reason for it, and \
    this page on “{primary}” gives you [both|that].
    """,
  ]

  static let troubleshooting = [
    """
    “{primary}” is a [symptom|sign] that can have [several|more than one] causes, and this page \
    [helps you tell them apart|takes them in order].
    """,
    """
    if you are looking up “{primary}”, something is not as it should be, and you want to know \
    where to [look|begin|start].
    """,
    """
    with “{primary}”, a short list of checks in the right order is [faster|quicker] than the first \
    [good |]idea.
    """,
  ]

  static let cost = [
    """
    a price for “{primary}” is easy to find, but it takes [a few more questions|a closer look] to \
    know what [you get for it|it includes].
    """,
    """
    “{primary}” is [first of all|at first sight] a question of money, and [soon after|at second \
    sight] one of how you will use it.
    """,
    """
    people who look up “{primary}” want to know what they have to pay and whether it is worth \
    [that|the money].
    """,
    """
    how much to spend on “{primary}” depends on what you [need|expect], so this page \
    [begins|starts] there.
    """,
  ]

  static let buying = [
    "there are [many|plenty of] lists for “{primary}”, but none of them knows how you will use it.",
    """
    a search for “{primary}” brings up [names|products] within seconds, and [reasons|good reasons] \
    much later.
    """,
    """
    a good answer to “{primary}” begins with where and how often you will use it, not with a \
    [product|brand].
    """,
    """
    there are many offers for “{primary}” and only a few criteria that matter to you, and this \
    page is about [the criteria|those].
    """,
  ]

  static let question = [
    "“{primary}” is asked often, and the answers differ because the [cases|situations] do.",
    """
    the short answer to “{primary}” fits in a sentence, but knowing when it holds takes a little \
    longer.
    """,
    """
    [if|when] you ask “{primary}”, you [probably|most likely] want an answer you can act on, and \
    the [reason|condition] behind it.
    """,
  ]

  static let recipe = [
    "take “{primary}” as a starting point: keep to it once, then change one thing at a time.",
    "a good result with “{primary}” <often> comes from the notes of the time before.",
    """
    everyone has a version of “{primary}”, and this page is about finding [yours|your own] and \
    being able to repeat it.
    """,
  ]

  static let topic = [
    "“{primary}” is a wide subject, and this page stays with what you can [use|act on].",
    """
    there is a lot to read on “{primary}”, and only part of it helps when you want to \
    [begin|decide].
    """,
    """
    [if|when] you looked up “{primary}”, you probably have a [decision|task] ahead of you and want \
    a clear way through it.
    """,
    """
    “{primary}” means different things to different people, so this page begins with what it \
    [can|could] mean for you.
    """,
  ]

  /// What else an article takes up.
  static let roads = [
    "further down, the page also [takes up|covers|answers] {list}.",
    "it also [answers|takes up|covers] what people look for under {list}.",
    "[related|similar] searches such as {lists} have sections of their own.",
    "it also covers {lists}, because these [questions|searches] [often|usually] come up together.",
  ]

  /// First sentences of conclusions.
  static let endings = [
    """
    you can now {act} with a plan: the result you want, the steps in order, and [one|a] check on \
    the way.
    """,
    """
    the next time you {act}, [have|keep] your notes [at hand|next to you], and add what you \
    [learn|change].
    """,
    """
    between {left} and {right}, the [right|better] answer is the one whose drawbacks you can [live \
    with|accept], so write down which one that is, and why.
    """,
    """
    with these [points|questions] [in hand|answered], “{primary}” becomes a [decision|task] you \
    can [explain|handle].
    """,
    """
    in short, “{primary}” is best handled in small steps: know what you need, check what you read, \
    and adjust as you go.
    """,
    """
    [all in all|taken together], a careful look at “{primary}” takes some time now and saves \
    [more|a good deal] of it later.
    """,
    """
    you do not have to settle “{primary}” [today|in one go], so begin with [one|the next] small \
    step, and [do it well|see how it goes].
    """,
    """
    for “{primary}”, you need little more than a clear [aim|idea of what you want], two or three \
    [checks|criteria] and [some patience|a little time].
    """,
    """
    come back to “{primary}” when you have tried one thing from this page, and read the \
    [part|section] that you need then.
    """,
  ]

  /// Sentences for a keyword that no heading holds.
  static let mentions = [
    """
    [a related search is|close to this is] “{keyword}”, and the same [questions|criteria] \
    [help|apply] there.
    """,
    "if “{keyword}” is what [brought|led] you here, [begin|start] with this [section|part].",
    """
    what is said here also [fits|applies to] “{keyword}”, because it depends on the same \
    [considerations|choices|points].
    """,
    """
    [keep|have] “{keyword}” in mind [at this point|while you read], as it [changes|can change] \
    what matters most.
    """,
    "if you came for “{keyword}”, you can [use|apply] this [part|section] as it stands.",
    """
    this is also the place to think about “{keyword}” and to [note|write down] your own \
    [answer|view].
    """,
    "what is said here holds for “{keyword}” too, [with|apart from] [small|minor] differences.",
    """
    [look|check] here again when you get to “{keyword}”, as the two are <often> [decided|settled] \
    together.
    """,
  ]

  /// For a friendly tone.
  static let welcome =
    """
    [good news|do not worry]: you do not [need|have] to [know|settle] [everything|all of it] \
    [today|at once]; a little [patience|curiosity] is [plenty|enough] to [begin|get going].
    """
}

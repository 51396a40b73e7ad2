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
    Behind “{primary}” stands a choice: {left} or {right}, and for whom each of them is the right \
    one.
    """,
    """
    “{primary}”: both have their [place|supporters], and the [useful|real] question is which one \
    [fits|suits] your own use.
    """,
    """
    Whoever types “{primary}” has [usually|mostly] narrowed the field to two, and [needs|wants] a \
    fair way to [end|settle] it.
    """,
  ]

  static let howTo = [
    """
    You want to {act}, and you want it to go well: “{primary}” is [mostly|largely] a matter of \
    preparation and order.
    """,
    """
    “{primary}” sounds like one step, but it is [really|in truth] three: getting ready, doing it \
    and checking the result.
    """,
    """
    Anyone can {act} once by luck; this page on “{primary}” is about doing it again with the same \
    result.
    """,
  ]

  static let troubleshooting = [
    """
    “{primary}” is a [symptom|sign], and the same one can have [several|more than one] causes; \
    this page [helps you tell them apart|takes them in order].
    """,
    """
    If you are looking up “{primary}”, something is not as it should be, and you want to know \
    where to [look|begin].
    """,
    """
    With “{primary}”, the [fastest|shortest] way is seldom the first idea; it is a short list of \
    checks in the right order.
    """,
  ]

  static let cost = [
    """
    The price is the easiest thing to find on “{primary}” and the last thing that settles the \
    matter.
    """,
    """
    “{primary}” is a question of money at first sight, and a question of use as soon as you look \
    closer.
    """,
    """
    Whoever looks up “{primary}” wants to know two things: what it takes, and whether it is worth \
    that.
    """,
  ]

  static let buying = [
    "There is no shortage of lists for “{primary}”; what they cannot know is how you will use it.",
    """
    Anyone searching for “{primary}” [finds|will find] names within seconds, and reasons much \
    later.
    """,
    """
    A good answer to “{primary}” begins with where and how often you will use it, not with a \
    [product|brand].
    """,
    """
    Offers for “{primary}” are many, and the criteria that matter to you are few; this page is \
    about the criteria.
    """,
  ]

  static let question = [
    "“{primary}” is asked often, and the answers differ because the [cases|situations] do.",
    """
    The short answer to “{primary}” fits in a sentence; knowing when it holds takes a little \
    longer.
    """,
    """
    [If|When] you ask “{primary}”, you [probably|most likely] want an answer you can act on, and \
    the [reason|condition] behind it.
    """,
  ]

  static let recipe = [
    "“{primary}” is a starting point, not a law: keep to it once, then change one thing at a time.",
    """
    A good result with “{primary}” is seldom an accident and never a secret; it [comes|grows] \
    from the notes of the time before.
    """,
    """
    [Everyone|Everybody] has a version of “{primary}”; this page is about finding [yours|your \
    own] and being able to repeat it.
    """,
  ]

  static let topic = [
    """
    “{primary}” [opens|leads into] a wider subject than it seems; this page stays with what you \
    can [use|act on].
    """,
    """
    There is a lot to read on “{primary}”, and only part of it helps when you want to \
    [begin|decide].
    """,
    """
    [If|When] you looked up “{primary}”, you probably have a [decision|task] ahead of you and \
    want a clear way through it.
    """,
    """
    “{primary}” means different things to different people, so this page begins with what it \
    [can|could] mean for you.
    """,
  ]

  /// What else an article takes up.
  static let roads = [
    "Further down, the page also takes up {list}.",
    "[On the way|Along the way], it also [answers|takes up] what people look for under {list}.",
    "[Related|Neighbouring] searches such as {lists} have sections of their own.",
    "It also covers {lists}, because these [questions|searches] [often|usually] come up together.",
  ]

  /// First sentences of conclusions.
  static let endings = [
    """
    You can now {act} with a plan: the result you want, the steps in order, and one check on the \
    way.
    """,
    """
    The next time you {act}, take your notes along; they are the part of this page that nobody \
    else can write.
    """,
    """
    Between {left} and {right}, the [right|better] answer is the one whose drawbacks you can live \
    with; write down which one that is, and why.
    """,
    """
    With these [points|questions] [in hand|answered], “{primary}” [becomes|turns into] a \
    [decision|task] you can [explain|stand behind].
    """,
    """
    In short, “{primary}” is best handled in small steps: know what you need, check what you \
    read, and adjust as you go.
    """,
    """
    [All in all|Taken together], a [careful|calm] look at “{primary}” [costs|takes] some time now \
    and saves [more|a good deal] of it later.
    """,
    """
    “{primary}” does not have to be settled [today|in one go]: [the next|one] small step, taken \
    well, is worth more than the whole plan.
    """,
    """
    What remains of “{primary}” after all this is [short|simple]: your need, two or three \
    criteria, and a date to decide.
    """,
    """
    [Come back|Return] to “{primary}” when you have tried one thing from this page; the second \
    reading is the [better|more useful] one.
    """,
  ]
}

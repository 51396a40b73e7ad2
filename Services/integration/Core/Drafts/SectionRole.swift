/// What a section of an article has to do; decides which sentences fit.
enum SectionRole: CaseIterable, Sendable {
  case explain, choose, prepare, act, finish, compare, trouble, cost, answer, close

  /// - Parameter isKeyword: the heading is what somebody searches for, and not one that every
  ///   article of its kind has.
  init(heading: String, structure: ContentStructure, isKeyword: Bool = false) {
    let words = Set(Words.of(heading))
    let framed = Self.frames.first { !$0.words.isDisjoint(with: words) }?.role
    if !isKeyword, let framed {
      self = framed
      return
    }
    switch KeywordAim(heading) {
    case .comparison: self = .compare
    case .troubleshooting: self = .trouble
    case .cost: self = .cost
    case .howTo, .recipe: self = .act
    case .question: self = .answer
    case .definition: self = .explain
    case .buying, .review, .list: self = .choose
    case .topic: self = isKeyword ? .explain : Self.usual(for: structure)
    }
  }

  /// Words of the headings that `OutlineComposer` and models write, the surest first.
  private static let frames: [(words: Set<String>, role: SectionRole)] = [
    (
      ["mistakes", "wrong", "causes", "symptom", "prevent", "fixes", "checks", "try"],
      .trouble
    ),
    (["why", "answer"], .answer), (["price", "spend", "save", "budget", "costs"], .cost),
    (["this", "next", "here", "conclusion"], .close), (["use"], .choose),
    (["differ", "pick", "strengths", "limits", "offers", "case", "well", "short"], .compare),
    (["preparation", "prepare", "begin", "start", "setting"], .prepare),
    (["finishing", "worked", "adjust", "refining", "better", "check", "result"], .finish),
    (["steps", "step", "routine", "practice", "habits", "part", "carrying"], .act),
    (
      [
        "matters", "consider", "considerations", "features", "quality", "lasts", "look", "criteria",
        "checklist", "ask", "choose", "choosing", "choice", "compare", "essentials", "nice",
      ], .choose
    ),
    (["depends", "changes", "situation", "goal"], .answer),
    (["decide", "fits"], .compare),
  ]

  private static func usual(for structure: ContentStructure) -> SectionRole {
    switch structure {
    case .comparison: .compare
    case .howTo, .recipe: .act
    case .troubleshooting: .trouble
    case .cost: .cost
    case .review, .listicle: .choose
    case .faq: .answer
    case .guide, .explainer: .explain
    }
  }

  /// Roles whose sentences serve when this one's are used up, nearest first.
  var neighbours: [SectionRole] {
    switch self {
    case .explain: [.answer, .choose]
    case .choose: [.explain, .answer]
    case .prepare: [.act, .explain]
    case .act: [.prepare, .finish, .explain]
    case .finish: [.act, .answer]
    case .compare: [.choose, .explain]
    case .trouble: [.act, .answer]
    case .cost: [.choose, .explain]
    case .answer: [.explain, .choose]
    case .close: [.answer, .act, .explain]
    }
  }
}

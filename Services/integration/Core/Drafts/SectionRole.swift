/// What a section of an article has to do; decides which sentences fit.
enum SectionRole: CaseIterable, Sendable {
  case explain, choose, act, compare, trouble, cost, answer, close

  init(heading: String, structure: ContentStructure) {
    let words = Set(Words.of(heading))
    func has(_ wanted: String...) -> Bool { wanted.contains(where: words.contains) }
    switch KeywordAim(heading) {
    case .comparison: self = .compare
    case .troubleshooting: self = .trouble
    case .cost: self = .cost
    case .howTo, .recipe: self = .act
    case .question: self = has("how") ? .act : .answer
    default:
      if has("mistakes", "wrong", "causes", "symptom", "prevent") {
        self = .trouble
      } else if has("price", "value", "spend", "save", "budget") {
        self = .cost
      } else if has("steps", "step", "preparation", "prepare", "begin", "practice", "routine") {
        self = .act
      } else if has("choose", "choosing", "decide", "criteria", "buy", "best", "look", "fits") {
        self = .choose
      } else if has("next", "conclusion", "summary") {
        self = .close
      } else {
        self = Self.usual(for: structure)
      }
    }
  }

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
    case .explain: [.answer, .choose, .act, .compare, .trouble, .cost]
    case .choose: [.compare, .cost, .explain, .answer, .act, .trouble]
    case .act: [.explain, .trouble, .answer, .choose, .compare, .cost]
    case .compare: [.choose, .explain, .cost, .answer, .act, .trouble]
    case .trouble: [.act, .answer, .explain, .choose, .compare, .cost]
    case .cost: [.choose, .compare, .answer, .explain, .act, .trouble]
    case .answer: [.explain, .act, .choose, .trouble, .compare, .cost]
    case .close: [.answer, .act, .explain, .choose, .trouble, .compare]
    }
  }
}

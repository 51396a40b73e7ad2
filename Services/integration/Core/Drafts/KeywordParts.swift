import HTML

/// What the form of a keyword says of the searcher; decides which sentences fit.
enum KeywordPattern: CaseIterable, Sendable {
  case act, limit, purpose, feature, missing, comparison, yesno, amount, why, question, best
  case recipe, symptom, topic
}

/// A keyword taken apart for sentences: `best grinder for espresso` has a purpose, `how to …` an
/// act, `a vs b` two sides.
struct KeywordParts: Sendable {
  /// The most telling first; never empty.
  let patterns: [KeywordPattern]
  /// Words for the slots of the patterns' sentences.
  let slots: [String: String]

  init(_ keyword: String) {
    let text = VisibleText.collapsed(keyword)
    let words = text.split(separator: " ").map(String.init)
    let low = words.map { $0.lowercased() }
    var patterns: [KeywordPattern] = []
    var slots = ["keyword": text]
    func rest(behind place: Int) -> String { words[(place + 1)...].joined(separator: " ") }
    /// The words behind one of these, if there are some on both sides of it.
    func tail(_ openers: String...) -> String? {
      guard let place = low.dropFirst().firstIndex(where: openers.contains),
        place + 1 < words.count
      else { return nil }
      return rest(behind: place)
    }
    let isAct = low.starts(with: ["how", "to"]) && words.count > 2
    if let sides = KeywordForm.sides(of: text) {
      (slots["left"], slots["right"]) = sides
      patterns.append(.comparison)
    } else if isAct {
      slots["act"] = Self.swapped(words.dropFirst(2), "my", "your")
      slots["deed"] = Self.swapped(words.dropFirst(2), "your", "my")
      patterns.append(.act)
    } else if KeywordForm.isQuestion(text) {
      slots["question"] = text.hasSuffix("?") ? text : text + "?"
      patterns += Self.questions(low)
    } else {
      if KeywordAim(text) == .troubleshooting { patterns.append(.symptom) }
      if let amount = tail("under", "below"), amount.contains(where: \.isNumber) {
        slots["limit"] = amount
        patterns.append(.limit)
      }
      if low.contains("best") || low.contains("top") { patterns.append(.best) }
      if KeywordAim(text) == .recipe { patterns.append(.recipe) }
      if let purpose = tail("for") {
        slots["purpose"] = purpose
        patterns.append(.purpose)
      }
      if let feature = tail("with") {
        slots["feature"] = feature
        patterns.append(.feature)
      }
    }
    if !KeywordForm.isQuestion(text), let missing = tail("without") {
      slots["missing"] = missing
      patterns.append(.missing)
    }
    if slots["question"] == nil, slots["left"] == nil, !isAct { patterns.append(.topic) }
    (self.patterns, self.slots) = (patterns, slots)
  }

  /// What somebody is told to do (`your`), or says of it (`my`).
  private static func swapped(_ words: ArraySlice<String>, _ old: String, _ new: String) -> String {
    words.map { $0.lowercased() == old ? new : $0 }.joined(separator: " ")
  }

  private static func questions(_ words: [String]) -> [KeywordPattern] {
    switch words[0] {
    case "why": [.why, .question]
    case "how": [.amount, .question]
    case "is", "are", "do", "does", "can", "should", "will": [.yesno, .question]
    default: [.question]
    }
  }
}

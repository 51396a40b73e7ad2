/// Hands out sentences for one article, none of them twice.
struct SentenceSource {
  private var choice: SeededChoice
  private var decks: [SectionRole: [String]] = [:]
  private var patterns: [KeywordPattern: [String]] = [:]
  private var written: Set<String> = []
  /// How often the decks may still be dealt again, for articles longer than what the bank holds;
  /// a sentence that comes again has other words, and another heading or topic.
  private var redeals = 3
  private let slots: [String: String]

  init(slots: [String: String], choice: SeededChoice) {
    self.slots = slots
    self.choice = choice
    deal()
    for pattern in KeywordPattern.allCases {
      patterns[pattern] = self.choice.shuffled(PatternBank.sentences(for: pattern))
    }
  }

  private mutating func deal() {
    for role in SectionRole.allCases {
      decks[role] = choice.shuffled(SentenceBank.sentences(for: role))
    }
  }

  /// The next sentence that suits the role; nil when every one has been used.
  mutating func next(for role: SectionRole, heading: String) -> String? {
    if let sentence = dealt([role] + role.neighbours, heading) { return sentence }
    if let sentence = dealt(SectionRole.allCases.filter { $0 != .close }, heading) {
      return sentence
    }
    guard redeals > 0 else { return nil }
    redeals -= 1
    deal()
    return dealt([role] + role.neighbours, heading)
  }

  private mutating func dealt(_ roles: [SectionRole], _ heading: String) -> String? {
    for role in roles {
      while let template = decks[role]?.popLast() {
        if let sentence = write(template, ["heading": heading]) { return sentence }
      }
    }
    return nil
  }

  /// Sentences about a keyword, the patterns in turn; fewer when there are no more.
  mutating func about(_ keyword: KeywordParts, count: Int) -> [String] {
    var sentences: [String] = []
    var isDry = false
    while sentences.count < count, !isDry {
      isDry = true
      for pattern in keyword.patterns where sentences.count < count {
        guard let template = take(pattern, after: sentences.last) else { continue }
        isDry = false
        if let sentence = write(template, keyword.slots) { sentences.append(sentence) }
      }
    }
    return sentences
  }

  /// Two sentences in a row do not both begin with the quoted keyword.
  private mutating func take(_ pattern: KeywordPattern, after sentence: String?) -> String? {
    guard var deck = patterns[pattern], !deck.isEmpty else { return nil }
    let isQuoting = sentence?.hasPrefix("“") ?? false
    let place = isQuoting ? deck.lastIndex { !$0.hasPrefix("“") } : deck.indices.last
    let template = place.map { deck.remove(at: $0) }
    patterns[pattern] = deck
    return template
  }

  /// Nil when the article holds that sentence already, or has no words for one of its slots.
  mutating func write(_ template: String, _ more: [String: String] = [:]) -> String? {
    let wording = Wording(slots: slots.merging(more) { $1 })
    guard wording.fits(template) else { return nil }
    let sentence = wording.write(template, &choice)
    return written.insert(sentence).inserted ? sentence : nil
  }

  /// Whether there are words for all slots of a template.
  func fits(_ template: String) -> Bool { Wording(slots: slots).fits(template) }

  mutating func shuffled<Value>(_ values: [Value]) -> [Value] { choice.shuffled(values) }
}

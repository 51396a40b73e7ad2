/// Hands out sentences for one article, none of them twice.
struct SentenceSource {
  private var choice: SeededChoice
  private var decks: [SectionRole: [String]] = [:]
  private var written: Set<String> = []
  /// How often the decks may still be dealt again, for articles longer than what the bank holds;
  /// a sentence that comes again has other words, and another heading or topic.
  private var redeals = 3
  private var slots: [String: String]

  /// What the sentences that follow are about.
  var topic: String {
    get { slots["topic"] ?? "" }
    set { slots["topic"] = newValue }
  }

  init(slots: [String: String], choice: SeededChoice) {
    self.slots = slots
    self.choice = choice
    deal()
  }

  private mutating func deal() {
    for role in SectionRole.allCases {
      decks[role] = choice.shuffled(SentenceBank.sentences(for: role))
    }
  }

  /// The next sentence that suits the role; nil when every one has been used.
  mutating func next(for role: SectionRole, heading: String) -> String? {
    if let sentence = dealt(role, heading) { return sentence }
    guard redeals > 0 else { return nil }
    redeals -= 1
    deal()
    return dealt(role, heading)
  }

  private mutating func dealt(_ role: SectionRole, _ heading: String) -> String? {
    for candidate in [role] + role.neighbours {
      while let template = decks[candidate]?.popLast() {
        if let sentence = write(template, heading: heading) { return sentence }
      }
    }
    return nil
  }

  /// Nil when the article holds that sentence already.
  mutating func write(_ template: String, heading: String = "") -> String? {
    var slots = slots
    slots["heading"] = heading
    let sentence = Wording(slots: slots).write(template, &choice)
    return written.insert(sentence).inserted ? sentence : nil
  }

  mutating func below(_ bound: Int) -> Int { choice.below(bound) }

  mutating func shuffled<Value>(_ values: [Value]) -> [Value] { choice.shuffled(values) }
}

import Testing

@testable import IntegrationCore

@Suite("alternatives of the sentence banks")
struct WritingTestsGrammar {
  @Test("a template has as many ways as its alternatives allow, each under its number")
  func numbers() {
    let template = Template("[a|b [c|d]] <e>[|!] <f>", named: ["e": "[x|y]"])
    #expect(template.count == 12)
    let ways = Set((0..<template.count).map(template.text))
    #expect(ways.count == 12)
    #expect(ways.contains("a x <f>") && ways.contains("b d y! <f>"))
    #expect(Template("plain").count == 1 && Template("").text(0).isEmpty)
  }

  @Test("what is not closed ends with the text")
  func hostile() {
    #expect(Template("a [b|c").count == 2)
    #expect(Template("a] b|c").text(0) == "a] b|c")
    #expect(Template("1 < 2").text(0) == "1 < 2")
    #expect(Template("[]").text(0).isEmpty)
  }

  @Test("every way to write an entry is a sentence", arguments: ["espresso machine", "desk"])
  func sentences(topic: String) {
    let wording = Wording(slots: Self.slots(topic))
    let questions = QuestionBank.all.flatMap { [$0.question, $0.answer] }
    for template in Self.sentenceBanks + questions {
      let faulty = Self.ways(of: template, wording).first {
        Self.fault(in: $0) != nil || !".?".contains($0.last ?? " ")
      }
      #expect(faulty == nil)
    }
    for template in QuestionBank.checks + QuestionBank.wishes {
      let faulty = Self.ways(of: template, wording).first {
        Self.fault(in: $0) != nil || $0.last?.isPunctuation == true
      }
      #expect(faulty == nil)
    }
  }

  /// All ways of a template with few, else 150 spread over all: a step that shares no divisor with
  /// the count meets every alternative of every choice alike.
  static func ways(of template: String, _ wording: Wording) -> [String] {
    let phrase = Template(template, named: PhraseBank.named)
    let most = min(phrase.count, 150)
    var step = max(phrase.count * 5 / 8, 1)
    while !isCoprime(step, phrase.count) { step += 1 }
    return (0..<most).map { wording.finished(phrase.text($0 * step % phrase.count)) }
  }

  private static func isCoprime(_ one: Int, _ other: Int) -> Bool {
    other == 0 ? one == 1 : isCoprime(other, one % other)
  }

  static var sentenceBanks: [String] {
    let patterns = KeywordPattern.allCases.flatMap(PatternBank.sentences)
    let openings = KeywordAim.allCases.flatMap(OpeningBank.sentences)
    return SectionRole.allCases.flatMap(SentenceBank.sentences) + SentenceBank.intro + patterns
      + openings + OpeningBank.roads + OpeningBank.endings + OpeningBank.mentions
      + [OpeningBank.welcome] + QuestionBank.steps.flatMap { $0 }
  }

  static func slots(_ topic: String) -> [String: String] {
    [
      "topic": topic, "primary": "oak vs pine", "keyword": "oak under 50", "left": "oak",
      "right": "pine", "act": "prune your rose", "deed": "prune my rose", "limit": "50",
      "purpose": "beginners", "feature": "a lid", "missing": "a scale", "question": "is it safe?",
      "list": "“oak”", "lists": "“oak” and “pine”", "site": "Example",
    ]
  }

  /// What is wrong with the form of a sentence.
  static func fault(in text: String) -> String? {
    let marks = "[]{}<>|"
    if text.contains(where: marks.contains) { return "mark" }
    for pair in ["  ", " .", " ,", " ?", " ;", " :", "..", ",.", ",,", "?."]
    where text.contains(pair) {
      return "pair"
    }
    guard let first = text.first(where: { $0 != "“" }), first.isUppercase || first.isNumber else {
      return "capital"
    }
    let words = text.split(separator: " ")
    for (word, next) in zip(words, words.dropFirst()) {
      if word == next { return "double" }
      if word.hasSuffix(".") || word.hasSuffix("?"), next.first?.isLowercase == true {
        return "capital"
      }
      let isVowel = "aeiou".contains(next.first ?? " ")
      let exceptions = ["one", "uni", "use", "usual", "hour", "honest"]
      let isRegular = !exceptions.contains { next.hasPrefix($0) }
      if word.lowercased() == "a", isVowel == isRegular { return "article" }
      if word.lowercased() == "an", isVowel != isRegular { return "article" }
    }
    return nil
  }
}

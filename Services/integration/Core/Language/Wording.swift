/// Writes a template out: `[this|that]` is one of several, chosen by seed, `{name}` a word given.
/// Words given are never read as template.
struct Wording {
  let slots: [String: String]

  func write(_ template: String, _ choice: inout SeededChoice) -> String {
    Title.capitalized(filled(Self.agreeing(Self.chosen(template, &choice))))
  }

  private static func chosen(_ template: String, _ choice: inout SeededChoice) -> String {
    var result = ""
    var rest = template[...]
    while let start = rest.firstIndex(of: "["), let end = rest[start...].firstIndex(of: "]") {
      result += rest[..<start]
      let options = rest[rest.index(after: start)..<end].split(
        separator: "|", omittingEmptySubsequences: false)
      result += options[choice.below(options.count)]
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// `a` or `an` by the next letter, in the template's own words.
  private static func agreeing(_ text: String) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for index in words.indices.dropLast() where ["a", "an", "A", "An"].contains(words[index]) {
      guard let next = words[index + 1].first, next.isLetter else { continue }
      let isVowel = "aeioAEIO".contains(next) || words[index + 1].hasPrefix("un")
      let isUpper = words[index].first == "A"
      let isSpecial = words[index + 1].hasPrefix("one") || words[index + 1].hasPrefix("hour")
      words[index] = (isVowel != isSpecial ? "an" : "a")
      if isUpper { words[index] = Title.capitalized(words[index]) }
    }
    return words.joined(separator: " ")
  }

  private func filled(_ template: String) -> String {
    var result = ""
    var rest = template[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      result += rest[..<start]
      result += slots[String(rest[rest.index(after: start)..<end])] ?? ""
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}

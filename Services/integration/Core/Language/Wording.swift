/// Writes a template out: its alternatives are those of `Template`, chosen by seed, `{name}` is a
/// word given. Words given are never read as template.
struct Wording {
  let slots: [String: String]

  func write(_ template: String, _ choice: inout SeededChoice) -> String {
    let phrase = Template(template, named: PhraseBank.named)
    return finished(phrase.text(choice.below(phrase.count)))
  }

  /// The words given in their slots, articles and capitals as they have to be.
  func finished(_ text: String) -> String {
    Title.sentence(filled(agreeing(Title.inner(text))))
  }

  /// Whether there are words for all slots.
  func fits(_ template: String) -> Bool {
    var rest = template[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      guard let word = slots[String(rest[rest.index(after: start)..<end])], !word.isEmpty else {
        return false
      }
      rest = rest[rest.index(after: end)...]
    }
    return true
  }

  /// `a` or `an` by the next letter; only articles of the template itself are touched.
  private func agreeing(_ text: String) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for index in words.indices.dropLast() where ["a", "an", "A", "An"].contains(words[index]) {
      let next = words[index + 1].hasPrefix("{") ? filled(words[index + 1]) : words[index + 1]
      guard let letter = next.first, letter.isLetter else { continue }
      let isVowel =
        "aeioAEIO".contains(letter)
        || (letter == "u" && !["uni", "us", "ut"].contains(where: next.hasPrefix))
      let isUpper = words[index].first == "A"
      let isSpecial = ["one", "hour", "honest"].contains(where: next.hasPrefix)
      words[index] = (isVowel != isSpecial ? "an" : "a")
      if isUpper { words[index] = Title.capitalized(words[index]) }
    }
    return words.joined(separator: " ")
  }

  /// The words given in their slots, everything else as it stands.
  func filled(_ template: String) -> String {
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

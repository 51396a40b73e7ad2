/// Writes a template out: `{name}` is a word given, `[this|that]` one of several, chosen by seed.
struct Wording {
  let slots: [String: String]

  func write(_ template: String, _ choice: inout SeededChoice) -> String {
    var result = ""
    var rest = template[...]
    while let character = rest.popFirst() {
      switch character {
      case "[":
        let end = rest.firstIndex(of: "]") ?? rest.endIndex
        let options = rest[..<end].split(separator: "|", omittingEmptySubsequences: false)
        result += filled(options[choice.below(options.count)])
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : ""
      case "{":
        let end = rest.firstIndex(of: "}") ?? rest.endIndex
        result += slots[String(rest[..<end])] ?? ""
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : ""
      default: result.append(character)
      }
    }
    return Title.capitalized(result)
  }

  private func filled(_ text: Substring) -> String {
    guard text.contains("{") else { return String(text) }
    var choice = SeededChoice()
    let words = Wording(slots: slots).write(String(text), &choice)
    guard let first = text.first, first != "{" || words.isEmpty else { return lowered(words, text) }
    return first.isLowercase ? first.lowercased() + words.dropFirst() : words
  }

  private func lowered(_ words: String, _ text: Substring) -> String {
    let name = text.dropFirst().prefix { $0 != "}" }
    guard let value = slots[String(name)], let first = value.first else { return words }
    return String(first) + words.dropFirst()
  }
}

/// Headline style.
enum Title {
  /// Every word begins with a capital except small ones within; words written with capitals or
  /// digits inside keep them.
  static func cased(_ text: String) -> String {
    let words = text.split(separator: " ")
    return words.enumerated().map { index, word in
      let isEdge = index == 0 || index == words.count - 1
      if !isEdge, Lexicon.lowercaseInTitles.contains(String(word)) { return String(word) }
      return capitalized(String(word))
    }.joined(separator: " ")
  }

  /// The first letter as a capital, the rest untouched.
  static func capitalized(_ text: String) -> String {
    guard let first = text.first else { return text }
    return first.uppercased() + text.dropFirst()
  }

  /// A sentence as it begins; a quoted word at its start gets the capital.
  static func sentence(_ text: String) -> String {
    guard text.hasPrefix("“") else { return capitalized(text) }
    let quoted = text.dropFirst()
    let word = quoted.prefix { $0 != " " && $0 != "”" }
    return word == word.lowercased() ? "“" + capitalized(String(quoted)) : text
  }

  /// Every sentence behind the first begins with a capital.
  static func inner(_ text: String) -> String {
    var result = ""
    var isStart = false
    var last: Character = " "
    for character in text {
      result += isStart ? character.uppercased() : String(character)
      isStart = character == " " && (last == "." || last == "?")
      last = character
    }
    return result
  }
}

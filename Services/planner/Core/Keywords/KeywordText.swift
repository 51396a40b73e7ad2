/// The text of a keyword: trimmed, inner blanks single. Two keywords are the same when their folded
/// forms are equal.
package struct KeywordText: Hashable, Sendable {
  /// Longest keyword in characters.
  package static let maxLength = 255

  package let text: String

  /// - Returns: nil when nothing is left, when it is too long or has control characters.
  package init?(_ raw: String) {
    let words = raw.split { $0.isWhitespace || $0 == "\u{feff}" }
    guard !words.isEmpty else { return nil }
    let text = words.joined(separator: " ")
    guard text.count <= Self.maxLength,
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    self.text = text
  }

  /// What uniqueness in a sector goes by.
  package var folded: String { text.lowercased() }
}

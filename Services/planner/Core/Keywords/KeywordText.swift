/// The text of a keyword: trimmed, inner blanks single. Two keywords are the same when their folded
/// forms are equal.
package struct KeywordText: Hashable, Sendable {
  /// Longest keyword in Unicode scalars: a single character may have any number of accents.
  package static let maxLength = 255

  package let text: String

  /// - Returns: nil when nothing is left, when it is too long or has control characters.
  package init?(_ raw: String) {
    let text = Self.words(raw)
    guard !text.isEmpty, text.unicodeScalars.count <= Self.maxLength,
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    self.text = text
  }

  /// The words of a text with single blanks between them.
  package static func words(_ text: String) -> String {
    text.unicodeScalars.split { $0.properties.isWhitespace || $0 == "\u{feff}" }
      .map(String.init).joined(separator: " ")
  }

  /// What uniqueness in a sector goes by.
  package var folded: String { text.lowercased() }
}

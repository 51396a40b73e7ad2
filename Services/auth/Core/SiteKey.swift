/// The text that a site's machine signs in with: a mark and random letters.
package enum SiteKey {
  /// Tells what a text is that turns up in a file or a log.
  package static let mark = "igk_"
  /// Random letters behind the mark: 32 bytes in base 64.
  package static let randomLetters = 43
  /// Letters from the start that lists show, so that people tell keys apart.
  package static let shown = 12
  /// A use is noted when the one that was noted last is so long ago.
  package static let useInterval: Duration = .seconds(60)
  /// Keys of one site that are valid at a time.
  package static let mostActive = 20

  /// Whether a text could be a key at all; what could not is looked up nowhere.
  package static func isWellFormed(_ text: String) -> Bool {
    text.hasPrefix(mark) && text.utf8.count == mark.utf8.count + randomLetters
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: "-")
      }
  }
}

/// An address to sign in with, in lower case, so that one mailbox is one user.
package struct EmailAddress: Hashable, Sendable {
  package static let longest = 254

  package let text: String

  /// Nil for what no mail server would take: the check is of form only.
  package init?(_ input: String) {
    let text = input.trimmedOfBlanks.lowercased()
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard text.unicodeScalars.count <= Self.longest, parts.count == 2,
      Self.isLocalPart(parts[0]), Self.isDomain(parts[1])
    else { return nil }
    self.text = text
  }

  /// What stands before the `@`.
  package var localPart: String { String(text.prefix { $0 != "@" }) }

  private static func isLocalPart(_ text: Substring) -> Bool {
    let special = "!#$%&'*+/=?^_`{|}~.-"
    return (1...64).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasSuffix(".")
      && !text.contains("..")
      && text.allSatisfy { $0.isASCIILetterOrDigit || special.contains($0) }
  }

  private static func isDomain(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let last = labels.last, last.count >= 2,
      last.contains(where: { !$0.isNumber })
    else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == "-" }
    }
  }
}

extension Character {
  var isASCIILetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}

extension StringProtocol {
  /// Without white space at both ends.
  package var trimmedOfBlanks: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

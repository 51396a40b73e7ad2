import Foundation

/// A regular expression of the tests' own, so that a mistake in one is found at its first use.
struct Pattern: @unchecked Sendable {  // NSRegularExpression is immutable and safe to share.
  private let expression: NSRegularExpression

  init(_ text: String) {
    do {
      expression = try NSRegularExpression(pattern: text, options: [.anchorsMatchLines])
    } catch {
      preconditionFailure("not a pattern: \(text)")
    }
  }

  struct Match {
    let offset: Int
    /// The whole match, then its groups; a group that took no part is empty.
    let groups: [String]
  }

  func matches(in text: some StringProtocol) -> [Match] {
    let text = String(text)
    let whole = NSRange(text.startIndex..., in: text)
    return expression.matches(in: text, range: whole).map { found in
      let groups = (0..<found.numberOfRanges).map { index in
        Range(found.range(at: index), in: text).map { String(text[$0]) } ?? ""
      }
      return Match(offset: found.range.location, groups: groups)
    }
  }

  func isFound(in text: some StringProtocol) -> Bool { !matches(in: text).isEmpty }
}

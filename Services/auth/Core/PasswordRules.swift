/// Why a password is refused.
package enum PasswordFault: Sendable, Equatable, CaseIterable {
  case tooShort, entirelyNumeric, tooCommon, tooSimilarToEmail
}

/// What a password must be: long enough, no number, none of those that everybody tries first, and
/// not the email in disguise.
package enum PasswordRules {
  package static let shortest = 8
  /// From this likeness on, a password counts as the email in disguise.
  static let similarity = 0.7

  /// Everything that is wrong with a password, gravest first.
  package static func faults(in password: String, email: String) -> [PasswordFault] {
    var faults: [PasswordFault] = []
    if password.count < shortest { faults.append(.tooShort) }
    if !password.isEmpty, password.allSatisfy(\.isNumber) { faults.append(.entirelyNumeric) }
    let lowered = password.lowercased()
    if CommonPasswords.all.contains(lowered.trimmedOfBlanks) { faults.append(.tooCommon) }
    if isSimilar(lowered, to: email.lowercased()) { faults.append(.tooSimilarToEmail) }
    return faults
  }

  private static func isSimilar(_ password: String, to email: String) -> Bool {
    let parts = email.split { !$0.isLetter && !$0.isNumber }.map(String.init) + [email]
    return parts.contains { part in
      // A part that is far shorter than the password cannot make up most of it.
      guard part.count >= 3, part.count * 10 > password.count else { return false }
      return likeness(Array(password), Array(part)) >= similarity
    }
  }

  /// The share of characters that two texts have in common in the same order (Ratcliff and
  /// Obershelp's pattern matching): 1 for equal texts.
  static func likeness(_ left: [Character], _ right: [Character]) -> Double {
    let length = left.count + right.count
    guard length > 0 else { return 1 }
    return 2 * Double(common(left[...], right[...])) / Double(length)
  }

  private static func common(
    _ left: ArraySlice<Character>, _ right: ArraySlice<Character>
  ) -> Int {
    guard let run = longestRun(left, right) else { return 0 }
    return run.length
      + common(left[..<run.left], right[..<run.right])
      + common(left[(run.left + run.length)...], right[(run.right + run.length)...])
  }

  private static func longestRun(
    _ left: ArraySlice<Character>, _ right: ArraySlice<Character>
  ) -> (left: Int, right: Int, length: Int)? {
    var best: (left: Int, right: Int, length: Int)?
    var lengths = [Int](repeating: 0, count: right.count + 1)
    for i in left.indices {
      var diagonal = 0
      for (column, j) in right.indices.enumerated() {
        let above = lengths[column + 1]
        lengths[column + 1] = left[i] == right[j] ? diagonal + 1 : 0
        diagonal = above
        let length = lengths[column + 1]
        if length > best?.length ?? 0 { best = (i - length + 1, j - length + 1, length) }
      }
    }
    return best
  }
}

/// Likeness of different words by their letters: forms of one root (`froth`, `frother`), compounds
/// (`houseplant`, `plant`), misspellings.
enum Kinship {
  /// 0 for unrelated words.
  static func of(_ left: String, _ right: String) -> Double {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    let (short, long) = a.count <= b.count ? (a, b) : (b, a)
    guard short.count >= 4 else { return 0 }
    var prefix = 0
    while prefix < short.count, short[prefix] == long[prefix] { prefix += 1 }
    if prefix >= 4, prefix == short.count, long.count - prefix <= 5 { return 0.8 }
    if prefix >= 5, prefix * 10 >= long.count * 7 { return 0.65 }
    if long.count - short.count >= 3, long.suffix(short.count).elementsEqual(short) { return 0.5 }
    if short.count >= 6, short[0] == long[0], long.count - short.count <= 1, isOneEdit(short, long)
    {
      return 0.7
    }
    return 0
  }

  private static func isOneEdit(_ short: [UInt8], _ long: [UInt8]) -> Bool {
    var index = 0
    while index < short.count, short[index] == long[index] { index += 1 }
    let rest = short.count == long.count ? short[index...].dropFirst() : short[index...]
    if rest.elementsEqual(long[index...].dropFirst()) { return true }
    guard short.count == long.count, index + 1 < short.count else { return false }
    return short[index] == long[index + 1] && short[index + 1] == long[index]
      && short[(index + 2)...].elementsEqual(long[(index + 2)...])
  }
}

/// Where chance comes from. Passed in everywhere, so that a run with the same seed is the same run.
package protocol Chance: Sendable {
  func next() -> UInt64
}

extension Chance {
  /// A number in `0..<1`.
  package func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

  /// A number below `bound`, which must be positive.
  package func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// A version 4 UUID (RFC 9562), lower case.
  package func uuid() -> String {
    let high = next() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
    let text = Array(digits.utf8)
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return parts.map { String(decoding: text[$0], as: UTF8.self) }.joined(separator: "-")
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

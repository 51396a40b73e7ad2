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
    return String(unsafeUninitializedCapacity: 36) { memory in
      HexDigits.write(high >> 32, count: 8, to: memory, at: 0)
      HexDigits.write(high >> 16, count: 4, to: memory, at: 9)
      HexDigits.write(high, count: 4, to: memory, at: 14)
      HexDigits.write(low >> 48, count: 4, to: memory, at: 19)
      HexDigits.write(low, count: 12, to: memory, at: 24)
      for place in [8, 13, 18, 23] { memory[place] = UInt8(ascii: "-") }
      return 36
    }
  }
}

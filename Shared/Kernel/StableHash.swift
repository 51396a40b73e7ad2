/// FNV-1a, 64 bit (Fowler, Noll, Vo; RFC 9923): the same for the same bytes in every process,
/// unlike `Hasher`. Not for secrets.
package struct StableHash: Sendable {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package init(_ text: String) { add(text) }

  /// Takes the next piece: pieces hash as the whole does.
  package mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}

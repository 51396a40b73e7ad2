import Kernel

/// Choices that follow from words alone: the same words, the same choices, in every process.
struct SeededChoice: Sendable {
  private var state: UInt64

  init(_ text: String...) {
    var hash = StableHash()
    for part in text {
      hash.add(part)
      hash.add("\u{1f}")
    }
    state = hash.value
  }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

  mutating func pick<Value>(_ values: [Value]) -> Value? {
    values.isEmpty ? nil : values[below(values.count)]
  }

  mutating func shuffled<Value>(_ values: [Value]) -> [Value] {
    var values = values
    var index = values.count - 1
    while index > 0 {
      values.swapAt(index, below(index + 1))
      index -= 1
    }
    return values
  }
}

/// Lower-case hexadecimal digits of numbers, written in place.
package enum HexDigits {
  /// The last `count` digits of a number, zeros in front included.
  package static func text(_ value: UInt64, count: Int = 16) -> String {
    String(unsafeUninitializedCapacity: count) { memory in
      write(value, count: count, to: memory, at: 0)
      return count
    }
  }

  /// 32 digits of two numbers.
  package static func text(_ high: UInt64, _ low: UInt64) -> String {
    String(unsafeUninitializedCapacity: 32) { memory in
      write(high, count: 16, to: memory, at: 0)
      write(low, count: 16, to: memory, at: 16)
      return 32
    }
  }

  static func write(
    _ value: UInt64, count: Int, to memory: UnsafeMutableBufferPointer<UInt8>, at start: Int
  ) {
    for place in 0..<count {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (count - 1 - place))) & 15
      memory[start + place] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
  }
}

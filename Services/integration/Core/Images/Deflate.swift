/// Deflate (RFC 1951): one block, LZ77 with one candidate per hash, fixed Huffman codes. Enough for
/// filtered pictures, which are mostly runs.
enum Deflate {
  private static let window = 32_768
  private static let maxMatch = 258
  private static let minMatch = 4
  private static let hashBits = 15

  /// `rowLength` is how far back the row above begins; a match is looked for there too.
  static func compressed(_ bytes: [UInt8], rowLength: Int) -> [UInt8] {
    var out = BitWriter(capacity: bytes.count / 16)
    out.write(1, bits: 1)
    out.write(1, bits: 2)
    var heads = ContiguousArray<Int32>(repeating: -1, count: 1 << hashBits)
    bytes.withUnsafeBufferPointer { bytes in
      heads.withUnsafeMutableBufferPointer { heads in
        var at = 0
        while at < bytes.count {
          let (length, distance) = match(bytes, at, heads, rowLength)
          if length >= minMatch {
            writeMatch(length, distance, &out)
            let next = at + length
            if length > 32 {
              remember(bytes, at, heads)
              remember(bytes, next - 1, heads)
            } else {
              for index in at..<next { remember(bytes, index, heads) }
            }
            at = next
          } else {
            writeLiteral(Int(bytes[at]), &out)
            remember(bytes, at, heads)
            at += 1
          }
        }
      }
    }
    writeLiteral(256, &out)
    return out.finished()
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
    let word =
      UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
      | UInt32(bytes[at + 3]) << 24
    return Int((word &* 0x9e37_79b1) >> (32 - UInt32(hashBits)))
  }

  private static func remember(
    _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ heads: UnsafeMutableBufferPointer<Int32>
  ) {
    if at + 4 <= bytes.count { heads[hash(bytes, at)] = Int32(at) }
  }

  /// The longest of a run of one byte or one colour, the row above, and the last place with the
  /// same four bytes.
  private static func match(
    _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ heads: UnsafeMutableBufferPointer<Int32>,
    _ rowLength: Int
  ) -> (length: Int, distance: Int) {
    guard at + minMatch <= bytes.count else { return (0, 0) }
    let limit = min(maxMatch, bytes.count - at)
    var best = (length: 0, distance: 0)
    for distance in [1, 3] where at >= distance && best.length < limit {
      let length = common(bytes, at, at - distance, limit)
      if length > best.length { best = (length, distance) }
    }
    if at >= rowLength, rowLength <= window, best.length < limit {
      let length = common(bytes, at, at - rowLength, limit)
      if length > best.length { best = (length, rowLength) }
    }
    let candidate = Int(heads[hash(bytes, at)])
    if candidate >= 0, at - candidate <= window, best.length < limit {
      let length = common(bytes, at, candidate, limit)
      if length > best.length { best = (length, at - candidate) }
    }
    return best
  }

  private static func common(
    _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ before: Int, _ limit: Int
  ) -> Int {
    var length = 0
    while length < limit, bytes[at + length] == bytes[before + length] { length += 1 }
    return length
  }

  private static func writeLiteral(_ symbol: Int, _ out: inout BitWriter) {
    switch symbol {
    case ..<144: out.writeCode(UInt32(0x30 + symbol), bits: 8)
    case ..<256: out.writeCode(UInt32(0x190 + symbol - 144), bits: 9)
    case ..<280: out.writeCode(UInt32(symbol - 256), bits: 7)
    default: out.writeCode(UInt32(0xc0 + symbol - 280), bits: 8)
    }
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]

  private static func writeMatch(_ length: Int, _ distance: Int, _ out: inout BitWriter) {
    var code = lengthBases.count - 1
    while lengthBases[code] > length { code -= 1 }
    writeLiteral(257 + code, &out)
    let lengthBits = code < 8 || code == 28 ? 0 : (code - 4) / 4
    out.write(UInt32(length - lengthBases[code]), bits: lengthBits)
    var place = distanceBases.count - 1
    while distanceBases[place] > distance { place -= 1 }
    out.writeCode(UInt32(place), bits: 5)
    out.write(UInt32(distance - distanceBases[place]), bits: place < 4 ? 0 : (place - 2) / 2)
  }
}

/// Bits packed from the least significant one on.
struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var count = 0

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func write(_ value: UInt32, bits: Int) {
    pending |= UInt64(value) << UInt64(count)
    count += bits
    while count >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      count -= 8
    }
  }

  /// Huffman codes stand with their most significant bit first.
  mutating func writeCode(_ code: UInt32, bits: Int) {
    var reversed: UInt32 = 0
    for bit in 0..<bits where code >> UInt32(bit) & 1 == 1 {
      reversed |= 1 << UInt32(bits - 1 - bit)
    }
    write(reversed, bits: bits)
  }

  mutating func finished() -> [UInt8] {
    if count > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    pending = 0
    count = 0
    return bytes
  }
}

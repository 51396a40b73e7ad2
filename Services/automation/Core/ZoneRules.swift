import Kernel

/// How far the clocks of a place are from UTC at any time: what a file of the tz database says
/// (TZif, RFC 8536).
package struct ZoneRules: Sendable, Equatable {
  /// Clocks that never change, like UTC's.
  package static let utc = ZoneRules(transitions: [], first: 0, later: nil)

  /// When an offset begins.
  struct Transition: Sendable, Equatable {
    /// Seconds since the epoch.
    var at: Int64
    /// Seconds east of UTC.
    var offset: Int64
  }

  /// In order.
  private let transitions: [Transition]
  /// Before the first of them.
  private let first: Int64
  /// After the last of them.
  private let later: YearlyRule?

  init(transitions: [Transition], first: Int64, later: YearlyRule?) {
    (self.transitions, self.first, self.later) = (transitions, first, later)
  }

  /// Reads the bytes of a file; nil for what is none of the second version or above.
  package init?(tzif bytes: [UInt8]) {
    var reader = BigEndianReader(bytes)
    guard let old = TZifHeader(&reader), old.version >= UInt8(ascii: "2"),
      reader.skip(old.length(ofTime: 4)), let header = TZifHeader(&reader)
    else { return nil }
    var times: [Int64] = []
    for _ in 0..<header.times {
      guard let time = reader.int64() else { return nil }
      times.append(time)
    }
    guard let kinds = reader.bytes(header.times) else { return nil }
    var offsets: [Int64] = []
    for _ in 0..<header.kinds {
      guard let offset = reader.int32(), reader.skip(2) else { return nil }
      offsets.append(offset)
    }
    guard let first = offsets.first, kinds.allSatisfy({ Int($0) < offsets.count }),
      reader.skip(header.rest(ofTime: 8))
    else { return nil }
    let footer = String(decoding: reader.rest.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    self.init(
      transitions: zip(times, kinds).map { Transition(at: $0, offset: offsets[Int($1)]) },
      first: first, later: YearlyRule(footer))
  }

  /// Seconds east of UTC at a moment, which is in seconds since the epoch.
  package func offset(at moment: Int64) -> Int64 {
    guard let last = transitions.last else { return later?.offset(at: moment) ?? first }
    if moment >= last.at { return later?.offset(at: moment) ?? last.offset }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= moment { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : transitions[low - 1].offset
  }

  /// When the clocks of the place show a time, in seconds since the epoch as if they were UTC's:
  /// of two such moments the first, and the moment of the jump where the clocks jump over it.
  package func moment(ofLocal local: Int64) -> Int64 {
    let (before, after) = (offset(at: local - 129_600), offset(at: local + 129_600))
    for offset in [before, after] where self.offset(at: local - offset) == offset {
      return local - offset
    }
    var (low, high) = (local - max(before, after), local - min(before, after))
    while low + 1 < high {
      let middle = (low + high) / 2
      if offset(at: middle) == before { low = middle } else { high = middle }
    }
    return high
  }
}

/// The numbers at the head of a block.
private struct TZifHeader {
  let version: UInt8
  let times: Int
  let kinds: Int
  private let characters, leaps, standards, universals: Int

  init?(_ reader: inout BigEndianReader) {
    guard let magic = reader.bytes(4), Array(magic) == Array("TZif".utf8),
      let version = reader.bytes(1)?.first, reader.skip(15)
    else { return nil }
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = reader.int32(), (0..<100_000).contains(count) else { return nil }
      counts.append(Int(count))
    }
    self.version = version
    (universals, standards, leaps) = (counts[0], counts[1], counts[2])
    (times, kinds, characters) = (counts[3], counts[4], counts[5])
  }

  /// Bytes behind the kinds of local time.
  func rest(ofTime size: Int) -> Int {
    characters + leaps * (size + 4) + standards + universals
  }

  /// Bytes of the whole block behind its header.
  func length(ofTime size: Int) -> Int { times * (size + 1) + kinds * 6 + rest(ofTime: size) }
}

private struct BigEndianReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func skip(_ count: Int) -> Bool { bytes(count) != nil }

  mutating func int32() -> Int64? {
    bytes(4).map { Int64(Int32(truncatingIfNeeded: $0.reduce(0) { $0 << 8 | Int64($1) })) }
  }

  mutating func int64() -> Int64? {
    bytes(8).map { Int64(bitPattern: $0.reduce(0) { $0 << 8 | UInt64($1) }) }
  }
}

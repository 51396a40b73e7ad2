@testable import Redis

/// What Redis answers, whatever way it is cut into reads. The first byte says how.
enum RedisFuzz {
  private struct Reading: Equatable {
    var values: [RedisValue] = []
    var isBroken = false
  }

  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let cut = 1 + Int(reader.byte() % 40)
    let bytes = reader.remaining
    let (whole, pieces) = (read(bytes, cut: bytes.count), read(bytes, cut: cut))
    try promise(whole == pieces, "answers depend on how the bytes are cut: \(whole) \(pieces)")
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, cut: Int) -> Reading {
    var reader = RedisReplyReader()
    var reading = Reading()
    var start = 0
    do {
      while start < bytes.count {
        let end = min(bytes.count, start + max(1, cut))
        try reader.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
        while let value = try reader.next() { reading.values.append(value) }
      }
    } catch {
      reading.isBroken = true
    }
    return reading
  }
}

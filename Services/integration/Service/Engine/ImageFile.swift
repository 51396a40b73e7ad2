/// An image, known by its own bytes, whatever its sender calls it.
struct ImageFile: Sendable, Equatable {
  /// What fits into a message between services, with room for what is said about it.
  static let maxBytes = 7 << 20
  private static let maxSide = 16_384

  let bytes: [UInt8]
  let contentType: String
  let width: Int
  let height: Int

  /// Nil when it is neither PNG, JPEG nor WebP, or its size makes no sense.
  init?(_ bytes: [UInt8]) {
    guard (30...Self.maxBytes).contains(bytes.count),
      let (type, width, height) = Self.png(bytes) ?? Self.jpeg(bytes) ?? Self.webp(bytes),
      (1...Self.maxSide).contains(width), (1...Self.maxSide).contains(height)
    else { return nil }
    (self.bytes, contentType) = (bytes, type)
    (self.width, self.height) = (width, height)
  }

  private typealias Found = (String, Int, Int)

  private static func png(_ bytes: [UInt8]) -> Found? {
    guard bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) else { return nil }
    return ("image/png", big(bytes, 16, 4), big(bytes, 20, 4))
  }

  /// Walks the segments to the frame header (ITU T.81, B.2.2).
  private static func jpeg(_ bytes: [UInt8]) -> Found? {
    guard bytes.starts(with: [0xff, 0xd8, 0xff]) else { return nil }
    var place = 2
    while place + 9 < bytes.count, bytes[place] == 0xff {
      let marker = bytes[place + 1]
      if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker) {
        return ("image/jpeg", big(bytes, place + 7, 2), big(bytes, place + 5, 2))
      }
      place += marker == 0xff ? 1 : 2 + max(big(bytes, place + 2, 2), 2)
    }
    return nil
  }

  /// RFC 9649: lossy, lossless and extended.
  private static func webp(_ bytes: [UInt8]) -> Found? {
    guard bytes.starts(with: "RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8) else {
      return nil
    }
    let kind = String(decoding: bytes[12..<16], as: UTF8.self)
    switch kind {
    case "VP8 ":
      return ("image/webp", little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff)
    case "VP8L":
      let bits = little(bytes, 21, 4)
      return ("image/webp", (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
    case "VP8X":
      return ("image/webp", little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1)
    default: return nil
    }
  }

  private static func big(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    bytes[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func little(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

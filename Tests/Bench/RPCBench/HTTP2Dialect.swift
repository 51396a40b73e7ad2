/// gRPC over HTTP/2 (RFC 9113, RFC 7541 and grpc.github.io's PROTOCOL-HTTP2), as cheap for the
/// server as a client may make it: headers by index after the first request, windows that never
/// fill, frames as long as the server likes.
struct HTTP2Dialect: Dialect {
  private enum FrameType {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goaway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
  }

  private static let headerBytes = 9
  private static let endStream: UInt8 = 1
  private static let acknowledge: UInt8 = 1
  private static let endHeaders: UInt8 = 4
  private static let largestWindow = UInt32(Int32.max)
  /// The connection's window is filled up after so many bytes.
  private static let windowStep: UInt32 = 1 << 29

  private let data: [UInt8]
  private var hasAsked = false
  /// What is left of the data frame that is being read.
  private var left = 0
  private var consumed: UInt32 = 0

  init(_ question: Question) {
    let body = question.body
    data = [0] + bigEndian(UInt32(body.count)) + body
  }

  var greeting: [UInt8] {
    let settings =
      [0, 4] + bigEndian(Self.largestWindow)  // each stream's window
      + [0, 5] + bigEndian(UInt32(1 << 24 - 1))  // longest frame
    return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
      + Self.frame(FrameType.settings, 0, 0, settings)
      + Self.frame(FrameType.windowUpdate, 0, 0, bigEndian(Self.largestWindow - 65_535))
  }

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8])
    -> [UInt8]
  {
    bigEndian(UInt32(payload.count)).dropFirst() + [type, flags] + bigEndian(stream) + payload
  }

  mutating func ask(_ call: UInt32, in bytes: inout [UInt8]) {
    let stream = 2 * call - 1
    let headers = hasAsked ? Self.indexedHeaders : Self.firstHeaders
    hasAsked = true
    bytes += Self.frame(FrameType.headers, Self.endHeaders, stream, headers)
    bytes += Self.frame(FrameType.data, Self.endStream, stream, data)
  }

  /// POST and http stand in the static table; the others enter the dynamic one.
  private static let firstHeaders: [UInt8] =
    [0x83, 0x86]
    + [0x40 | 4] + text("/bench.Bench/Answer") + [0x40 | 1] + text("localhost")
    + [0x40 | 31] + text("application/grpc") + [0x40] + text("te") + text("trailers")
    + [0x40 | 58] + text("bench")

  /// The dynamic table counts from 62, the newest first.
  private static let indexedHeaders: [UInt8] =
    [0x83, 0x86] + (62...66).reversed().map { 0x80 | $0 }

  private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + text.utf8 }

  mutating func hear(_ bytes: UnsafeRawBufferPointer, _ heard: inout Heard) -> Int {
    var position = 0
    while true {
      let taken = min(left, bytes.count - position)
      (position, left) = (position + taken, left - taken)
      guard left == 0, bytes.count - position >= Self.headerBytes else { break }
      let length = Int(bytes.bigEndian(at: position, as: UInt32.self) >> 8)
      let (type, flags) = (bytes[position + 3], bytes[position + 4])
      let stream = bytes.bigEndian(at: position + 5, as: UInt32.self)
      let start = position + Self.headerBytes
      if type == FrameType.data {
        (left, position) = (length, start)
        heard.messageBytes += length
        consume(length, &heard)
        continue
      }
      guard bytes.count - start >= length else { break }
      take(
        type, flags, stream, UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]),
        &heard)
      position = start + length
    }
    return position
  }

  private mutating func consume(_ length: Int, _ heard: inout Heard) {
    consumed += UInt32(length)
    guard consumed >= Self.windowStep else { return }
    heard.toSay += Self.frame(FrameType.windowUpdate, 0, 0, bigEndian(consumed))
    consumed = 0
  }

  private func take(
    _ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: UnsafeRawBufferPointer,
    _ heard: inout Heard
  ) {
    switch type {
    case FrameType.headers:
      if flags & Self.endStream != 0 { heard.answered.append((stream + 1) / 2) }
    case FrameType.settings where flags & Self.acknowledge == 0:
      heard.toSay += Self.frame(FrameType.settings, Self.acknowledge, 0, [])
    case FrameType.ping where flags & Self.acknowledge == 0:
      heard.toSay += Self.frame(FrameType.ping, Self.acknowledge, 0, Array(payload))
    case FrameType.reset, FrameType.goaway:
      preconditionFailure("the server gives up: \(String(decoding: payload, as: UTF8.self))")
    default: break
    }
  }
}

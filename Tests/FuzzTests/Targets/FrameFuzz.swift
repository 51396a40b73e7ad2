import NIOCore

@testable import RPC

/// Bytes from a peer: preface, frames and the headers in them. The first byte says how the rest is
/// cut into reads.
enum FrameFuzz {
  private static let limit = 200

  private struct Reading: Equatable {
    var outputs: [FrameDecoder.Output] = []
    var violation: ProtocolViolation?
  }

  static func check(_ input: UnsafeRawBufferPointer) throws {
    var reader = InputReader(input)
    let cut = Int(reader.byte())
    let bytes = reader.remaining
    let whole = read(bytes, cut: bytes.count)
    let pieces = read(bytes, cut: 1 + cut % 40)
    try promise(whole == pieces, "frames depend on how the bytes are cut: \(whole) \(pieces)")
    try checkWriting(whole, bytes)
    for case .frame(_, let payload) in whole.outputs {
      try payload.withUnsafeReadableBytes { try checkHeaders($0) }
    }
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, cut: Int) -> Reading {
    var decoder = FrameDecoder(maxMessageBytes: limit)
    var reading = Reading()
    var start = 0
    do {
      repeat {
        let end = min(bytes.count, start + max(1, cut))
        decoder.append(ByteBuffer(bytes: bytes[start..<end]))
        start = end
        while let output = try decoder.next() { reading.outputs.append(output) }
      } while start < bytes.count
    } catch {
      reading.violation = error
    }
    return reading
  }

  /// What was read, written again, is what came in but for the fields that nobody reads.
  private static func checkWriting(_ reading: Reading, _ bytes: UnsafeRawBufferPointer) throws {
    var written = ByteBuffer()
    var ignored: Set<Int> = []
    for output in reading.outputs {
      let start = written.writerIndex
      switch output {
      case .preface(let preface):
        ignored.formUnion(start + 6..<start + 8)
        written.writePreface(preface)
      case .frame(let header, let payload):
        ignored.formUnion(start + 5..<start + 8)
        try promise(header.length <= limit, "a frame is longer than allowed")
        written.writeFrame(header.type, call: header.call) { $0.writeImmutableBuffer(payload) }
      case .oversize(let header):
        try promise(header.length > limit, "a frame that is not too long is skipped")
        ignored.formUnion(start + 5..<start + 8)
        written.writeFrameHeader(header)
        let skipped = min(header.length, bytes.count - written.writerIndex)
        written.writeBytes(bytes[written.writerIndex..<written.writerIndex + skipped])
      }
    }
    for (place, byte) in written.readableBytesView.enumerated() where !ignored.contains(place) {
      try promise(bytes[place] == byte, "byte \(place) is not what came in")
    }
  }

  /// A header that can be read says the same when it is written and read again.
  private static func checkHeaders(_ payload: UnsafeRawBufferPointer) throws {
    var signed: SignedContext?
    let request = try? RequestHeader(reading: payload) { context, signature in
      signed = SignedContext(bytes: Array(context), signature: Array(signature))
    }
    if let request {
      let again = ByteBuffer { request.write(to: &$0, context: signed) }
      var signedAgain: SignedContext?
      let reread = try again.withUnsafeReadableBytes { bytes in
        try RequestHeader(reading: bytes) { context, signature in
          signedAgain = SignedContext(bytes: Array(context), signature: Array(signature))
        }
      }
      try promise(request == reread, "a request's header changes: \(request) \(reread)")
      try promise(signed == signedAgain, "a request's context changes")
    }
    if let error = try? RPCError(reading: payload) {
      let again = ByteBuffer { error.write(to: &$0) }
      let reread = try again.withUnsafeReadableBytes { try RPCError(reading: $0) }
      try promise(error == reread, "a response's header changes: \(error) \(reread)")
    }
    if let context = try? CallContext(decoding: Array(payload)) {
      let reread = try CallContext(decoding: context.encoded())
      try promise(context == reread, "a context changes: \(context) \(reread)")
    }
  }
}

extension ByteBuffer {
  fileprivate init(_ write: (inout ByteBuffer) -> Void) {
    self.init()
    write(&self)
  }
}

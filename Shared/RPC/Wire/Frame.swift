import NIOCore
import Protobuf

/// What a frame carries.
enum FrameType: UInt8, CaseIterable, Sendable {
  case request = 1
  case response = 2
  /// One item of a stream, server to client.
  case item = 3
  /// Client to server: nobody waits for this call any more.
  case cancel = 4
  /// Client to server: room for so many further bytes of items.
  case credit = 5
  case ping = 6
  case pong = 7
  /// No further calls on this connection.
  case goaway = 8
}

/// The twelve bytes before every payload, big-endian:
/// `length:u32 | type:u8 | flags:u8 | reserved:u16 | call:u32`.
struct FrameHeader: Equatable, Sendable {
  static let size = 12

  /// Bytes of payload.
  var length: Int
  var type: FrameType
  /// Zero for a frame of the connection itself.
  var call: UInt32
}

/// The first sixteen bytes from each side:
/// `magic:u32 | version:u16 | reserved:u16 | max message:u32 | stream window:u32`.
struct Preface: Equatable, Sendable {
  static let size = 16
  /// "IGN8".
  static let magic: UInt32 = 0x4947_4e38
  static let version: UInt16 = 1

  /// The longest payload that this side takes.
  var maxMessageBytes: Int
  /// How many bytes of items this side takes per stream before it grants more.
  var streamWindowBytes: Int
}

/// Why a connection is closed: the other side does not keep to the protocol.
enum ProtocolViolation: Error, Equatable, Sendable {
  case notOurMagic
  /// TLS where none is expected.
  case speaksTLS
  case unknownVersion(UInt16)
  case unreasonablePreface
  case unknownFrameType(UInt8)
  case unexpectedFrame(FrameType)
  case malformedPayload(FrameType)
  case callNumberReused(UInt32)
  case unknownCall(UInt32)
  case creditExceeded(UInt32)
}

extension ByteBuffer {
  mutating func writePreface(_ preface: Preface) {
    writeMultipleIntegers(
      Preface.magic, Preface.version, UInt16(0), UInt32(preface.maxMessageBytes),
      UInt32(preface.streamWindowBytes))
  }

  mutating func writeFrameHeader(_ header: FrameHeader) {
    writeMultipleIntegers(
      UInt32(header.length), header.type.rawValue, UInt8(0), UInt16(0), header.call)
  }

  /// A frame whose payload `body` writes; the length is filled in behind it.
  mutating func writeFrame(_ type: FrameType, call: UInt32, body: (inout ByteBuffer) -> Void) {
    let start = writerIndex
    writeFrameHeader(FrameHeader(length: 0, type: type, call: call))
    body(&self)
    setInteger(UInt32(writerIndex - start - FrameHeader.size), at: start)
  }

  /// A payload of a header message and a body: `header length:u32 | header | body`.
  mutating func writeParts(header: (inout ByteBuffer) -> Void, body: ByteBuffer) {
    let start = writerIndex
    writeInteger(UInt32(0))
    header(&self)
    setInteger(UInt32(writerIndex - start - 4), at: start)
    writeImmutableBuffer(body)
  }

  /// The response of a call that went well. In one piece: each integer written by itself would cost
  /// as much as the packing of a small message.
  /// - Returns: the message's size; nothing is written when it is larger than `most`.
  mutating func writeSuccess(
    of call: UInt32, _ message: borrowing MessageDraft, most: Int
  ) -> Int {
    let lead = FrameHeader.size + 4
    var size = 0
    writeWithUnsafeMutableBytes(minimumWritableBytes: lead + message.mostPackedBytes) { memory in
      size = message.pack(into: UnsafeMutableRawBufferPointer(rebasing: memory[lead...]))
      guard size <= most else { return 0 }
      memory.storeBytes(of: UInt32(size + 4).bigEndian, as: UInt32.self)
      memory.storeBytes(
        of: (UInt32(FrameType.response.rawValue) << 24).bigEndian, toByteOffset: 4, as: UInt32.self)
      memory.storeBytes(of: call.bigEndian, toByteOffset: 8, as: UInt32.self)
      memory.storeBytes(of: 0, toByteOffset: FrameHeader.size, as: UInt32.self)
      return lead + size
    }
    return size
  }

  /// What comes before the reply of a call that went well: the frame's header and the length of the
  /// response's, which is empty.
  mutating func writeSuccessLead(of call: UInt32, size: Int) {
    writeMultipleIntegers(
      UInt32(size + 4), UInt32(FrameType.response.rawValue) << 24, call, UInt32(0))
  }

  /// Takes the header's length of a payload off; nil when it does not fit.
  mutating func readHeaderLength() -> Int? {
    guard let length = readInteger(as: UInt32.self), length <= readableBytes else { return nil }
    return Int(length)
  }
}

/// Cuts the bytes of one direction into the preface and frames, whatever way they arrive in.
struct FrameDecoder {
  enum Output: Equatable {
    case preface(Preface)
    case frame(FrameHeader, ByteBuffer)
    /// A frame longer than allowed; its payload is thrown away as it comes.
    case oversize(FrameHeader)
  }

  private let maxMessageBytes: Int
  private var buffer = ByteBuffer()
  private var hasPreface = false
  private var toSkip = 0
  private var isStopped = false
  /// Whether `buffer` was made here for a frame in pieces and nothing else shares its storage.
  private var isOwn = false

  init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

  /// Nothing comes out any more.
  mutating func stop() { (buffer, isStopped) = (ByteBuffer(), true) }

  mutating func append(_ bytes: ByteBuffer) {
    guard !isStopped else { return }
    if buffer.readableBytes == 0 {
      (buffer, isOwn) = (bytes, false)
      return
    }
    let wanted = max(buffer.readableBytes + bytes.readableBytes, announcedBytes)
    if !isOwn || buffer.writableBytes < bytes.readableBytes {
      var own = ByteBufferAllocator().buffer(capacity: wanted)
      own.writeImmutableBuffer(buffer)
      (buffer, isOwn) = (own, true)
    }
    buffer.writeImmutableBuffer(bytes)
  }

  /// The size of the frame at the front, as far as known.
  private var announcedBytes: Int {
    guard hasPreface,
      let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self),
      length <= maxMessageBytes
    else { return FrameHeader.size }
    return FrameHeader.size + Int(length)
  }

  /// The next whole thing that has arrived.
  /// - Throws: `ProtocolViolation`.
  mutating func next() throws(ProtocolViolation) -> Output? {
    skip()
    guard hasPreface else { return try nextPreface() }
    guard toSkip == 0, buffer.readableBytes >= FrameHeader.size else { return nil }
    let header = try peekHeader()
    if header.length > maxMessageBytes {
      buffer.moveReaderIndex(forwardBy: FrameHeader.size)
      toSkip = header.length
      skip()
      return .oversize(header)
    }
    guard buffer.readableBytes >= FrameHeader.size + header.length else { return nil }
    buffer.moveReaderIndex(forwardBy: FrameHeader.size)
    guard let payload = buffer.readSlice(length: header.length) else { return nil }
    isOwn = false
    return .frame(header, payload)
  }

  private mutating func skip() {
    let skipped = min(toSkip, buffer.readableBytes)
    buffer.moveReaderIndex(forwardBy: skipped)
    toSkip -= skipped
  }

  private func peekHeader() throws(ProtocolViolation) -> FrameHeader {
    let (front, call) = buffer.withUnsafeReadableBytes { bytes in
      (
        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
      )
    }
    let type = UInt8(truncatingIfNeeded: front >> 24)
    guard let known = FrameType(rawValue: type) else { throw .unknownFrameType(type) }
    return FrameHeader(length: Int(front >> 32), type: known, call: call)
  }

  /// Whether these bytes begin a TLS record: an alert or a handshake, version 3.x (RFC 8446, 5.1).
  private static func isTLS(_ front: UInt32) -> Bool {
    [0x15, 0x16].contains(front >> 24) && front >> 16 & 0xff == 3
  }

  private mutating func nextPreface() throws(ProtocolViolation) -> Output? {
    if let magic = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self),
      magic != Preface.magic
    {
      throw Self.isTLS(magic) ? .speaksTLS : .notOurMagic
    }
    guard buffer.readableBytes >= Preface.size,
      let (_, version, _, maxMessage, window) = buffer.readMultipleIntegers(
        as: (UInt32, UInt16, UInt16, UInt32, UInt32).self)
    else { return nil }
    guard version == Preface.version else { throw .unknownVersion(version) }
    guard maxMessage >= 1024, window >= 1024 else { throw .unreasonablePreface }
    hasPreface = true
    return .preface(Preface(maxMessageBytes: Int(maxMessage), streamWindowBytes: Int(window)))
  }
}

import CHiredis
import NIOCore

/// Commands to bytes, by hiredis.
enum RedisCommandFormat {
  /// Appends one command in the protocol's form.
  static func write(_ command: RedisCommand, to buffer: inout ByteBuffer) {
    // All arguments stand in one block, so that their pointers live as long as the call.
    let block = command.flatMap(\.bytes)
    let lengths = command.map(\.bytes.count)
    block.withUnsafeBufferPointer { block in
      var empty: CChar = 0
      withUnsafePointer(to: &empty) { nothing in
        var position = 0
        var words: [UnsafePointer<CChar>?] = lengths.map { length in
          defer { position += length }
          guard let start = block.baseAddress else { return nothing }
          return UnsafeRawPointer(start + position).assumingMemoryBound(to: CChar.self)
        }
        append(&words, lengths, to: &buffer)
      }
    }
  }

  private static func append(
    _ words: inout [UnsafePointer<CChar>?], _ lengths: [Int], to buffer: inout ByteBuffer
  ) {
    var formatted: UnsafeMutablePointer<CChar>?
    let length = redisFormatCommandArgv(&formatted, Int32(words.count), &words, lengths)
    guard length >= 0, let formatted else {
      preconditionFailure("no memory for a Redis command")
    }
    buffer.writeBytes(UnsafeRawBufferPointer(start: formatted, count: Int(length)))
    redisFreeCommand(formatted)
  }
}

/// Bytes to answers, by hiredis' reader, which it owns and frees once. Stays on one event loop.
///
/// hiredis takes memory for an array when it reads how long it is to be. One of more than
/// `mostElements` is a violation, so that a few bytes cannot ask for gigabytes.
struct RedisReplyReader: ~Copyable {
  static let mostElements: Int32 = 1_000_000

  private let reader: UnsafeMutablePointer<redisReader>

  init() {
    guard let reader = redisReaderCreate() else { preconditionFailure("no memory for hiredis") }
    reader.pointee.fn = Self.makers
    self.reader = reader
  }

  /// hiredis' own makers of answers, but for arrays that are too long.
  nonisolated(unsafe) private static let makers: UnsafeMutablePointer<redisReplyObjectFunctions> = {
    let makers = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
    makers.initialize(to: plain)
    makers.pointee.createArray = { task, count in
      count > RedisReplyReader.mostElements ? nil : RedisReplyReader.plain.createArray(task, count)
    }
    return makers
  }()

  private static let plain: redisReplyObjectFunctions = {
    guard let reader = redisReaderCreate() else { preconditionFailure("no memory for hiredis") }
    defer { redisReaderFree(reader) }
    return reader.pointee.fn.pointee
  }()

  deinit { redisReaderFree(reader) }

  /// - Throws: `protocolViolation`; the reader is of no use after it.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    if redisReaderFeed(reader, start, bytes.count) != REDIS_OK { throw violation }
  }

  /// The next whole answer, nil when more bytes are needed.
  /// - Throws: `protocolViolation`; the reader is of no use after it.
  mutating func next() throws(RedisError) -> RedisValue? {
    var object: UnsafeMutableRawPointer?
    if redisReaderGetReply(reader, &object) != REDIS_OK { throw violation }
    guard let object else { return nil }
    defer { freeReplyObject(object) }
    return Self.value(object.assumingMemoryBound(to: redisReply.self).pointee)
  }

  private var violation: RedisError {
    let message = withUnsafeBytes(of: reader.pointee.errstr) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .protocolViolation(message)
  }

  private static func value(_ reply: redisReply) -> RedisValue {
    switch reply.type {
    case REDIS_REPLY_INTEGER: return .integer(reply.integer)
    case REDIS_REPLY_STATUS: return .status(text(reply))
    case REDIS_REPLY_ERROR: return .error(text(reply))
    case REDIS_REPLY_STRING:
      return .bytes(Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len)))
    case REDIS_REPLY_ARRAY:
      let elements = UnsafeBufferPointer(start: reply.element, count: reply.elements)
      return .array(elements.map { $0.map { value($0.pointee) } ?? .null })
    default: return .null
    }
  }

  private static func text(_ reply: redisReply) -> String {
    String(decoding: UnsafeRawBufferPointer(start: reply.str, count: reply.len), as: UTF8.self)
  }
}

import CommonContract
import Kernel
import Protobuf
import RPC

/// A wire format, as far as a load must speak it: one method, one request.
protocol Dialect {
  /// What opens the connection.
  var greeting: [UInt8] { get }

  /// Appends the request that starts a call; calls count from 1.
  mutating func ask(_ call: UInt32, in bytes: inout [UInt8])

  /// Reads on in what the server sent.
  /// - Returns: the bytes understood; the others come again with what follows them.
  mutating func hear(_ bytes: UnsafeRawBufferPointer, _ heard: inout Heard) -> Int
}

/// What a load understood of the server's bytes.
struct Heard {
  /// Calls that have got their whole answer.
  var answered: [UInt32] = []
  /// Bytes of the answers' messages, with the length or header before each.
  var messageBytes = 0
  /// What the format wants said back at once.
  var toSay: [UInt8] = []
}

/// The message that every server is sent, and what it answers.
struct Question {
  /// Bytes of the answer's `result`.
  var resultBytes: Int64

  var body: [UInt8] {
    Common.ProgressItem(
      phase: "AI_CALL", percentage: 40, message: String(repeating: "m", count: 180),
      creditsUsed: resultBytes
    ).encoded()
  }

  static func answer(to request: Common.ProgressItem, _ text: String, _ result: String)
    -> Common.ProgressItem
  {
    Common.ProgressItem(
      phase: request.phase, percentage: request.percentage + 1, message: text, result: result,
      creditsUsed: 7)
  }

  /// Bytes of an answer's message.
  var answerBytes: Int {
    Self.answer(
      to: Common.ProgressItem(phase: "AI_CALL", percentage: 40),
      String(repeating: "t", count: 250), String(repeating: "r", count: Int(resultBytes))
    ).encoded().count
  }
}

/// The RPC's own frames.
struct FrameDialect: Dialect {
  private static let headerBytes = 12
  private static let response: UInt8 = 2
  /// A request with call number 0.
  private let request: [UInt8]
  private var hasPreface = false
  /// What is left of the frame that is being read, and whose answer it is.
  private var left = 0
  private var call: UInt32 = 0

  init(_ question: Question) {
    let context = CallContext(
      requestID: "0b5c8c53-9a3a-4d0e-8a2a-0c6f0c1d2e3f", actor: .user, account: AccountID(77),
      user: UserID(1_234), role: .editor, address: "192.0.2.17")
    let signed = ContextSigner(key: BenchServer.key).sign(context)
    var header: [UInt8] = [1 << 3 | 5]
    withUnsafeBytes(of: BenchServer.method.info.number.littleEndian) { header += $0 }
    header += [2 << 3, 0x90, 0x4e]  // ten seconds left
    header += [4 << 3 | 2, 25] + [UInt8](repeating: 0x11, count: 24) + [1]
    header += Self.field(6, signed.bytes) + Self.field(7, signed.signature)
    let payload = bigEndian(UInt32(header.count)) + header + question.body
    request = bigEndian(UInt32(payload.count)) + [1, 0, 0, 0] + bigEndian(UInt32(0)) + payload
  }

  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count < 128)
    return [number << 3 | 2, UInt8(bytes.count)] + bytes
  }

  /// Preface: version 1, messages up to 8 MiB, streams up to 256 KiB ahead.
  var greeting: [UInt8] {
    bigEndian(UInt32(0x4947_4e38)) + [0, 1, 0, 0] + bigEndian(UInt32(8 << 20))
      + bigEndian(UInt32(1 << 18))
  }

  mutating func ask(_ call: UInt32, in bytes: inout [UInt8]) {
    let start = bytes.count
    bytes += request
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: call.bigEndian, toByteOffset: start + 8, as: UInt32.self)
    }
  }

  mutating func hear(_ bytes: UnsafeRawBufferPointer, _ heard: inout Heard) -> Int {
    var position = 0
    if !hasPreface {
      guard bytes.count >= 16 else { return 0 }
      (hasPreface, position) = (true, 16)
    }
    while position < bytes.count {
      if left == 0 {
        guard bytes.count - position >= Self.headerBytes else { break }
        left = Int(bytes.bigEndian(at: position, as: UInt32.self))
        call = bytes.bigEndian(at: position + 8, as: UInt32.self)
        precondition(bytes[position + 4] == Self.response, "the server has something else to say")
        position += Self.headerBytes
        heard.messageBytes += left
      }
      let taken = min(left, bytes.count - position)
      (position, left) = (position + taken, left - taken)
      if left == 0 { heard.answered.append(call) }
    }
    return position
  }
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

extension UnsafeRawBufferPointer {
  func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type
  ) -> Value {
    Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}

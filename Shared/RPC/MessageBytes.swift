import NIOCore
import Protobuf

extension ByteBuffer {
  /// The message's bytes.
  init(encoding message: some ContractMessage) { self.init(bytes: message.encoded()) }

  /// The message that the readable bytes hold.
  /// - Throws: `.internal` when they hold none.
  func decoded<Message: ContractMessage>(_ type: Message.Type) throws -> Message {
    do {
      return try withUnsafeReadableBytes { try Message(decoding: $0) }
    } catch {
      throw RPCError(.internal, "The bytes are no \(Message.self)", reason: "undecodable")
    }
  }
}

import NIOCore
import Protobuf

extension ByteBuffer {
  /// The message's bytes.
  init(encoding message: some ContractMessage) { self.init(packing: message.draft()) }

  /// The message's bytes.
  package init(packing draft: borrowing MessageDraft) {
    let size = draft.packedSize
    self = ByteBufferAllocator().buffer(capacity: size)
    guard size > 0 else { return }
    _ = writeWithUnsafeMutableBytes(minimumWritableBytes: size) { draft.pack(into: $0) }
  }

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

import CProtobufC

/// A message being built, with the memory of all its fields: filled through a builder, then packed.
package struct MessageDraft: ~Copyable {
  private let arena: Arena
  private let builder: MessageBuilder

  /// An empty message.
  /// - Parameter expecting: bytes that its texts and lists will probably take.
  package init(_ descriptor: MessageDescriptor, expecting: Int = 0) {
    let own = descriptor.pointer.pointee.sizeof_message
    arena = Arena(expecting: own + expecting)
    builder = MessageBuilder(descriptor, in: arena.state)
  }

  /// A message with a value's fields.
  package init<Message: ContractMessage>(_ value: Message) {
    self.init(Message.descriptor)
    value.write(to: builder)
  }

  /// Writes fields; the builder and what it hands out end with `body`.
  package func withBuilder<Result>(_ body: (MessageBuilder) throws -> Result) rethrows -> Result {
    try body(builder)
  }

  /// Bytes on the wire at most; known without a walk over the message.
  ///
  /// All that will be packed lies in the arena. A number takes 4 bytes or more there, and with its
  /// tag 15 or fewer on the wire; a nested message takes 32 or more there beside its fields, and 10
  /// or fewer on the wire. A text is as long there as on the wire, beside a pointer of 8 bytes and
  /// on the wire a tag and a length of 10 or fewer.
  package var mostPackedBytes: Int {
    let (taken, copied) = (arena.state.pointee.taken, arena.state.pointee.copied)
    return copied + 4 * (taken - copied)
  }

  /// Bytes that the message takes on the wire. Computed at every reading.
  package var packedSize: Int {
    protobuf_c_message_get_packed_size(builder.base.assumingMemoryBound(to: ProtobufCMessage.self))
  }

  /// Writes the message's bytes.
  /// - Parameter memory: at least `packedSize` bytes.
  /// - Returns: the bytes written.
  @discardableResult
  package func pack(into memory: UnsafeMutableRawBufferPointer) -> Int {
    guard let start = memory.baseAddress else { return 0 }
    return protobuf_c_message_pack(
      builder.base.assumingMemoryBound(to: ProtobufCMessage.self),
      start.assumingMemoryBound(to: UInt8.self))
  }

  /// The message's bytes.
  package func encoded() -> [UInt8] {
    let size = packedSize
    return [UInt8](unsafeUninitializedCapacity: size) { memory, count in
      count = size == 0 ? 0 : pack(into: UnsafeMutableRawBufferPointer(memory))
    }
  }
}

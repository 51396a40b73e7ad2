import CProtobufC

/// A message unpacked from the wire, with the memory of all its fields.
package struct DecodedMessage: ~Copyable {
  private let arena: Arena
  private let base: UnsafeRawPointer

  /// Unpacks the bytes of one message, which are copied.
  ///
  /// Nesting is no deeper than the contracts' own, because the generator refuses recursive
  /// messages.
  /// - Throws: `ProtobufError.tooLarge`, `.malformed`.
  package init(_ descriptor: MessageDescriptor, _ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count <= MessageLimits.maxMessageBytes else {
      throw ProtobufError.tooLarge(limit: MessageLimits.maxMessageBytes)
    }
    let expected = descriptor.pointer.pointee.sizeof_message + 2 * bytes.count
    let arena = Arena(expecting: expected, limit: MessageLimits.maxDecodedBytes)
    let allocator = arena.state.pointer(to: \.allocator)
    let message = withNonEmpty(bytes) { start in
      protobuf_c_message_unpack(descriptor.pointer, allocator, bytes.count, start)
    }
    guard let message else {
      throw arena.state.pointee.isExhausted
        ? ProtobufError.tooLarge(limit: MessageLimits.maxDecodedBytes)
        : ProtobufError.malformed(message: descriptor.fullName)
    }
    base = UnsafeRawPointer(message)
    self.arena = arena
  }

  /// Reads fields; the reader and what it hands out end with `body`.
  package func withReader<Result>(_ body: (MessageReader) throws -> Result) rethrows -> Result {
    try body(MessageReader(base: base))
  }
}

/// protobuf-c wants an address even where there is nothing to read.
private func withNonEmpty<Result>(
  _ bytes: UnsafeRawBufferPointer, _ body: (UnsafePointer<UInt8>) -> Result
) -> Result {
  guard let start = bytes.baseAddress else {
    return withUnsafePointer(to: UInt8(0)) { body($0) }
  }
  return body(start.assumingMemoryBound(to: UInt8.self))
}

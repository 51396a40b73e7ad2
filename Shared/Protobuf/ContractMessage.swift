/// A message of a contract: a Swift value that is read from and written to protobuf-c structs by
/// the field order of its descriptor. Conformances are generated.
package protocol ContractMessage: Sendable {
  /// protobuf-c's run-time description of the message.
  static var descriptor: MessageDescriptor { get }

  /// Reads every field of a decoded message.
  /// - Throws: `ProtobufError` when a text is no UTF-8.
  init(reading reader: borrowing MessageReader) throws

  /// Writes every field that is present.
  func write(to builder: borrowing MessageBuilder)
}

extension ContractMessage {
  /// Reads one message off the wire.
  /// - Throws: `ProtobufError`.
  package init(decoding bytes: UnsafeRawBufferPointer) throws {
    self = try DecodedMessage(Self.descriptor, bytes).withReader { try Self(reading: $0) }
  }

  /// Reads one message off the wire.
  /// - Throws: `ProtobufError`.
  package init(decoding bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBytes { try Self(decoding: $0) }
  }

  /// The message's bytes on the wire.
  package func encoded() -> [UInt8] { MessageDraft(self).encoded() }

  /// The message laid out for packing in two steps: `packedSize`, then `pack(into:)` memory that
  /// the caller owns.
  package func draft() -> MessageDraft { MessageDraft(self) }
}

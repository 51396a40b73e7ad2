/// A message of a contract: a Swift value that is read from and written to protobuf-c structs by the
/// field order of its descriptor. Conformances are generated.
package protocol ContractMessage: Sendable {
  /// protobuf-c's run-time description of the message.
  static var descriptor: MessageDescriptor { get }

  /// Reads every field of a decoded message.
  /// - Throws: `ProtobufError` when a text is no UTF-8.
  init(reading reader: borrowing MessageReader) throws

  /// Writes every field that is present.
  func write(to builder: borrowing MessageBuilder)
}

/// Why bytes are no message.
package enum ProtobufError: Error, Sendable, Equatable {
  /// The bytes are not the wire format of this message, or stop in the middle of it.
  case malformed(message: String)
  /// A text field holds bytes that are no UTF-8.
  case notUTF8(field: String)
  /// The bytes, or what they would unpack to, are more than a message may have.
  case tooLarge(limit: Int)
}

/// What one message may cost.
package enum MessageLimits {
  /// Longest encoded message, in bytes.
  package static let maxMessageBytes: Int = 8 << 20
  /// Most memory, in bytes, that one decoded message may take: two bytes on the wire can stand for
  /// a struct of hundreds, so the wire's length alone says too little.
  package static let maxDecodedBytes: Int = 64 << 20
}

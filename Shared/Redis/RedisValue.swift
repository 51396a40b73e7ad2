/// An answer of Redis (RESP2).
package enum RedisValue: Hashable, Sendable {
  case null
  case integer(Int64)
  /// A simple string, such as `OK`.
  case status(String)
  case bytes([UInt8])
  case array([RedisValue])
  /// An error inside an array; at the top it is thrown instead.
  case error(String)

  /// The text of a string or status, nil for all else and for bytes that are no UTF-8.
  package var text: String? {
    switch self {
    case .status(let text): text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// The number of an integer, or of a string that is one.
  package var int: Int64? {
    if case .integer(let value) = self { return value }
    return text.flatMap { Int64($0) }
  }

  package var bytes: [UInt8]? {
    switch self {
    case .bytes(let bytes): bytes
    case .status(let text): Array(text.utf8)
    default: nil
    }
  }

  package var array: [RedisValue]? {
    if case .array(let values) = self { return values }
    return nil
  }

  package var isNull: Bool { self == .null }
}

/// One word of a command: bytes, made from texts and numbers.
package struct RedisArgument: Hashable, Sendable, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral
{
  let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
  package init(_ text: String) { bytes = Array(text.utf8) }
  package init(_ number: some BinaryInteger) { bytes = Array(String(number).utf8) }
  package init(_ number: Double) { bytes = Array("\(number)".utf8) }
  package init(stringLiteral text: String) { self.init(text) }
  package init(integerLiteral number: Int64) { self.init(number) }
}

/// A command: its name and its arguments.
package typealias RedisCommand = [RedisArgument]

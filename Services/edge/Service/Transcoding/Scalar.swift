import JSON
import Kernel
import Protobuf
import RouteTable
import Cryptography

/// One value of a request, as JSON or as a text of the URL.
enum Scalar {
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case text(String)

  init(text: String) { self = .text(text) }

  /// Reads the next value; nil, and the value passed over, when it is none of these.
  init?(_ scanner: inout JSONScanner) throws {
    switch try scanner.peek() {
    case .bool: self = .bool(try scanner.bool())
    case .string: self = .text(try scanner.string())
    case .number:
      switch try scanner.number() {
      case .int(let value): self = .int(value)
      case .double(let value): self = .double(value)
      }
    case .null, .array, .object:
      try scanner.skip()
      return nil
    }
  }

  /// Of texts that no database takes.
  static let hasNUL = "Null characters are not allowed"
  /// Longer words are not said again in an answer.
  private static let longestEcho = 100

  static func wrongKind(of field: MessagePlan.Field) -> String {
    switch field.kind {
    case .bool: "Must be true or false"
    case .string: field.rule.message ?? "Not a valid string"
    case .double, .float: "A valid number is required"
    case .bytes: "Not valid Base64"
    default: field.rule.isTimestamp ? "Not an RFC 3339 time" : "A valid integer is required"
    }
  }

  /// Puts the value into its field.
  /// - Returns: what is wrong with it.
  func write(to builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    switch field.kind {
    case .string: writeText(builder, field)
    case .bool: writeBool(builder, field)
    case .double, .float: writeDouble(builder, field)
    case .bytes: writeBytes(builder, field)
    case .int32, .int64, .uint32, .uint64, .enumeration: writeInt(builder, field)
    case .message: Self.wrongKind(of: field)
    }
  }

  private func writeText(_ builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    let text: String
    switch self {
    case .text(let value): text = value
    case .int(let value): text = String(value)
    case .double(let value): text = String(value)
    case .bool: return Self.wrongKind(of: field)
    }
    if text.utf8.contains(0) { return Self.hasNUL }
    if !field.rule.values.isEmpty, !field.rule.values.contains(text) {
      let word = text.utf8.count > Self.longestEcho ? "This" : "\"\(text)\""
      return field.rule.message ?? "\(word) is not a valid choice"
    }
    if let most = field.rule.maxLength, text.unicodeScalars.count > most {
      return "Ensure this field has no more than \(most) characters"
    }
    field.isRepeated ? builder.addString(field.index, text) : builder.setString(field.index, text)
    return nil
  }

  private func writeBool(_ builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    let value: Bool
    switch self {
    case .bool(let truth): value = truth
    case .text(let text):
      switch text.lowercased() {
      case "true", "1", "yes": value = true
      case "false", "0", "no": value = false
      default: return Self.wrongKind(of: field)
      }
    case .int(0): value = false
    case .int(1): value = true
    case .int, .double: return Self.wrongKind(of: field)
    }
    field.isRepeated ? builder.addBool(field.index, value) : builder.setBool(field.index, value)
    return nil
  }

  private func writeDouble(_ builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    let value: Double
    switch self {
    case .double(let number): value = number
    case .int(let number): value = Double(number)
    case .text(let text):
      guard let number = Double(text), number.isFinite else { return Self.wrongKind(of: field) }
      value = number
    case .bool: return Self.wrongKind(of: field)
    }
    if let fault = Self.outOfRange(value, field.rule) { return fault }
    switch (field.kind, field.isRepeated) {
    case (.float, true): builder.addFloat(field.index, Float(value))
    case (.float, false): builder.setFloat(field.index, Float(value))
    case (_, true): builder.addDouble(field.index, value)
    case (_, false): builder.setDouble(field.index, value)
    }
    return nil
  }

  private func writeBytes(_ builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    guard case .text(let text) = self, let bytes = Base64.decode(text) else {
      return Self.wrongKind(of: field)
    }
    field.isRepeated ? builder.addBytes(field.index, bytes) : builder.setBytes(field.index, bytes)
    return nil
  }

  private func writeInt(_ builder: MessageBuilder, _ field: MessagePlan.Field) -> String? {
    guard let value = whole(field.rule) else { return Self.wrongKind(of: field) }
    if let fault = Self.outOfRange(Double(value), field.rule) { return fault }
    let index = field.index
    switch field.kind {
    case .int64:
      field.isRepeated ? builder.addInt64(index, value) : builder.setInt64(index, value)
    case .int32:
      guard let value = Int32(exactly: value) else { return Self.wrongKind(of: field) }
      field.isRepeated ? builder.addInt32(index, value) : builder.setInt32(index, value)
    case .uint64:
      guard let value = UInt64(exactly: value) else { return Self.wrongKind(of: field) }
      field.isRepeated ? builder.addUInt64(index, value) : builder.setUInt64(index, value)
    case .uint32:
      guard let value = UInt32(exactly: value) else { return Self.wrongKind(of: field) }
      field.isRepeated ? builder.addUInt32(index, value) : builder.setUInt32(index, value)
    default:
      guard let value = Int32(exactly: value) else { return Self.wrongKind(of: field) }
      field.isRepeated
        ? builder.addEnumeration(index, value) : builder.setEnumeration(index, value)
    }
    return nil
  }

  private func whole(_ rule: FieldRule) -> Int64? {
    switch self {
    case .int(let value): return rule.isTimestamp ? nil : value
    case .double(let value): return rule.isTimestamp ? nil : Int64(exactly: value)
    case .text(let text):
      guard rule.isTimestamp else { return Int64(text) }
      let isDate = text.utf8.count == 10
      return Instant(rfc3339: isDate ? text + "T00:00:00Z" : text)?.microseconds
    case .bool: return nil
    }
  }

  private static func outOfRange(_ value: Double, _ rule: FieldRule) -> String? {
    if let least = rule.minimum, value < Double(least) {
      return "Ensure this value is greater than or equal to \(least)"
    }
    if let most = rule.maximum, value > Double(most) {
      return "Ensure this value is less than or equal to \(most)"
    }
    return nil
  }
}

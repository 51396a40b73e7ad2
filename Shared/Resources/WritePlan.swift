import Kernel
import Postgres
import Protobuf
import RPC

/// How create and update requests of one message type are read and checked.
struct WritePlan: Sendable {
  enum Verb: Sendable { case create, update, bulkUpdate }

  private struct FieldColumn: Sendable {
    let field: Int
    let kind: FieldKind
    let column: Column
  }

  private let fields: [FieldColumn]
  private let cleared: Int?
  private let verb: Verb
  /// Columns that a create must have although its request has no such field would be a mistake.
  let mistakes: [String]

  init<Item>(_ resource: Resource<Item>, _ request: MessageDescriptor, _ verb: Verb) {
    var fields: [FieldColumn] = []
    var mistakes: [String] = []
    let own: Set<String> = verb == .create ? [] : ["id", "ids", "cleared"]
    for field in request.fields where !own.contains(field.name) {
      guard let column = resource.column(field.name) else {
        mistakes.append("\(request.name).\(field.name) is no column")
        continue
      }
      if column.isReadOnly {
        mistakes.append("\(request.name).\(field.name) is a read-only column")
      } else if !column.kind.fits(field) {
        mistakes.append("\(request.name).\(field.name) is of another kind than its column")
      } else {
        fields.append(FieldColumn(field: field.index, kind: field.kind, column: column))
      }
    }
    if verb == .create {
      let known = Set(fields.map(\.column.name))
      for column in resource.columns where column.isRequired && !known.contains(column.name) {
        mistakes.append("\(request.name) lacks the required \(column.name)")
      }
    }
    cleared = request.field(named: "cleared")?.index
    (self.fields, self.verb, self.mistakes) = (fields, verb, mistakes)
  }

  /// The values of a request.
  /// - Throws: `RPCError` `.invalidArgument` that names every wrong field.
  func values(_ reader: MessageReader) throws -> ResourceValues {
    var values = ResourceValues()
    var wrong: [FieldError] = []
    let cleared = try cleared.map { Set(try reader.strings($0)) } ?? []
    for field in fields {
      let name = field.column.name
      do {
        if cleared.contains(name) {
          values[name] = try field.column.clearedValue()
        } else if reader.has(field.field) {
          values[name] = try field.column.checked(try Self.value(field, reader))
        } else if verb == .create {
          if field.column.isRequired { throw WrongValue("This field is required") }
          values[name] = field.column.initial
        }
      } catch let error as WrongValue {
        wrong.append(FieldError(name: name, messages: [error.message]))
      }
    }
    if !wrong.isEmpty { throw RPCError(invalid: wrong) }
    return values
  }

  private static func value(_ field: FieldColumn, _ reader: MessageReader) throws -> SQLValue {
    let index = field.field
    switch field.column.kind {
    case .int:
      return .int(field.kind == .int32 ? Int64(reader.int32(index)) : reader.int64(index))
    case .double: return .double(reader.double(index))
    case .bool: return .bool(reader.bool(index))
    case .text, .enumeration: return .text(try reader.string(index))
    case .json: return .json(try reader.string(index))
    case .timestamp: return .instant(Instant(microseconds: reader.int64(index)))
    case .texts: return .texts(try reader.strings(index))
    case .ints: return .ints(reader.int64s(index))
    }
  }
}

/// What a client is told about a value.
struct WrongValue: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

extension Column.Kind {
  /// Whether a request's field can carry such a column's values.
  func fits(_ field: FieldDescriptor) -> Bool {
    switch self {
    case .int: !field.isRepeated && (field.kind == .int64 || field.kind == .int32)
    case .double: !field.isRepeated && field.kind == .double
    case .bool: !field.isRepeated && field.kind == .bool
    case .text, .enumeration, .json: !field.isRepeated && field.kind == .string
    case .timestamp: !field.isRepeated && field.kind == .int64
    case .texts: field.isRepeated && field.kind == .string
    case .ints: field.isRepeated && field.kind == .int64
    }
  }
}

extension Column {
  /// What a field that is set to null stores.
  func clearedValue() throws -> SQLValue {
    if kind == .texts || kind == .ints { return initial ?? .null }
    if isRequired { throw WrongValue("This field is required") }
    if isNullable { return .null }
    if let initial { return initial }
    throw WrongValue("This field may not be null")
  }

  /// The value as it is stored.
  /// - Throws: `WrongValue`.
  func checked(_ value: SQLValue) throws -> SQLValue {
    switch value {
    case .int(let number):
      try check(Double(number), exactly: number)
      return value
    case .double(let number):
      guard number.isFinite else { throw WrongValue(message ?? "A valid number is required") }
      try check(number, exactly: nil)
      return value
    case .text(let text) where kind == .enumeration: return .text(try word(text))
    case .text(let text):
      if isRequired, text.trimmed.isEmpty { throw WrongValue("This field is required") }
      try check(length: text)
      return value
    case .json(let text):
      try check(length: text)
      return value
    case .texts(let texts):
      try check(count: texts.count)
      for text in texts { try check(length: text) }
      return value
    case .ints(let numbers):
      try check(count: numbers.count)
      return value
    default: return value
    }
  }

  private func check(_ number: Double, exactly whole: Int64?) throws {
    if let minimum, whole.map({ $0 < minimum }) ?? (number < Double(minimum)) {
      throw WrongValue(
        message ?? "Ensure this value is greater than or equal to \(minimum)")
    }
    if let maximum, whole.map({ $0 > maximum }) ?? (number > Double(maximum)) {
      throw WrongValue(message ?? "Ensure this value is less than or equal to \(maximum)")
    }
  }

  /// A word of a fixed set, by any of its names.
  private func word(_ text: String) throws -> String {
    let word = aliases[text] ?? text
    if values.contains(word) { return word }
    if text.isEmpty, isRequired { throw WrongValue("This field is required") }
    throw WrongValue(message ?? "Invalid \(name) value")
  }

  private func check(length text: String) throws {
    guard let maxLength, text.utf8.count > maxLength, text.unicodeScalars.count > maxLength
    else { return }
    throw WrongValue("Ensure this field has no more than \(maxLength) characters")
  }

  private func check(count: Int) throws {
    if isRequired, count == 0 { throw WrongValue("This field is required") }
    guard let maxItems, count > maxItems else { return }
    throw WrongValue("Ensure this field has no more than \(maxItems) elements")
  }
}

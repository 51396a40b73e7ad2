/// A JSON value as a tree, for small free-form documents. Members keep their order; of two members
/// with one name the last counts.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name with its value.
  package struct Member: Equatable, Sendable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) { (self.name, self.value) = (name, value) }
  }

  /// Parses one JSON text.
  /// - Throws: `JSONFault` with line and column.
  package init(parsing text: String) throws { try self.init(parsing: text, strictly: false) }

  /// Parses one JSON text.
  /// - Parameter strictly: refuses also what cannot be kept or told apart: NUL characters, and two
  ///   members with one name.
  /// - Throws: `JSONFault` with line and column.
  package init(parsing text: String, strictly: Bool) throws {
    var text = text
    self = try text.withUTF8 { utf8 in
      var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
      let value = try JSONValue(from: &scanner, strictly: strictly)
      try scanner.end()
      return value
    }
  }

  /// Reads the scanner's next value; `strictly` as in `init(parsing:strictly:)`.
  package init(from scanner: inout JSONScanner, strictly: Bool = false) throws {
    switch try scanner.peek() {
    case .null:
      try scanner.null()
      self = .null
    case .bool: self = .bool(try scanner.bool())
    case .string:
      let text = try scanner.string()
      if strictly, text.utf8.contains(0) { throw scanner.fault("NUL in a string") }
      self = .string(text)
    case .number:
      switch try scanner.number() {
      case .int(let value): self = .int(value)
      case .double(let value): self = .double(value)
      }
    case .array:
      var elements: [JSONValue] = []
      try scanner.array { elements.append(try JSONValue(from: &$0, strictly: strictly)) }
      self = .array(elements)
    case .object:
      var members = MemberList()
      try scanner.object { name, scanner in
        if strictly {
          if name.utf8.contains(0) { throw scanner.fault("NUL in a name") }
          if members.has(name) { throw scanner.fault("The same name again") }
        }
        members.set(name, try JSONValue(from: &scanner, strictly: strictly))
      }
      self = .object(members.all)
    }
  }

  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The members of an object; none for anything else.
  package var members: [Member] { if case .object(let members) = self { members } else { [] } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The strings of an array, other elements left out; none for anything else.
  package var strings: [String] { array?.compactMap(\.string) ?? [] }

  /// A whole number, also when it was written with a fraction of zero.
  package var int: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  package var text: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  /// Writes the value as the next one of `writer`.
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .int(let value): writer.int(value)
    case .double(let value): writer.double(value)
    case .string(let value): writer.string(value)
    case .array(let elements):
      writer.beginArray()
      elements.forEach { $0.write(to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for member in members {
        writer.name(member.name)
        member.value.write(to: &writer)
      }
      writer.endObject()
    }
  }
}

/// The members of an object that is being read, each name once.
private struct MemberList {
  /// Fewer names than this are found faster one by one.
  private static let few = 16

  private(set) var all: [JSONValue.Member] = []
  /// Where each name stands; empty while there are few.
  private var places: [String: Int] = [:]

  func has(_ name: String) -> Bool { place(of: name) != nil }

  /// A name that is there already gets the new value.
  mutating func set(_ name: String, _ value: JSONValue) {
    let member = JSONValue.Member(name, value)
    if let place = place(of: name) {
      all[place] = member
      return
    }
    all.append(member)
    if all.count == Self.few {
      for (place, member) in all.enumerated() { places[member.name] = place }
    } else if all.count > Self.few {
      places[name] = all.count - 1
    }
  }

  private func place(of name: String) -> Int? {
    all.count < Self.few ? all.firstIndex { $0.name == name } : places[name]
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

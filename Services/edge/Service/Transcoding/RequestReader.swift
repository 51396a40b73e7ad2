import RouteTable
import JSON
import Protobuf
import RPC

/// Fills one request message from JSON, query and path, and keeps what is wrong with it.
struct RequestReader {
  /// Most faults and most warnings that are told.
  static let mostNotes = 100

  let plan: MessagePlan
  private(set) var faults: [FieldError] = []
  private(set) var warnings: [String] = []
  private var cleared: Set<String> = []

  init(_ plan: MessagePlan) { self.plan = plan }

  /// Reads a JSON object into the message.
  /// - Throws: `JSONFault`.
  mutating func read(_ bytes: UnsafeRawBufferPointer, into builder: MessageBuilder) throws {
    var scanner = JSONScanner(bytes)
    guard try scanner.peek() == .object else {
      try scanner.skip()
      try scanner.end()
      return fail("", "Expected a JSON object")
    }
    try readObject(&scanner, plan, at: "", into: builder)
    try scanner.end()
    if let index = plan.cleared {
      builder.clear(index)
      builder.addStrings(index, cleared.sorted())
    }
  }

  /// Takes a text from the query or the path; a name that is no field is somebody else's.
  mutating func take(_ name: String, _ text: String, into builder: MessageBuilder) {
    guard let field = plan.field(named: name), field.nested == nil else { return }
    if !field.isRepeated {
      builder.clear(field.index)
      return put(Scalar(text: text), field, at: name, into: builder)
    }
    for element in text.split(separator: ",") {
      put(Scalar(text: String(element)), field, at: name, into: builder)
    }
  }

  /// Takes a segment of the path.
  /// - Returns: whether it can name something: a text where a number belongs names nothing.
  mutating func take(parameter index: Int, _ text: String, into builder: MessageBuilder) -> Bool {
    let field = plan.fields[index]
    builder.clear(index)
    faults.removeAll { $0.name == field.name }
    return Scalar(text: text).write(to: builder, field) == nil
  }

  /// Takes an uploaded file.
  mutating func upload(
    _ bytes: UnsafeRawBufferPointer, field index: Int, into builder: MessageBuilder
  ) {
    let field = plan.fields[index]
    if field.kind == .bytes { return builder.setBytes(index, bytes) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return fail(field.name, "The file is not UTF-8 text")
    }
    builder.setString(index, text)
  }

  /// Notes the required fields that are missing, once everything has been read.
  mutating func finish(_ builder: MessageBuilder) {
    checkRequired(plan, builder.reader, at: "")
  }

  private mutating func checkRequired(_ plan: MessagePlan, _ reader: MessageReader, at path: String)
  {
    for field in plan.fields {
      let name = path + field.name
      if field.rule.isRequired, Self.isMissing(field, in: reader),
        !faults.contains(where: { $0.name == name })
      {
        fail(name, "This field is required")
      }
      guard let nested = field.nested, reader.has(field.index) else { continue }
      guard field.isRepeated else {
        if let inner = reader.nested(field.index) { checkRequired(nested, inner, at: name + ".") }
        continue
      }
      for place in 0..<reader.count(field.index) {
        checkRequired(nested, reader.nested(field.index, at: place), at: "\(name).\(place).")
      }
    }
  }

  private static func isMissing(_ field: MessagePlan.Field, in reader: MessageReader) -> Bool {
    guard reader.has(field.index) else { return true }
    guard field.kind == .string, !field.isRepeated else { return false }
    return reader.utf8(field.index)?.allSatisfy { $0 == 0x20 || $0 == 0x09 } ?? true
  }

  mutating func fail(_ name: String, _ message: String) {
    if let place = faults.firstIndex(where: { $0.name == name }) {
      if !faults[place].messages.contains(message) { faults[place].messages.append(message) }
    } else if faults.count < Self.mostNotes {
      faults.append(FieldError(name: name, messages: [message]))
    }
  }
}

extension RequestReader {
  private mutating func readObject(
    _ scanner: inout JSONScanner, _ plan: MessagePlan, at path: String,
    into builder: MessageBuilder
  ) throws {
    try scanner.object { name, scanner in
      guard let field = plan.field(named: name) else {
        if warnings.count < Self.mostNotes { warnings.append(path + name) }
        try scanner.skip()
        return
      }
      try readField(&scanner, field, at: path + field.name, into: builder)
    }
  }

  private mutating func readField(
    _ scanner: inout JSONScanner, _ field: MessagePlan.Field, at path: String,
    into builder: MessageBuilder
  ) throws {
    builder.clear(field.index)
    cleared.remove(path)
    if try scanner.peek() == .null {
      try scanner.null()
      cleared.insert(path)
    } else if field.rule.isJSON {
      let json = try scanner.skip()
      if json.hasEscapedNUL { fail(path, Scalar.hasNUL) }
      builder.setString(field.index, utf8: json)
    } else if field.isRepeated {
      try readList(&scanner, field, at: path, into: builder)
    } else if let nested = field.nested {
      guard try scanner.peek() == .object else {
        try scanner.skip()
        return fail(path, "Expected an object")
      }
      try readObject(&scanner, nested, at: path + ".", into: builder.nested(field.index))
    } else if let value = try Scalar(&scanner) {
      put(value, field, at: path, into: builder)
    } else {
      fail(path, Scalar.wrongKind(of: field))
    }
  }

  private mutating func readList(
    _ scanner: inout JSONScanner, _ field: MessagePlan.Field, at path: String,
    into builder: MessageBuilder
  ) throws {
    guard try scanner.peek() == .array else {
      try scanner.skip()
      return fail(path, "Expected a list of items")
    }
    let most = field.rule.maxItems ?? .max
    var count = 0
    try scanner.array { scanner in
      defer { count += 1 }
      if count >= most {
        try scanner.skip()
      } else if let nested = field.nested {
        guard try scanner.peek() == .object else {
          try scanner.skip()
          return fail("\(path).\(count)", "Expected an object")
        }
        try readObject(
          &scanner, nested, at: "\(path).\(count).", into: builder.addNested(field.index))
      } else if let value = try Scalar(&scanner) {
        put(value, field, at: path, into: builder)
      } else {
        fail(path, Scalar.wrongKind(of: field))
      }
    }
    if count == 0 { cleared.insert(path) }
    if count > most {
      fail(path, "Ensure this field has no more than \(most) elements")
    }
  }

  private mutating func put(
    _ value: Scalar, _ field: MessagePlan.Field, at path: String, into builder: MessageBuilder
  ) {
    if let fault = value.write(to: builder, field) { fail(path, fault) }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether a string of this JSON has the escape of a NUL.
  fileprivate var hasEscapedNUL: Bool {
    var place = startIndex
    while let backslash = self[place...].firstIndex(of: UInt8(ascii: "\\")) {
      place = backslash + 2
      if self[(backslash + 1)...].starts(with: "u0000".utf8) { return true }
    }
    return false
  }
}

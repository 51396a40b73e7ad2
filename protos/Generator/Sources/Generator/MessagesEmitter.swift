/// Writes the Swift values of one proto file's messages.
struct MessagesEmitter {
  let file: ProtoFile

  func text() throws -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/" + file.path))
    let imports = imports()
    for module in imports { lines.line("import \(module)") }
    for message in file.messages {
      lines.line()
      try lines.block("extension \(SwiftNames.namespace(file.context))") { lines in
        lines.document(message.documentation)
        try lines.block("package struct \(message.name): ContractMessage, Equatable") { lines in
          try emit(message, &lines)
        }
      }
    }
    return lines.text
  }

  private func imports() -> [String] {
    var modules: Set<String> = ["Messages", "Protobuf"]
    for field in file.messages.flatMap(\.fields) {
      if field.rules.timestamp { modules.insert("Kernel") }
      if case .message(let name) = field.kind {
        let namespace = SwiftNames.type(name).split(separator: ".").first.map(String.init) ?? ""
        if namespace != SwiftNames.namespace(file.context) {
          modules.insert(namespace + "Contract")
        }
      }
    }
    return modules.sorted()
  }

  private func emit(_ message: Message, _ lines: inout Lines) throws {
    let properties = try message.fields.map { try Property($0, in: message) }
    for property in properties {
      lines.document(property.field.documentation)
      lines.line("package var \(property.name): \(property.type)")
    }
    if !properties.isEmpty { lines.line() }
    initializer(properties, &lines)
    lines.line()
    lines.block("package static var descriptor: MessageDescriptor") { lines in
      lines.line("MessageDescriptor(\(SwiftNames.accessor(message.fullName))())")
    }
    lines.line()
    lines.block("package init(reading reader: borrowing MessageReader) throws") { lines in
      for property in properties { lines.line("\(property.assigned) = \(property.reading)") }
    }
    lines.line()
    lines.block("package func write(to builder: borrowing MessageBuilder)") { lines in
      for property in properties { lines.line(property.writing) }
    }
  }

  private func initializer(_ properties: [Property], _ lines: inout Lines) {
    guard !properties.isEmpty else { return lines.line("package init() {}") }
    let parameters = properties.map { "\($0.name): \($0.type) = \($0.initial)" }
    lines.call("package init(", parameters, ") {")
    lines.indented { lines in
      for property in properties { lines.line("self.\(property.bare) = \(property.name)") }
    }
    lines.line("}")
  }
}

/// One stored property and the Swift around it.
struct Property {
  let field: Field
  let name: String
  let bare: String
  /// The type of one value: `Int64`, `Planner.Keyword`.
  private let element: String
  /// How readers and builders call the kind: `Int64`, `String`, `Message`.
  private let kind: String
  private let literal: String

  init(_ field: Field, in message: Message) throws {
    self.field = field
    name = SwiftNames.property(field.name)
    bare = SwiftNames.bareProperty(field.name)
    let place = message.fullName + "." + field.name
    switch field.kind {
    case .int32: (kind, element) = ("Int32", "Int32")
    case .int64: (kind, element) = ("Int64", field.rules.timestamp ? "Instant" : "Int64")
    case .uint32: (kind, element) = ("UInt32", "UInt32")
    case .uint64: (kind, element) = ("UInt64", "UInt64")
    case .bool: (kind, element) = ("Bool", "Bool")
    case .double: (kind, element) = ("Double", "Double")
    case .float: (kind, element) = ("Float", "Float")
    case .string: (kind, element) = ("String", "String")
    case .bytes: (kind, element) = ("Bytes", "[UInt8]")
    case .message(let name): (kind, element) = ("Message", SwiftNames.type(name))
    }
    literal = try Self.literal(field, place)
    if ["reader", "builder", "descriptor"].contains(bare) {
      throw ContractFault(place, "the name is taken in the generated code")
    }
  }

  private static func literal(_ field: Field, _ place: String) throws -> String {
    guard let text = field.defaultText else { return "nil" }
    switch field.kind {
    case .string: return SwiftNames.literal(text)
    case .bytes:
      guard text.isEmpty else { throw ContractFault(place, "bytes default to nothing") }
      return "[]"
    case .double, .float:
      guard !["inf", "-inf", "nan"].contains(text) else {
        throw ContractFault(place, "the default is no number")
      }
      return text
    default: return field.rules.timestamp ? "Instant(microseconds: \(text))" : text
    }
  }

  var type: String {
    if field.isRepeated { return "[\(element)]" }
    return field.hasPresence ? element + "?" : element
  }

  /// The default of the memberwise initialiser.
  var initial: String { field.isRepeated ? "[]" : literal }

  /// The property inside an initialiser that has no parameter of its name.
  var assigned: String { name }

  private var verb: String { kind.prefix(1).lowercased() + kind.dropFirst() }
  private var reads: String {
    kind.hasPrefix("UInt") ? "uint" + kind.dropFirst(4) : verb
  }

  var reading: String {
    let index = field.index
    switch kind {
    case "Message":
      let call = field.isRepeated ? "messages" : "message"
      return "try reader.\(call)(\(index), as: \(element).self)"
    case "String":
      let call =
        field.isRepeated ? "strings" : field.hasPresence ? "optionalString" : "string"
      return "try reader.\(call)(\(index))"
    default:
      let list = kind == "Bytes" ? "byteArrays" : reads + "s"
      let call = field.isRepeated ? list : field.hasPresence ? "optional" + kind : reads
      let value = "reader.\(call)(\(index))"
      guard field.rules.timestamp else { return value }
      if field.isRepeated { return value + ".map(Instant.init(microseconds:))" }
      return field.hasPresence
        ? value + ".map(Instant.init(microseconds:))" : "Instant(microseconds: \(value))"
    }
  }

  var writing: String {
    let index = field.index
    let suffix = field.rules.timestamp ? ".microseconds" : ""
    if field.isRepeated {
      let list = kind == "Bytes" ? "ByteArrays" : kind + "s"
      let values = field.rules.timestamp ? name + ".map(\\.microseconds)" : name
      return "builder.add\(list)(\(index), \(values))"
    }
    let set = "builder.set\(kind)(\(index), \(name)\(suffix))"
    if field.hasPresence { return "if let \(name) { \(set) }" }
    switch field.kind {
    case .bool: return "if \(literal == "true" ? "!" : "")\(name) { \(set) }"
    case .string where literal == "\"\"": return "if !\(name).isEmpty { \(set) }"
    case .bytes: return "if !\(name).isEmpty { \(set) }"
    default:
      return field.rules.timestamp
        ? "if \(name).microseconds != \(field.defaultText ?? "0") { \(set) }"
        : "if \(name) != \(literal) { \(set) }"
    }
  }
}

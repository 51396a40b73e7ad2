/// The OpenAPI schemas of messages, each written once under `components/schemas`.
struct OpenAPISchemas {
  private enum Side { case request, reply }

  let contracts: Contracts
  private var written: [String: JSON] = [:]

  init(_ contracts: Contracts) { self.contracts = contracts }

  /// All schemas so far, by name.
  var sorted: [(String, JSON)] { written.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

  /// A reference to the schema of a reply's message.
  mutating func reply(_ message: Message) throws -> JSON {
    try reference(to: message, .reply, without: [])
  }

  /// A reference to the schema of a request's body: the request without what the path carries.
  mutating func request(_ message: Message, without fields: [String]) throws -> JSON {
    try reference(to: message, .request, without: fields)
  }

  private mutating func reference(to message: Message, _ side: Side, without fields: [String])
    throws -> JSON
  {
    let parts = message.fullName.split(separator: ".").map(String.init)
    var name = parts[1] + "." + message.name
    if side == .request {
      name += fields.isEmpty ? ".Body" : ".BodyWithout." + fields.joined(separator: ".")
    }
    if written[name] == nil {
      written[name] = true
      written[name] = try schema(of: message, side, without: fields)
    }
    return .object([("$ref", .text("#/components/schemas/\(name)"))])
  }

  private mutating func schema(of message: Message, _ side: Side, without fields: [String]) throws
    -> JSON
  {
    var (properties, required): ([(String, JSON)], [JSON]) = ([], [])
    let takesNull = side == .reply || message.field("cleared") != nil
    for field in message.fields where !field.rules.hidden && !fields.contains(field.name) {
      var isRequired = field.rules.required
      if side == .reply { isRequired = !(field.hasPresence && field.rules.omitAbsent) }
      if isRequired { required.append(.text(field.name)) }
      let isNullable = takesNull && field.hasPresence && !field.rules.required
      let schema = try schema(of: field, side, isNullable: isNullable)
      properties.append((field.name, schema))
    }
    var members: [(String, JSON)] = [("type", "object")]
    if !message.documentation.isEmpty {
      members.append(("description", .text(message.documentation)))
    }
    members.append(("properties", .object(properties)))
    if !required.isEmpty { members.append(("required", .list(required))) }
    return .object(members)
  }

  private mutating func schema(of field: Field, _ side: Side, isNullable: Bool) throws -> JSON {
    var members: [(String, JSON)]
    if case .message(let name) = field.kind {
      let nested = try reference(to: try contracts.message(name), side, without: [])
      if field.isRepeated {
        members = [("type", "array"), ("items", nested)]
      } else {
        let null = JSON.object([("type", "null")])
        members = isNullable ? [("anyOf", .list([nested, null]))] : [("allOf", .list([nested]))]
      }
    } else {
      let value = Self.value(of: field, isNullable: isNullable && !field.isRepeated)
      members = field.isRepeated ? [("type", "array"), ("items", .object(value))] : value
    }
    if field.isRepeated, field.rules.hasMaxItems {
      members.append(("maxItems", .number(Int64(field.rules.maxItems))))
    }
    if !field.documentation.isEmpty { members.append(("description", .text(field.documentation))) }
    return .object(members)
  }

  /// The schema of one value of a field that is no message.
  static func value(of field: Field, isNullable: Bool) -> [(String, JSON)] {
    let rules = field.rules
    if rules.json { return [] }
    func type(_ name: String) -> (String, JSON) {
      ("type", isNullable ? .list([.text(name), "null"]) : .text(name))
    }
    var members: [(String, JSON)]
    switch field.kind {
    case .int32, .uint32: members = [type("integer"), ("format", "int32")]
    case .int64 where rules.timestamp: return [type("string"), ("format", "date-time")]
    case .int64, .uint64: members = [type("integer"), ("format", "int64")]
    case .bool: members = [type("boolean")]
    case .double, .float: members = [type("number")]
    case .bytes: return [type("string"), ("contentEncoding", "base64")]
    case .string, .message: members = [type("string")]
    }
    if !rules.values.isEmpty {
      let values = rules.values.map { JSON.text($0) }
      members.append(("enum", .list(isNullable ? values + [.null] : values)))
    }
    if rules.hasMaxLength { members.append(("maxLength", .number(Int64(rules.maxLength)))) }
    if rules.hasMin { members.append(("minimum", .number(rules.min))) }
    if rules.hasMax { members.append(("maximum", .number(rules.max))) }
    return members
  }
}

extension JSON {
  static let null = JSON.fraction("null")
}

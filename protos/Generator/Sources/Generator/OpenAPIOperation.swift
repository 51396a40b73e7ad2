/// One operation of the OpenAPI document.
struct OpenAPIOperation {
  let method: ServiceMethod
  let context: String
  /// 0 for `rest`, then the places in `also`.
  let place: Int
  var verb = ""
  var path = ""

  init(method: ServiceMethod, context: String, place: Int) {
    (self.method, self.context, self.place) = (method, context, place)
  }

  private var hasBody: Bool { verb == "POST" || verb == "PUT" || verb == "PATCH" }
  private var pathFields: [String] { PathTemplate.parameters(of: path) }

  func json(_ contracts: Contracts, _ schemas: inout OpenAPISchemas) throws -> JSON {
    let request = try contracts.message(method.request)
    let id = context + "." + method.name + (place == 0 ? "" : ".\(place + 1)")
    var members: [(String, JSON)] = [
      ("operationId", .text(id)), ("tags", .list([.text(context)])), ("summary", .text(summary)),
    ]
    if !method.documentation.isEmpty {
      members.append(("description", .text(method.documentation)))
    }
    members.append(("x-igny8-role", .text(method.rules.role.word)))
    members.append(("x-igny8-throttle", .text(method.rules.throttle)))
    if method.rules.hasModule { members.append(("x-igny8-module", .text(method.rules.module))) }
    members.append(("security", .list(security)))
    let parameters = parameters(request) + (try selection(request, contracts))
    if !parameters.isEmpty { members.append(("parameters", .list(parameters))) }
    if let body = try body(request, &schemas) { members.append(("requestBody", body)) }
    let success = try success(try contracts.message(method.reply), contracts, &schemas)
    let errors = errorStatuses.map { status in
      (String(status), JSON.object([("$ref", .text("#/components/responses/Error\(status)"))]))
    }
    members.append(
      ("responses", .object([(String(method.rules.status), success)] + errors)))
    return .object(members)
  }

  /// The method's name in words: `ListKeywords` → `List keywords`.
  private var summary: String {
    var (words, current): ([String], String) = ([], "")
    for character in method.name {
      if character.isUppercase, !current.isEmpty {
        words.append(current)
        current = ""
      }
      current.append(character)
    }
    return (words + [current]).enumerated()
      .map { $0.offset == 0 ? $0.element : $0.element.lowercased() }.joined(separator: " ")
  }

  private var security: [JSON] {
    let bearer = JSON.object([("bearer", .list([]))])
    switch method.rules.role {
    case .anyone: return []
    case .systemBot: return [bearer, .object([("apiKey", .list([]))])]
    default: return [bearer]
    }
  }

  private var errorStatuses: [Int] {
    let unusual = hasBody ? [] : [402, 413, 415]
    return OpenAPIAnswers.statuses.map(\.status).filter { !unusual.contains($0) }
  }

  // MARK: what goes in

  private func parameters(_ request: Message) -> [JSON] {
    var all = request.fields.filter { pathFields.contains($0.name) }.map { parameter($0, "path") }
    let isUpload = method.rules.hasUploadField
    if method.rules.rawRequest { return all }
    for field in request.fields where !field.rules.hidden && !pathFields.contains(field.name) {
      if case .message = field.kind { continue }
      if field.name == method.rules.uploadField { continue }
      if !hasBody || isUpload { all.append(parameter(field, "query")) }
    }
    if method.rules.idempotency == .keyed {
      all.append(.object([("$ref", "#/components/parameters/IdempotencyKey")]))
    }
    return all
  }

  /// `fields`, which lists know.
  private func selection(_ request: Message, _ contracts: Contracts) throws -> [JSON] {
    guard method.rules.shape == .list, request.field("fields") == nil,
      case .message(let name)? = try contracts.message(method.reply).field("results")?.kind
    else { return [] }
    let item = JSON.object([("enum", .list(Self.names(of: try contracts.message(name))))])
    return [
      .object([
        ("name", "fields"), ("in", "query"), ("style", "form"), ("explode", false),
        ("description", "Names of the fields to answer, separated by commas."),
        ("schema", .object([("type", "array"), ("items", item)])),
      ])
    ]
  }

  private func parameter(_ field: Field, _ place: String) -> JSON {
    let value = JSON.object(OpenAPISchemas.value(of: field, isNullable: false))
    var members: [(String, JSON)] = [("name", .text(field.name)), ("in", .text(place))]
    if place == "path" || field.rules.required { members.append(("required", true)) }
    if !field.documentation.isEmpty { members.append(("description", .text(field.documentation))) }
    members.append(
      ("schema", field.isRepeated ? .object([("type", "array"), ("items", value)]) : value))
    return .object(members)
  }

  private func body(_ request: Message, _ schemas: inout OpenAPISchemas) throws -> JSON? {
    guard hasBody else { return nil }
    if method.rules.rawRequest {
      let content = JSON.object([("*/*", .object([("schema", .object([]))]))])
      return .object([("required", true), ("content", content)])
    }
    if let field = request.field(method.rules.uploadField) {
      let file = JSON.object([("type", "string"), ("format", "binary")])
      let form = JSON.object([
        ("type", "object"), ("properties", .object([(field.name, file)])),
      ])
      let types: [(String, JSON)] = [
        ("multipart/form-data", .object([("schema", form)])),
        (
          field.name == "csv" ? "text/csv" : "application/octet-stream", .object([("schema", file)])
        ),
      ]
      return .object([("content", .object(types))])
    }
    let fields = request.fields.filter { !$0.rules.hidden && !pathFields.contains($0.name) }
    guard !fields.isEmpty else { return nil }
    let schema = try schemas.request(request, without: pathFields)
    let content = JSON.object([("application/json", .object([("schema", schema)]))])
    return .object([
      ("required", .truth(fields.contains { $0.rules.required })), ("content", content),
    ])
  }

  // MARK: what comes out

  private func success(
    _ reply: Message, _ contracts: Contracts, _ schemas: inout OpenAPISchemas
  ) throws -> JSON {
    var members: [(String, JSON)] = [
      ("description", .text(reply.documentation.isEmpty ? "Done." : reply.documentation)),
      ("headers", OpenAPIAnswers.headerReferences(Int(method.rules.status))),
    ]
    switch method.rules.shape {
    case .empty: break
    case .raw:
      let file = JSON.object([("type", "string"), ("format", "binary")])
      members.append(("content", .object([("*/*", .object([("schema", file)]))])))
    case .events: members.append(("content", .object([Self.events])))
    case .object, .list, .array:
      let schema = try envelope(reply, contracts, &schemas)
      let content = JSON.object([("application/json", .object([("schema", schema)]))])
      members.append(("content", content))
    }
    return .object(members)
  }

  private static let events: (String, JSON) = (
    "text/event-stream", .object([("schema", .object([("type", "string")]))])
  )

  private func envelope(
    _ reply: Message, _ contracts: Contracts, _ schemas: inout OpenAPISchemas
  ) throws -> JSON {
    var properties: [(String, JSON)] = [("success", .object([("const", true)]))]
    var required: [JSON] = ["success", "request_id"]
    let link = JSON.object([("type", .list(["string", "null"])), ("format", "uri-reference")])
    switch method.rules.shape {
    case .list:
      let results = try elements(reply, contracts, &schemas)
      properties += [
        ("count", .object([("type", "integer"), ("format", "int64")])), ("next", link),
        ("previous", link), ("results", results),
      ]
      required += ["count", "next", "previous", "results"]
    case .array:
      properties.append(("data", try elements(reply, contracts, &schemas)))
      required.append("data")
    default:
      properties.append(("data", try schemas.reply(reply)))
      required.append("data")
    }
    if method.rules.hasMessage {
      properties.append(("message", .object([("type", "string")])))
    }
    properties.append(("request_id", .object([("type", "string")])))
    properties.append(("warnings", OpenAPIAnswers.strings))
    return .object([
      ("type", "object"), ("properties", .object(properties)), ("required", .list(required)),
    ])
  }

  /// The schema of the reply's `results`.
  private func elements(
    _ reply: Message, _ contracts: Contracts, _ schemas: inout OpenAPISchemas
  ) throws -> JSON {
    guard let results = reply.field("results") else { return .object([("type", "array")]) }
    if case .message(let name) = results.kind {
      let message = try contracts.message(name)
      let item = try schemas.reply(message)
      let isWhole = method.rules.shape != .list
      let items = isWhole ? item : .object([("anyOf", .list([item, Self.selection(of: message)]))])
      return .object([("type", "array"), ("items", items)])
    }
    let item = OpenAPISchemas.value(of: results, isNullable: false)
    return .object([("type", "array"), ("items", .object(item))])
  }

  /// An element of which `fields` selected some.
  private static func selection(of message: Message) -> JSON {
    .object([
      ("type", "object"), ("description", "What `fields` selects."),
      ("propertyNames", .object([("enum", .list(names(of: message)))])),
    ])
  }

  private static func names(of message: Message) -> [JSON] {
    message.fields.filter { !$0.rules.hidden }.map { .text($0.name) }
  }

  /// The operation with server-sent events as a further content of its success.
  static func withEvents(_ operation: JSON) -> JSON {
    guard case .object(var members) = operation,
      let place = members.firstIndex(where: { $0.0 == "responses" }),
      case .object(var responses) = members[place].1, let first = responses.first,
      case .object(var answer) = first.1,
      let content = answer.firstIndex(where: { $0.0 == "content" }),
      case .object(let types) = answer[content].1,
      !types.contains(where: { $0.0 == events.0 })
    else { return operation }
    answer[content].1 = .object(types + [events])
    responses[0].1 = .object(answer)
    members[place].1 = .object(responses)
    return .object(members)
  }
}

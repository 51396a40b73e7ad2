/// Writes the OpenAPI 3.1 schema of the public API as a Swift constant.
struct OpenAPIEmitter {
  let contracts: Contracts

  init(_ contracts: Contracts) { self.contracts = contracts }

  func text() throws -> String {
    var schemas = OpenAPISchemas(contracts)
    var paths: [String: [(String, JSON)]] = [:]
    for (context, files) in contracts.contexts {
      for method in files.flatMap(\.services).flatMap(\.methods) {
        for (place, route) in method.routes.enumerated() {
          var operation = OpenAPIOperation(method: method, context: context, place: place)
          operation.verb = route.verb
          operation.path = route.path
          let verb = route.verb.lowercased()
          // A stream of events that shares a route adds its content to the plain answer.
          if let index = paths[route.path]?.firstIndex(where: { $0.0 == verb }) {
            let plain = method.rules.shape == .events ? paths[route.path]?[index].1 : nil
            let whole = try plain ?? operation.json(contracts, &schemas)
            paths[route.path]?[index].1 = OpenAPIOperation.withEvents(whole)
          } else {
            paths[route.path, default: []].append((verb, try operation.json(contracts, &schemas)))
          }
        }
      }
    }
    let document = document(
      paths.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) }, schemas.sorted)
    let lines = document.spread(levels: 4).split(separator: "\n").map { "    " + $0 }
    return """
      \(Lines.banner("protos/"))

      /// The public API as an OpenAPI 3.1 document, JSON.
      package enum OpenAPISchema {
        package static let json = #\"""
      \(lines.joined(separator: "\n"))
          \"""#
      }

      """
  }

  private func document(_ paths: [(String, JSON)], _ schemas: [(String, JSON)]) -> JSON {
    let info: JSON = .object([
      ("title", "IGNY8 API"), ("version", "1.0"),
      ("description", .text(Self.about)),
    ])
    let components: JSON = .object([
      ("securitySchemes", Self.security), ("headers", OpenAPIAnswers.headers),
      ("parameters", OpenAPIAnswers.parameters), ("responses", OpenAPIAnswers.errors),
      ("schemas", .object([OpenAPIAnswers.errorSchema] + schemas)),
    ])
    return .object([
      ("openapi", "3.1.0"), ("info", info),
      ("servers", .list([.object([("url", "/")])])), ("paths", .object(paths)),
      ("components", components),
    ])
  }

  private static let about = """
    Content planning, writing and publishing. Every answer is an envelope with `success` and \
    `request_id`. `x-igny8-role` names the lowest role that may call an operation, \
    `x-igny8-throttle` its throttle scope, `x-igny8-module` the module that switches it off.
    """

  private static let security: JSON = .object([
    (
      "bearer",
      .object([("type", "http"), ("scheme", "bearer"), ("bearerFormat", "JWT")])
    ),
    (
      "apiKey",
      .object([("type", "apiKey"), ("in", "header"), ("name", "X-API-Key")])
    ),
  ])
}

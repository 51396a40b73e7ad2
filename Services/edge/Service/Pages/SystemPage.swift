import JSON

/// A page of the API that the edge answers by itself, by its path.
enum SystemPage: String, CaseIterable, Sendable {
  case index = "/api/v1/"
  case ping = "/api/v1/system/ping/"
  case status = "/api/v1/system/status/"
  case schema = "/api/schema/"
  case docs = "/api/docs/"
  case redoc = "/api/redoc/"

  private var summary: String {
    switch self {
    case .index: "List the endpoints"
    case .ping: "Whether the edge answers"
    case .status: "Whether each service answers"
    case .schema: "This document"
    case .docs: "This document to read"
    case .redoc: "The same"
    }
  }

  private var contentType: String {
    switch self {
    case .docs, .redoc: "text/html"
    default: "application/json"
    }
  }

  private var name: String { "edge.\(self)" }

  /// The page as a path item of OpenAPI 3.1.
  private var pathItem: JSONValue {
    var members: [JSONValue.Member] = [
      .init("operationId", .string(name)), .init("tags", ["edge"]),
      .init("summary", .string(summary)), .init("x-igny8-role", "anyone"),
      .init("x-igny8-throttle", "system"), .init("security", []),
    ]
    if self == .schema { members.append(.init("parameters", [Self.format])) }
    members.append(
      .init(
        "responses",
        .object([
          .init("200", .object([.init("description", "Done."), .init("content", content)])),
          .init("429", ["$ref": "#/components/responses/Error429"]),
        ])))
    return .object([.init("get", .object(members))])
  }

  private var content: JSONValue {
    let isPage = contentType == "text/html"
    return .object([
      .init(contentType, ["schema": ["type": isPage ? "string" : "object"]])
    ])
  }

  private static let format: JSONValue = [
    "name": "format", "in": "query", "schema": ["type": "string", "enum": ["json", "yaml"]],
  ]

  /// The schema of the services' endpoints with the edge's own pages among them, by path.
  static func added(to schema: JSONValue) -> JSONValue {
    guard case .object(let members) = schema else { return schema }
    return .object(
      members.map { member in
        guard member.name == "paths", case .object(let paths) = member.value else { return member }
        let own = allCases.map { JSONValue.Member($0.rawValue, $0.pathItem) }
        return .init("paths", .object((paths + own).sorted { $0.name < $1.name }))
      })
  }
}

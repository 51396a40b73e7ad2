import EdgeCore
import JSON
import RouteTable

/// What the API says about itself, made when somebody first asks.
struct SystemDocuments: Sendable {
  static let made = Result { try SystemDocuments(of: OpenAPISchema.json) }

  /// OpenAPI 3.1.
  let schema: [UInt8]
  /// HTML.
  let docs: [UInt8]
  /// The paths of each context.
  let index: JSONValue

  /// - Throws: `JSONFault`.
  private init(of text: String) throws {
    let schema = SystemPage.added(to: try JSONValue(parsing: text))
    self.schema = Array(schema.text.utf8)
    docs = Array(DocsPage.html(schema: schema).utf8)
    index = Self.index(of: schema)
  }

  private static func index(of schema: JSONValue) -> JSONValue {
    let prefix = SystemPage.index.rawValue
    let paths = (schema["paths"]?.members ?? []).map(\.name)
    let groups = Dictionary(grouping: paths.filter { $0.hasPrefix(prefix) && $0 != prefix }) {
      String($0.dropFirst(prefix.count).prefix { $0 != "/" })
    }
    let endpoints = groups.sorted { $0.key < $1.key }.map { name, paths in
      JSONValue.Member(name, .array(paths.map { .string($0) }))
    }
    return .object([
      .init("docs", .string(SystemPage.docs.rawValue)),
      .init("schema", .string(SystemPage.schema.rawValue)),
      .init("endpoints", .object(endpoints)),
    ])
  }
}

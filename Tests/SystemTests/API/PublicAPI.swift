import JSON
import RouteTable

/// The operations of the public API as its OpenAPI document tells them.
enum PublicAPI {
  static let operations: [Operation] = {
    guard let document = try? JSONValue(parsing: OpenAPISchema.json) else { return [] }
    let verbs: Set = ["get", "post", "put", "patch", "delete"]
    return (document["paths"]?.members ?? []).flatMap { path in
      path.value.members.filter { verbs.contains($0.name) }.map { verb in
        Operation(verb.name.uppercased(), path.name, verb.value, in: document)
      }
    }
  }()
}

/// One verb of one path.
struct Operation: Sendable {
  let verb: String
  let path: String
  /// The lowest role that may call it; `anyone` for all.
  let role: String
  let query: [Field]
  /// The JSON body's fields.
  let body: [Field]
  /// A body that is not JSON.
  let takesFiles: Bool

  /// One field of a body, or one parameter of the query.
  struct Field: Sendable {
    indirect enum Kind: Sendable {
      /// - values: the only ones, none for any.
      case text(values: [String], isTime: Bool)
      case whole(from: Int64, to: Int64)
      case flag
      case list(Kind)
      case object([Field])
      /// Any JSON.
      case anything
    }

    let name: String
    let kind: Kind
  }

  var label: String { "\(verb) \(path)" }

  init(_ verb: String, _ path: String, _ json: JSONValue, in document: JSONValue) {
    (self.verb, self.path) = (verb, path)
    role = json["x-igny8-role"]?.string ?? "anyone"
    let parameters = (json["parameters"]?.array ?? []).map { $0.resolved(in: document) }
    query = parameters.filter { $0["in"]?.string == "query" }.map {
      Field(name: $0["name"]?.string ?? "", kind: .init($0["schema"] ?? .null, in: document))
    }
    let contents = json["requestBody"]?["content"]
    let schema = contents?["application/json"]?["schema"]?.resolved(in: document)
    body = Field.all(schema, in: document)
    takesFiles = contents != nil && schema == nil
  }
}

extension Operation.Field {
  static func all(_ schema: JSONValue?, in document: JSONValue) -> [Self] {
    (schema?["properties"]?.members ?? []).map {
      Self(name: $0.name, kind: .init($0.value, in: document))
    }
  }
}

extension Operation.Field.Kind {
  init(_ schema: JSONValue, in document: JSONValue) {
    let schema = schema.resolved(in: document)
    let types = schema["type"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] } ?? []
    switch types.first {
    case "string":
      self = .text(
        values: schema["enum"]?.strings ?? [], isTime: schema["format"]?.string == "date-time")
    case "integer":
      self = .whole(from: schema["minimum"]?.int ?? .min, to: schema["maximum"]?.int ?? .max)
    case "boolean": self = .flag
    case "array": self = .list(Self(schema["items"] ?? .null, in: document))
    case "object": self = .object(Operation.Field.all(schema, in: document))
    default: self = .anything
    }
  }
}

extension JSONValue {
  /// What a reference leads to.
  fileprivate func resolved(in document: JSONValue) -> JSONValue {
    guard let reference = self["$ref"]?.string else { return self }
    let steps = reference.split(separator: "/").dropFirst()
    let found = steps.reduce(document) { $0[String($1)] ?? .null }
    return found.resolved(in: document)
  }
}

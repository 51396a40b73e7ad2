import Foundation
import JSON

/// Puts payloads into every field of an operation and looks at what becomes of them.
struct Injector {
  let world: MatrixWorld
  let operation: Operation
  private let caller: RESTClient
  private let path: String
  private(set) var requests = 0
  /// Fields that took a payload, and payloads that were refused.
  private(set) var taken = 0
  private(set) var faults: [String] = []

  init(_ operation: Operation, _ world: MatrixWorld) throws {
    (self.operation, self.world) = (operation, world)
    var caller = operation.role == "developer" ? world.staff : world.hostile.owner
    if operation.role == "anyone" { caller = world.anonymous }
    caller.isWatched = false
    self.caller = caller
    path = try world.path(of: operation, world.hostile)
  }

  private typealias Answer = RESTClient.Answer

  mutating func run() async throws {
    if operation.verb != "GET", operation.verb != "DELETE" {
      if !operation.takesFiles, !isTwin { try await injectFields() }
      try await injectBodies()
    }
    try await injectQuery()
  }

  /// A PUT that is a PATCH by another name.
  private var isTwin: Bool {
    operation.verb == "PUT"
      && PublicAPI.operations.contains { $0.verb == "PATCH" && $0.path == operation.path }
  }

  // MARK: Bodies

  private mutating func injectBodies() async throws {
    let isTable = operation.path.hasSuffix("/import_keywords/")
    // All routes share what reads a body: some bodies for each are all for all.
    for (number, body) in Payloads.bodies.enumerated()
    where (number + path.utf8.count) % 4 == 0 {
      requests += 1
      let answer = try await caller.send(
        operation.verb, path, Data(body.bytes), kind: isTable ? "text/csv" : "application/json")
      check(answer, "the body is \(body.name)")
    }
  }

  private mutating func injectFields() async throws {
    let texts = operation.body.filter { $0.kind.isText }
    if !texts.isEmpty {
      for payload in Payloads.texts {
        let json = JSONValue.string(payload.text).text
        try await inject(payload.name, json, into: texts)
      }
    }
    if !operation.body.isEmpty {
      // The numbers for every operation, of the rest some for each and all for all.
      for (number, payload) in Payloads.values.enumerated()
      where number < 4 || (number + path.utf8.count) % 3 == 0 {
        try await inject(payload.name, payload.json, into: operation.body)
      }
    }
  }

  /// All fields at once have the payload; those that are refused get what they want, until the rest
  /// is taken or something else is wrong.
  private mutating func inject(
    _ name: String, _ json: String, into fields: [Operation.Field]
  ) async throws {
    var left = fields
    while !left.isEmpty {
      let answer = try await send(left, json)
      check(answer, "\(name) in \(left.map(\.name))")
      if (200..<300).contains(answer.status) {
        taken += left.count
        return try await checkKept(left, json, answer, name)
      }
      let refused = Set(
        (answer.json["errors"]?.members ?? []).map { $0.name.prefix { $0 != "." } })
      let rest = left.filter { !refused.contains($0.name.prefix { $0 != "." }) }
      if rest.count == left.count { return }
      left = rest
    }
  }

  private mutating func send(
    _ fields: [Operation.Field], _ json: String
  ) async throws -> RESTClient.Answer {
    requests += 1
    let sample = Sample(world: world, tenant: world.hostile)
    let names = Set(fields.map(\.name))
    var members = try sample.body(of: operation).filter { !names.contains($0.name) }
      .map { "\(JSONValue.string($0.name).text):\($0.value.text)" }
    for field in fields {
      let isListed = field.kind.isList && !json.hasPrefix("[")
      members.append("\"\(field.name)\":\(isListed ? "[\(json)]" : json)")
    }
    let body = "{" + members.joined(separator: ",") + "}"
    return try await caller.send(operation.verb, path, Data(body.utf8))
  }

  // MARK: What becomes of it

  private mutating func check(_ answer: RESTClient.Answer, _ what: String) {
    let text = String(decoding: answer.body, as: UTF8.self)
    if answer.status >= 500 { fault(what, answer, "\(text.prefix(300))") }
    if answer.headers["content-type"]?.hasPrefix("application/json") == true {
      guard answer.status != 204, (try? JSONValue(parsing: text)) == nil else { return }
      fault(what, answer, "an answer that is no JSON: \(text.prefix(200))")
    }
    if answer.headers["set-cookie"] != nil { fault(what, answer, "a header of the payload's") }
  }

  /// What was taken is shown as it was sent, now and when it is asked for again.
  private mutating func checkKept(
    _ fields: [Operation.Field], _ json: String, _ answer: RESTClient.Answer, _ name: String
  ) async throws {
    guard let sent = try? JSONValue(parsing: json), case .string(let text) = sent else { return }
    let data = answer.data
    var shown = [data]
    if let id = data["id"]?.int, let place = placeOfObject(id) {
      requests += 1
      let again = try await caller.send("GET", place)
      check(again, "reading \(name)")
      shown.append(again.data)
    }
    for field in fields where field.kind.isText {
      for object in shown {
        guard let value = object[field.name] else { continue }
        let kept = value.string ?? value.array?.first?.string
        if !Kept.isFaithful(kept, to: text, field: field.name) {
          fault("\(name) in \(field.name)", answer, "kept as \(value.text.prefix(200))")
        }
      }
    }
  }

  /// Where an object is read, if the API has a route for it.
  private func placeOfObject(_ id: Int64) -> String? {
    let isOne = operation.path.hasSuffix("{id}/")
    let pattern = isOne ? operation.path : operation.path + "{id}/"
    guard PublicAPI.operations.contains(where: { $0.verb == "GET" && $0.path == pattern }) else {
      return nil
    }
    return isOne ? path : "\(path)\(id)/"
  }

  // MARK: Queries

  private mutating func injectQuery() async throws {
    for (place, field) in operation.query.enumerated() {
      let isText = ["search", "ordering", "cursor", "fields"].contains(field.name)
      // Each parameter gets some of the payloads, all parameters together get all.
      let step = isText ? 5 : 12
      for (number, payload) in Payloads.texts.enumerated()
      where payload.text.utf8.count < 5_000 && (number + place + path.utf8.count) % step == 0 {
        try await ask(field, payload.text, payload.name)
      }
    }
  }

  private mutating func ask(
    _ field: Operation.Field, _ text: String, _ name: String
  ) async throws {
    requests += 1
    let value = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let answer = try await caller.send(operation.verb, "\(path)?\(field.name)=\(value)")
    check(answer, "\(name) as ?\(field.name)=")
    if field.name == "ordering", answer.status == 200 {
      fault("\(name) as ?ordering=", answer, "taken for an ordering")
    }
  }

  private mutating func fault(_ what: String, _ answer: RESTClient.Answer, _ how: String) {
    faults.append("\(operation.label): \(what): \(answer.status) \(how)")
  }
}

/// What may be made of a text that is kept.
enum Kept {
  static func isFaithful(_ kept: String?, to sent: String, field: String) -> Bool {
    guard let kept else { return true }
    switch field {
    // Made of it: letters of any language, digits and hyphens.
    case "slug": return kept.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
    case "html_content": return Markup.runsNothing(kept)
    case "api_key": return true
    default:
      return kept == sent || plain(kept) == plain(sent)
    }
  }

  /// Without blanks at the ends and without capitals: what some fields do not tell apart.
  private static func plain(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

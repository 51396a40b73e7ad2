import JSON
import Testing

extension MatrixTests {
  @Test("an id in a body or a query that is another tenant's is as one that nobody has")
  func bodies() async throws {
    let world = try MatrixScope.world
    let before = try await world.foreign.snapshot()
    var bodies = ForeignIDs(world: world)
    for operation in PublicAPI.operations where operation.role != "developer" {
      try await bodies.probe(operation)
    }
    #expect(try await world.foreign.snapshot() == before, "a foreign object was changed")
    #expect(bodies.probes > 100)
    #expect(bodies.faults.isEmpty, "\(bodies.faults.joined(separator: "\n"))")
    print("\(bodies.probes) probes with foreign ids")
  }
}

/// Names other tenants' objects in bodies and queries.
struct ForeignIDs {
  /// The writer keeps these numbers, which are the planner's, and never looks behind them.
  private static let unknown: Set = [
    "POST /api/v1/writer/tasks/ idea_id", "POST /api/v1/writer/tasks/ cluster_id",
    "PUT /api/v1/writer/tasks/{id}/ cluster_id", "PATCH /api/v1/writer/tasks/{id}/ cluster_id",
  ]

  let world: MatrixWorld
  private(set) var probes = 0
  private(set) var faults: [String] = []

  init(world: MatrixWorld) { self.world = world }

  private typealias Answer = RESTClient.Answer

  mutating func probe(_ operation: Operation) async throws {
    for field in operation.body where !Self.unknown.contains("\(operation.label) \(field.name)") {
      guard case .own(let kind) = Sample.subject(of: field, in: operation) else { continue }
      try await probe(operation, field, kind)
    }
    for parameter in operation.query where operation.verb == "GET" {
      guard case .own(let kind) = Sample.subject(of: parameter, in: operation) else { continue }
      try await probe(query: parameter, kind, operation)
    }
  }

  /// The rest of the body is as it should be, so that nothing else can be what is refused.
  private mutating func probe(
    _ operation: Operation, _ field: Operation.Field, _ kind: String
  ) async throws {
    let foreign = try world.foreign.object(kind)
    let isList = field.kind.isList
    let missing = try await ask(
      operation, field, isList ? [.int(Matrix.absent)] : .int(Matrix.absent))
    let answer = try await ask(operation, field, isList ? [.int(foreign)] : .int(foreign))
    check(answer, operation, field)
    if answer.status != missing.status || Self.shape(answer) != Self.shape(missing) {
      fault(operation, field, answer, "told from one that is not there: \(Self.text(missing))")
    }
    guard isList else { return }
    let own = try await world.own.new(kind)
    check(try await ask(operation, field, [.int(own), .int(foreign)]), operation, field, own: own)
  }

  private mutating func ask(
    _ operation: Operation, _ field: Operation.Field, _ value: JSONValue
  ) async throws -> RESTClient.Answer {
    var body = try Sample(world: world, tenant: world.own).body(of: operation)
    body.removeAll { $0.name == field.name || $0.name == Sample.alternatives[field.name] }
    body.append(.init(field.name, value))
    let path = try world.path(of: operation, world.own)
    probes += 1
    return try await world.own.owner.send(operation.verb, path, .object(body))
  }

  private mutating func check(
    _ answer: RESTClient.Answer, _ operation: Operation, _ field: Operation.Field,
    own: Int64? = nil
  ) {
    if Self.text(answer).contains(world.foreign.marker) {
      fault(operation, field, answer, "tells of another tenant")
    }
    switch answer.status {
    case 404: break
    case 400:
      let named = (answer.json["errors"]?.members ?? []).map(\.name)
      if !named.allSatisfy({ $0 == field.name || $0.hasPrefix(field.name + ".") }) {
        fault(operation, field, answer, "other fields are refused")
      }
    case 200 where operation.path.contains("/bulk_"):
      // Of many, those are changed that are there.
      let changed = answer.data["count"] ?? answer.data["created"]
      if changed?.int != (own == nil ? 0 : 1) { fault(operation, field, answer, "changed") }
    default: fault(operation, field, answer, "accepted")
    }
  }

  /// What a list is asked for about a foreign object is nothing.
  private mutating func probe(
    query field: Operation.Field, _ kind: String, _ operation: Operation
  ) async throws {
    let path = try world.path(of: operation, world.own)
    var answers: [RESTClient.Answer] = []
    for id in [try world.foreign.object(kind), Matrix.absent] {
      probes += 1
      answers.append(try await world.own.owner.send("GET", "\(path)?\(field.name)=\(id)"))
    }
    if Self.text(answers[0]).contains(world.foreign.marker) {
      fault(operation, field, answers[0], "tells of another tenant")
    }
    if answers[0].status != answers[1].status || Self.shape(answers[0]) != Self.shape(answers[1]) {
      fault(operation, field, answers[0], "told from one that is not there")
    }
  }

  private mutating func fault(
    _ operation: Operation, _ field: Operation.Field, _ answer: RESTClient.Answer, _ what: String
  ) {
    faults.append(
      "\(operation.label) \(field.name): \(what): \(answer.status) \(Self.text(answer))")
  }

  private static func text(_ answer: RESTClient.Answer) -> String {
    String(String(decoding: answer.body, as: UTF8.self).prefix(300))
  }

  /// The answer without what differs from one request to the next.
  private static func shape(_ answer: RESTClient.Answer) -> String {
    let members = answer.json.members.filter { !["request_id", "next"].contains($0.name) }
    return JSONValue.object(members).text.replacing(#/[0-9]{2,}/#, with: "#")
  }
}

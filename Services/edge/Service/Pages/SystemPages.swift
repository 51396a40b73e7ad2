import EdgeCore
import JSON
import Kernel
import RPC
import RouteTable

/// The API's own pages.
struct SystemPages: Sendable {
  private static let patience = Duration.seconds(1)

  let callers: [String: any RPCCaller]
  let time: any TimeSource
  private let schema: [UInt8]
  private let docs: [UInt8]
  private let index: JSONValue

  init(callers: [String: any RPCCaller], time: any TimeSource) throws {
    (self.callers, self.time) = (callers, time)
    let schema = SystemPage.added(to: try JSONValue(parsing: OpenAPISchema.json))
    self.schema = Array(schema.text.utf8)
    docs = Array(DocsPage.html(schema: schema).utf8)
    index = Self.index(of: schema)
  }

  func answer(_ page: SystemPage, _ exchange: Exchange) async throws -> Answer {
    switch page {
    case .index: return object(index, exchange)
    case .ping: return object(["pong": true, "time": .string(time.now().rfc3339)], exchange)
    case .status: return object(await status(exchange), exchange)
    case .schema:
      let isYAML = exchange.ask.query["format"] == "yaml"
      // JSON is YAML too (yaml.org/spec/1.2.2, section 1.3).
      return Answer(
        200, type: isYAML ? "application/yaml; charset=utf-8" : "application/json; charset=utf-8",
        schema)
    case .docs, .redoc:
      var answer = Answer(200, type: "text/html; charset=utf-8", docs)
      answer.set("Content-Security-Policy", HostedSites.policy)
      return answer
    }
  }

  /// The paths of each context.
  private static func index(of schema: JSONValue) -> JSONValue {
    guard case .object(let paths)? = schema["paths"] else { return .null }
    let prefix = "/api/v1/"
    let groups = Dictionary(
      grouping: paths.map(\.name).filter { $0.hasPrefix(prefix) && $0 != prefix }
    ) { String($0.dropFirst(prefix.count).prefix { $0 != "/" }) }
    let endpoints = groups.sorted { $0.key < $1.key }.map { name, paths in
      JSONValue.Member(name, .array(paths.map { .string($0) }))
    }
    return .object([
      .init("docs", .string(SystemPage.docs.rawValue)),
      .init("schema", .string(SystemPage.schema.rawValue)),
      .init("endpoints", .object(endpoints)),
    ])
  }

  /// Asks every service how it is. One that does not answer within a second is away.
  private func status(_ exchange: Exchange) async -> JSONValue {
    let services = await withTaskGroup(of: (String, Bool).self) { group in
      for (name, caller) in callers {
        group.addTask { (name, await isServing(caller, exchange)) }
      }
      return await group.reduce(into: [(String, Bool)]()) { $0.append($1) }
    }
    let isWhole = services.allSatisfy(\.1)
    return [
      "status": isWhole ? "operational" : "degraded", "version": "1.0",
      "time": .string(time.now().rfc3339),
      "services": .object(
        services.sorted { $0.0 < $1.0 }.map { name, isServing in
          .init(name, isServing ? "operational" : "unavailable")
        }),
    ]
  }

  private func isServing(_ caller: any RPCCaller, _ exchange: Exchange) async -> Bool {
    let call = OutgoingCall(
      context: CallContext(requestID: exchange.requestID, actor: .anonymous),
      deadline: Deadline(in: Self.patience, of: time), trace: exchange.trace)
    return (try? await caller.health(call).isServing) ?? false
  }

  private func object(_ data: JSONValue, _ exchange: Exchange) -> Answer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("success")
    writer.bool(true)
    writer.name("data")
    data.write(to: &writer)
    writer.name("request_id")
    writer.string(exchange.requestID)
    writer.endObject()
    return .json(200, writer.bytes)
  }
}

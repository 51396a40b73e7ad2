import EdgeCore
import JSON
import Kernel
import RPC

/// The API's own pages.
struct SystemPages: Sendable {
  private static let patience = Duration.seconds(1)

  let callers: [String: any RPCCaller]
  let time: any TimeSource

  func answer(_ page: SystemPage, _ exchange: Exchange) async throws -> Answer {
    switch page {
    case .index: return object(try SystemDocuments.made.get().index, exchange)
    case .ping: return object(["pong": true, "time": .string(time.now().rfc3339)], exchange)
    case .status: return object(await status(exchange), exchange)
    case .schema:
      let isYAML = exchange.ask.query["format"] == "yaml"
      // JSON is YAML too (yaml.org/spec/1.2.2, section 1.3).
      return Answer(
        200, type: isYAML ? "application/yaml; charset=utf-8" : "application/json; charset=utf-8",
        try SystemDocuments.made.get().schema)
    case .docs, .redoc:
      var answer = Answer(
        200, type: "text/html; charset=utf-8", try SystemDocuments.made.get().docs)
      answer.set("Content-Security-Policy", HostedSites.policy)
      return answer
    }
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

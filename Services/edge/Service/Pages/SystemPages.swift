import EdgeCore
import JSON
import Kernel
import RPC
import RouteTable

/// The API's own pages.
struct SystemPages: Sendable {
  let callers: [String: any RPCCaller]
  let time: any TimeSource
  private let docs: String

  init(callers: [String: any RPCCaller], time: any TimeSource) {
    (self.callers, self.time) = (callers, time)
    let schema = try? JSONValue(parsing: OpenAPISchema.json)
    docs = schema.map { DocsPage.html(schema: $0) } ?? SitePages.missing()
  }

  func answer(_ page: SystemPage, _ exchange: Exchange) async throws -> Answer {
    switch page {
    case .ping: return object(["pong": true, "time": .string(time.now().rfc3339)], exchange)
    case .status: return object(status(), exchange)
    case .schema:
      let isYAML = exchange.ask.query["format"] == "yaml"
      // JSON is YAML too (yaml.org/spec/1.2.2, section 1.3).
      return Answer(
        200, type: isYAML ? "application/yaml; charset=utf-8" : "application/json; charset=utf-8",
        Array(OpenAPISchema.json.utf8))
    case .docs:
      var answer = Answer(200, type: "text/html; charset=utf-8", Array(docs.utf8))
      answer.set("Content-Security-Policy", HostedSites.policy)
      return answer
    }
  }

  private func status() -> JSONValue {
    [
      "status": "operational", "version": "1.0", "time": .string(time.now().rfc3339),
      "services": .array(callers.keys.sorted().map { .string($0) }),
    ]
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

import AuthContract
import CommonContract
import EdgeCore
import JSON
import Kernel
import NIOCore
import PlannerContract
import RPC
import RPCTestKit
import Settings
import TestKit
import TestTraits
import Testing
import WriterContract

@testable import EdgeService

/// Two replicas of the edge before one auth, in a time that the test moves.
private struct Replicas {
  let time = ManualTime()
  let asked = Held(0)
  let principal = Held<Auth.Principal?>(nil)
  let gateways: [Gateway]

  init(_ principal: Auth.Principal) throws {
    self.principal.value = principal
    var auth = RPCRoutes()
    auth.handle(AuthMethods.resolvePrincipal) { [held = self.principal, asked] request, _ in
      asked.value += 1
      return request.apiKey == "igk_mine" ? held.value ?? Auth.Principal() : Auth.Principal()
    }
    var planner = RPCRoutes()
    planner.handle(KeywordsMethods.listKeywords) { _, _ in Planner.ListKeywordsReply() }
    var writer = RPCRoutes()
    writer.handle(ContentsMethods.listContent) { _, call in
      Writer.ListContentReply(count: Int64(call.context.sites?.count ?? -1))
    }
    writer.handle(ContentsMethods.updateContent) { _, _ in Writer.Content() }
    let callers: [String: any RPCCaller] = [
      "auth": InProcessTransport(auth, time: time),
      "planner": InProcessTransport(planner, time: time),
      "writer": InProcessTransport(writer, time: time),
    ]
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    gateways = try [7, 8].map { [time] seed in
      try Gateway(
        settings: settings, callers: callers, counters: MemoryCounters(time: time), time: time,
        chance: SeededChance(seed: seed), log: quietLog)
    }
  }

  /// What each replica answers to the holder of the key.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = ["x-api-key": "igk_mine"]
  ) async throws -> [Reply] {
    var replies: [Reply] = []
    for gateway in gateways {
      var ask = Ask(method: method, path: path, query: .init(parsing: ""), headers: headers)
      ask.headers["content-type"] = "application/json"
      ask.body = { _ in .init(string: "{}") }
      replies.append(try await Reply(await gateway.answer(ask)))
    }
    return replies
  }
}

@Suite("What a principal may do, everywhere", .inTurn, .timeLimit(.minutes(10)))
struct PrincipalTests {
  private static let list = "/api/v1/planner/keywords/"
  private static let content = "/api/v1/writer/content/"
  private static let person = Auth.Principal(
    userID: 5, accountID: 1, role: "editor", isActive: true, limitedToSites: true, siteIDs: [3])
  private static let machine = Auth.Principal(
    accountID: 1, role: "system_bot", isActive: true, limitedToSites: true, siteIDs: [3])

  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let body: @Sendable (inout Auth.Principal) -> Void
  }

  @Test(
    "a change binds within five seconds on every replica",
    arguments: [
      Change(testDescription: "disabled", status: 401) { $0.isActive = false },
      Change(testDescription: "lower role", status: 403) { $0.role = "viewer" },
      Change(testDescription: "suspended", status: 403) { $0.accountSuspended = true },
      Change(testDescription: "module off", status: 403) { $0.modulesOff = ["writer"] },
    ])
  func change(change: Change) async throws {
    let replicas = try Replicas(Self.person)
    #expect(try await replicas.ask("PATCH", Self.content + "4/").map(\.status) == [200, 200])
    var changed = Self.person
    change.body(&changed)
    replicas.principal.value = changed
    replicas.time.advance(by: .seconds(5))
    let after = try await replicas.ask("PATCH", Self.content + "4/").map(\.status)
    #expect(after == [change.status, change.status])
  }

  @Test("a revoked grant and a revoked key bind within five seconds on every replica")
  func grant() async throws {
    let replicas = try Replicas(Self.machine)
    #expect(try await replicas.ask("GET", Self.content).map { try $0.json["count"] } == [1, 1])
    replicas.principal.value?.siteIDs = []
    replicas.time.advance(by: .seconds(5))
    #expect(try await replicas.ask("GET", Self.content).map { try $0.json["count"] } == [0, 0])
    replicas.principal.value = nil
    replicas.time.advance(by: .seconds(5))
    let gone = try await replicas.ask("GET", Self.content)
    #expect(gone.map(\.status) == [401, 401])
    #expect(try gone.map { try $0.json["error"] } == ["Invalid API key", "Invalid API key"])
  }

  @Test("a principal is not asked for at every request")
  func believed() async throws {
    let replicas = try Replicas(Self.machine)
    for _ in 1...5 { _ = try await replicas.ask("GET", Self.content) }
    #expect(replicas.asked.value == 2)
  }

  @Test("a site's machine reads the site's content and does nothing else")
  func machine() async throws {
    let replicas = try Replicas(Self.machine)
    #expect(try await replicas.ask("GET", Self.content).map(\.status) == [200, 200])
    #expect(try await replicas.ask("PATCH", Self.content + "4/").map(\.status) == [403, 403])
    #expect(try await replicas.ask("GET", Self.list).map(\.status) == [403, 403])
    let header = ["authorization": "Api-Key igk_mine"]
    let other = try await replicas.ask("GET", Self.content, headers: header)
    #expect(other.map(\.status) == [200, 200])
    let wrong = try await replicas.ask("GET", Self.content, headers: ["x-api-key": "igk_else"])
    #expect(wrong.map(\.status) == [401, 401])
  }

  @Test("a suspended account reads and changes nothing, a module that is off is named")
  func refusals() async throws {
    var person = Self.person
    person.accountSuspended = true
    let replicas = try Replicas(person)
    #expect(try await replicas.ask("GET", Self.content).map(\.status) == [200, 200])
    let patched = try await replicas.ask("PATCH", Self.content + "4/")
    #expect(try patched.first?.json["error"] == "The account is suspended")
    replicas.principal.value?.modulesOff = ["planner"]
    replicas.time.advance(by: .seconds(5))
    let off = try await replicas.ask("GET", Self.list)
    #expect(off.map(\.status) == [403, 403])
    #expect(try off.first?.json["error"] == "The module planner is switched off")
  }
}

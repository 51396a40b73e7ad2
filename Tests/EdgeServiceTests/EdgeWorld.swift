import AuthContract
import CommonContract
import EdgeCore
import JSON
import JWTKit
import Kernel
import NIOCore
import PlannerContract
import RPC
import RPCTestKit
import Settings
import Synchronization
import TestKit
import Testing
import WriterContract

@testable import EdgeService

/// Counts in memory; can be away.
final class MemoryCounters: ThrottleCounters {
  struct Away: Error {}

  let isAway = Atomic(false)
  private let time: any TimeSource
  private let used = Mutex<[String: Int]>([:])

  init(time: any TimeSource) { self.time = time }

  func count(_ counts: [ThrottleCount]) async throws -> [ThrottleState] {
    if isAway.load(ordering: .relaxed) { throw Away() }
    return used.withLock { used in
      counts.map { count in
        used[count.key, default: 0] += 1
        return ThrottleState(
          limit: count.rate.limit, used: used[count.key] ?? 0,
          reset: time.now().seconds + 60)
      }
    }
  }
}

struct TokenClaims: JWTPayload {
  var sub = "5"
  var iss = "igny8"
  var aud = "igny8-api"
  var typ = "access"
  var exp: Int64

  func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// The edge before services that live in the test.
struct EdgeWorld: Sendable {
  /// Stands still, so that no deadline passes while a busy machine works.
  let time = ManualTime()
  let counters: MemoryCounters
  let key = ES256PrivateKey()
  let principal = Held(
    Auth.Principal(userID: 5, accountID: 1, role: "editor", isActive: true))
  let gateway: Gateway

  /// - Parameters:
  ///   - counting: where requests are counted instead of in memory.
  ///   - away: a service whose answers get lost.
  ///   - planner: its methods; `auth` answers keys, principals and one site.
  init(
    environment: [String: String] = [:], writer: RPCRoutes = RPCRoutes(),
    automation: RPCRoutes = RPCRoutes(), billing: RPCRoutes = RPCRoutes(),
    counting: (any ThrottleCounters)? = nil,
    away: String? = nil,
    planner: (inout RPCRoutes) -> Void = { _ in }
  ) throws {
    counters = MemoryCounters(time: time)
    var routes = RPCRoutes()
    planner(&routes)
    var callers: [String: any RPCCaller] = [
      "auth": InProcessTransport(Self.auth(key, principal), time: time),
      "planner": InProcessTransport(routes, time: time),
      "writer": InProcessTransport(writer, time: time),
      "automation": InProcessTransport(automation, time: time),
      "billing": InProcessTransport(billing, time: time),
    ]
    if let away, let caller = callers[away] { callers[away] = DropsReply(caller) }
    let settings = try SettingsReader.read(
      EdgeSettings.self,
      from: environment.merging(["IGNY8_PUBLIC_URL": "https://igny8.example"]) { own, _ in own })
    gateway = try Gateway(
      settings: settings, callers: callers, counters: counting ?? counters, time: time,
      chance: SeededChance(seed: 7), log: quietLog)
  }

  private static func auth(_ key: ES256PrivateKey, _ principal: Held<Auth.Principal>) -> RPCRoutes {
    var routes = RPCRoutes()
    let pem = key.publicKey.pemRepresentation
    routes.handle(AuthMethods.listSigningKeys) { _, _ in
      Auth.SigningKeys(keys: [Auth.SigningKey(kid: "k1", publicKey: pem)])
    }
    routes.handle(AuthMethods.resolvePrincipal) { request, _ in
      #expect(request.userID == 5)
      return principal.value
    }
    routes.handle(TenancyMethods.findPublicSite) { request, _ in
      guard request.slug == "beans" else { throw RPCError(.notFound, "Resource not found") }
      return Auth.PublicSite(
        id: 3, accountID: 1, name: "Beans", slug: "beans", description: "Coffee")
    }
    return routes
  }

  func token(_ change: (inout TokenClaims) -> Void = { _ in }, kid: String = "k1") async throws
    -> String
  {
    var claims = TokenClaims(exp: time.now().seconds + 900)
    change(&claims)
    let keys = JWTKeyCollection()
    await keys.add(ecdsa: key, kid: JWKIdentifier(string: kid))
    return try await keys.sign(claims, kid: JWKIdentifier(string: kid))
  }

  /// One request by the signed-in editor.
  func ask(
    _ method: String, _ target: String, _ body: String = "", type: String = "application/json",
    headers: [String: String] = [:]
  ) async throws -> Reply {
    let all = ["authorization": "Bearer \(try await token())"].merging(headers) { _, own in own }
    return try await askAnonymously(method, target, body, type: type, headers: all)
  }

  func askAnonymously(
    _ method: String, _ target: String, _ body: String = "", type: String = "application/json",
    headers: [String: String] = [:]
  ) async throws -> Reply {
    let parts = target.split(separator: "?", maxSplits: 1)
    var ask = Ask(
      method: method, path: String(parts[0]),
      query: Query(parsing: parts.count > 1 ? String(parts[1]) : ""), headers: headers)
    ask.headers["content-type"] = type
    ask.body = { limit in
      guard body.utf8.count <= limit else { throw BodyTooLarge() }
      return ByteBuffer(string: body)
    }
    return try await Reply(await gateway.answer(ask))
  }
}

/// A value that the test changes.
final class Held<Value: Sendable>: Sendable {
  private let held: Mutex<Value>

  init(_ value: Value) { held = Mutex(value) }

  var value: Value {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}

/// An answer with its body read to the end.
struct Reply {
  let status: Int
  let text: String
  let answer: Answer

  init(_ answer: Answer) async throws {
    (status, self.answer) = (answer.status, answer)
    switch answer.body {
    case .none: text = ""
    case .bytes(let bytes): text = String(buffer: bytes)
    case .pieces(let pieces): text = try await pieces.reduce(into: "") { $0 += String(buffer: $1) }
    case .events(let events): text = await events.reduce(into: "") { $0 += String(buffer: $1) }
    }
  }

  var json: JSONValue { get throws { try JSONValue(parsing: text) } }

  func header(_ name: String) -> String? { answer.header(name) }
}

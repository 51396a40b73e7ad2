import AuthContract
import CommonContract
import JSON
import Kernel
import NIOCore
import PlannerContract
import RPC
import Synchronization
import Telemetry
import TestTraits
import Testing
import WriterContract

@testable import EdgeService

@Suite("The public door", .inTurn, .timeLimit(.minutes(10)))
struct GatewayTests {
  private let keywords = "/api/v1/planner/keywords/"

  private func failing(_ error: RPCError) throws -> EdgeWorld {
    try EdgeWorld { routes in
      routes.handle(KeywordsMethods.getKeyword) { _, _ in throw error }
    }
  }

  @Test(
    "each refusal of a service has its status",
    arguments: [
      (RPCError(.invalidArgument, "x"), 400), (RPCError(.notFound, "x"), 404),
      (RPCError(.failedPrecondition, "x", reason: "insufficient_credits"), 402),
      (RPCError(.failedPrecondition, "x"), 409), (RPCError(.alreadyExists, "x"), 409),
      (RPCError(.permissionDenied, "x"), 403), (RPCError(.resourceExhausted, "x"), 429),
      (RPCError(.unavailable, "x", reason: "upstream"), 502), (RPCError(.unavailable, "x"), 503),
      (RPCError(.deadlineExceeded, "x"), 504), (RPCError(.internal, "x"), 500),
    ])
  func statuses(error: RPCError, status: Int) async throws {
    let reply = try await failing(error).ask("GET", keywords + "7/")
    #expect(reply.status == status)
    #expect(try reply.json["success"] == false)
  }

  @Test("what broke inside is not told, what the account lacks is")
  func details() async throws {
    let inner = try await failing(RPCError(.internal, "secret")).ask("GET", keywords + "7/")
    #expect(try inner.json["error"] == "Internal server error")
    let poor = RPCError(
      .failedPrecondition, "Insufficient credits",
      details: ErrorDetails(required: 50, available: 3, reason: "insufficient_credits"))
    let reply = try await failing(poor).ask("GET", keywords + "7/")
    #expect(try reply.json["required_credits"] == 50)
    #expect(try reply.json["available_credits"] == 3)
  }

  @Test("a path without its last slash is sent to the one with it")
  func slash() async throws {
    let reply = try await EdgeWorld().ask("GET", "/api/v1/planner/keywords?page=2")
    #expect(reply.status == 308)
    #expect(reply.header("Location") == "/api/v1/planner/keywords/?page=2")
  }

  @Test("a redirect never leads to another host")
  func redirectHost() async throws {
    let reply = try await EdgeWorld().ask("GET", "//api/evil.example")
    #expect(reply.header("Location") == "/api/evil.example/")
  }

  @Test("unknown paths, wrong verbs and text where a number belongs have their envelopes")
  func routing() async throws {
    let world = try EdgeWorld()
    #expect(try await world.ask("GET", "/api/v1/no/such/").status == 404)
    #expect(try await world.ask("GET", keywords + "seven/").status == 404)
    let wrong = try await world.ask("DELETE", keywords)
    #expect(wrong.status == 405)
    #expect(wrong.header("Allow") == "GET, OPTIONS, POST")
  }

  @Test("a sane request id is kept, another is replaced")
  func requestIDs() async throws {
    let world = try EdgeWorld()
    let path = "/api/v1/system/ping/"
    let kept = try await world.ask("GET", path, headers: ["x-request-id": "mine.1"])
    #expect(try kept.json["request_id"] == "mine.1")
    let replaced = try await world.ask("GET", path, headers: ["x-request-id": "a b"])
    #expect(replaced.header("X-Request-ID")?.utf8.count == 36)
  }

  @Test("nobody gets in without a good token", arguments: ["exp", "aud", "typ", "iss", "kid"])
  func badTokens(claim: String) async throws {
    let world = try EdgeWorld()
    let token = try await world.token(
      { claims in
        switch claim {
        case "exp": claims.exp -= 901
        case "aud": claims.aud = "other"
        case "typ": claims.typ = "refresh"
        case "iss": claims.iss = "other"
        default: break
        }
      }, kid: claim == "kid" ? "k2" : "k1")
    let reply = try await world.ask("GET", keywords, headers: ["authorization": "Bearer \(token)"])
    #expect(reply.status == 401)
    #expect(try await world.askAnonymously("GET", keywords).status == 401)
  }

  @Test("a viewer may not create, a disabled user may nothing")
  func roles() async throws {
    let viewer = try EdgeWorld()
    viewer.principal.value.role = "viewer"
    #expect(try await viewer.ask("POST", keywords, "{}").status == 403)
    let gone = try EdgeWorld()
    gone.principal.value.isActive = false
    #expect(try await gone.ask("GET", keywords).status == 401)
  }

  @Test("the request beyond the rate is refused, an admin's is not")
  func throttled() async throws {
    let limits = ["IGNY8_THROTTLE_SYSTEM": "2/min"]
    let path = "/api/v1/system/ping/"
    let world = try EdgeWorld(environment: limits)
    #expect(try await world.ask("GET", path).header("X-Throttle-Remaining") == "1")
    _ = try await world.ask("GET", path)
    let refused = try await world.ask("GET", path)
    #expect(refused.status == 429)
    #expect(refused.header("Retry-After") != nil)
    #expect(refused.header("X-Throttle-Remaining") == "0")
    let admin = try EdgeWorld(environment: limits)
    admin.principal.value.role = "admin"
    for _ in 0..<3 { #expect(try await admin.ask("GET", path).status == 200) }
  }

  @Test("the ceiling of the account binds an admin, not a developer")
  func ceiling() async throws {
    for (role, status) in [("admin", 429), ("developer", 200)] {
      let world = try EdgeWorld(environment: ["IGNY8_THROTTLE_ACCOUNT": "1/min"])
      world.principal.value.role = role
      _ = try await world.ask("GET", "/api/v1/system/ping/")
      #expect(try await world.ask("GET", "/api/v1/system/ping/").status == status)
    }
  }

  @Test("when nothing can be counted, requests pass and that is counted")
  func countersAway() async throws {
    let world = try EdgeWorld()
    world.counters.isAway.store(true, ordering: .relaxed)
    #expect(try await world.ask("GET", "/api/v1/system/ping/").status == 200)
    #expect(world.gateway.figures.uncounted.value == 1)
  }

  @Test("a body beyond the route's limit and an unknown type are refused")
  func bodies() async throws {
    let world = try EdgeWorld()
    let long = String(repeating: " ", count: 1 << 20) + "{}"
    #expect(try await world.ask("POST", keywords, long).status == 413)
    #expect(try await world.ask("POST", keywords, "<a/>", type: "text/xml").status == 415)
  }

  @Test("only configured origins may read")
  func origins() async throws {
    let world = try EdgeWorld(environment: ["IGNY8_CORS_ORIGINS": "https://app.example"])
    let path = "/api/v1/system/ping/"
    let own = try await world.ask("GET", path, headers: ["origin": "https://app.example"])
    #expect(own.header("Access-Control-Allow-Origin") == "https://app.example")
    let other = try await world.ask("GET", path, headers: ["origin": "https://evil.example"])
    #expect(other.header("Access-Control-Allow-Origin") == nil)
  }

  @Test("OPTIONS tells what a path takes, and a page of another origin what it may send")
  func options() async throws {
    let world = try EdgeWorld(environment: ["IGNY8_CORS_ORIGINS": "https://app.example"])
    let nowhere = "/api/v1/no/such/"
    for (path, allow) in [
      (keywords, "GET, OPTIONS, POST"), (keywords + "7/", "DELETE, GET, OPTIONS, PATCH, PUT"),
      ("/api/docs/", "GET, OPTIONS"), ("/s/site/", "GET, OPTIONS"),
    ] {
      let reply = try await world.ask("OPTIONS", path)
      #expect((reply.status, reply.header("Allow")) == (204, allow))
      #expect(reply.header("Access-Control-Allow-Methods") == nil)
    }
    #expect(try await world.ask("OPTIONS", nowhere).status == 404)
    func preflight(_ path: String, from origin: String) async throws -> Reply {
      try await world.ask(
        "OPTIONS", path, headers: ["origin": origin, "access-control-request-method": "POST"])
    }
    let own = try await preflight(keywords, from: "https://app.example")
    #expect(own.status == 204)
    #expect(own.header("Access-Control-Allow-Methods") == "GET, OPTIONS, POST")
    #expect(own.header("Access-Control-Allow-Headers")?.contains("idempotency-key") == true)
    let missing = try await preflight(nowhere, from: "https://app.example")
    #expect(missing.status == 204 && missing.header("Access-Control-Allow-Methods") != nil)
    let other = try await preflight(keywords, from: "https://evil.example")
    #expect(other.header("Access-Control-Allow-Methods") == nil)
    #expect(try await preflight(nowhere, from: "https://evil.example").status == 404)
  }

  @Test("a hosted article is shown to anybody, and known again by its tag")
  func hosted() async throws {
    var writer = RPCRoutes()
    writer.handle(WritingMethods.getPublished) { request, call in
      #expect(call.context.account == AccountID(1))
      guard request == Writer.GetPublishedRequest(siteID: 3, slug: "pour-over") else {
        throw RPCError(.notFound, "Resource not found")
      }
      return Writer.Publication(
        content: Writer.Content(title: "Pour over", slug: "pour-over", htmlContent: "<p>Hot</p>"))
    }
    let world = try EdgeWorld(writer: writer)
    let page = try await world.askAnonymously("GET", "/s/beans/pour-over/")
    #expect(page.status == 200)
    #expect(page.text.contains("<p>Hot</p>"))
    #expect(page.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
    let tag = try #require(page.header("ETag"))
    let again = try await world.askAnonymously(
      "GET", "/s/beans/pour-over/", headers: ["if-none-match": tag])
    #expect(again.status == 304)
    #expect(try await world.askAnonymously("GET", "/s/beans/other/").status == 404)
    #expect(try await world.askAnonymously("GET", "/s/tea/").status == 404)
  }
}

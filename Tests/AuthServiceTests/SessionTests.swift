import AuthContract
import CommonContract
import JWTKit
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Where people are signed in", .inTurn, .timeLimit(.minutes(10)))
struct SessionTests {
  private func login(_ world: AuthWorld, agent: String, address: String) async throws
    -> Auth.Session
  {
    try await world.auth.login(
      .init(email: "ada@lovelace.example", password: AuthWorld.password),
      world.call(as: .viewer, actor: .anonymous, address: address, userAgent: agent))
  }

  private func list(_ world: AuthWorld, _ call: OutgoingCall) async throws -> [Auth.UserSession] {
    let reply = try await world.identity.listSessions(.init(), call)
    #expect(reply.count == Int64(reply.results.count))
    return reply.results
  }

  /// A call with the session that a token names.
  private func call(_ world: AuthWorld, _ session: Auth.Session) async throws -> OutgoingCall {
    var call = world.call(by: session)
    call.context.session = try await claims(world, session.access).sid
    return call
  }

  private func claims(_ world: AuthWorld, _ token: String) async throws -> AccessClaims {
    let keys = JWTKeyCollection()
    for key in try await world.auth.listSigningKeys(Common.Empty(), world.internally).keys {
      await keys.add(
        ecdsa: try ES256PublicKey(pem: key.publicKey), kid: JWKIdentifier(string: key.kid))
    }
    return try await keys.verify(token, as: AccessClaims.self)
  }

  private func isActive(_ world: AuthWorld, _ session: Auth.Session) async throws -> Bool {
    try await world.auth.resolvePrincipal(
      .init(
        userID: session.user?.id, sessionID: try await claims(world, session.access).sid),
      world.internally
    ).isActive
  }

  @Test("each sign-in is shown with what and where from, and a refresh is a use of it")
  func shown() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    world.time.advance(by: .seconds(60))
    let phone = try await login(world, agent: "Phone/1", address: "203.0.113.9")
    let call = try await call(world, phone)
    world.time.advance(by: .seconds(60))
    _ = try await world.auth.refresh(
      .init(refresh: phone.refresh),
      world.call(as: .viewer, actor: .anonymous, address: "203.0.113.10"))
    let sessions = try await list(world, call)
    #expect(sessions.map(\.isCurrent) == [true, false])
    let latest = try #require(sessions.first)
    #expect((latest.userAgent, latest.address) == ("Phone/1", "203.0.113.10"))
    #expect(latest.lastUsedAt == world.time.now())
    #expect(latest.createdAt == world.time.now() - .seconds(60))
    #expect(latest.expiresAt == world.time.now() + .seconds(7 * 86_400))
  }

  @Test("a session that is ended refreshes no more and its access tokens are nobody's")
  func revoke() async throws {
    let world = try await AuthWorld.make()
    let first = try await world.register()
    let phone = try await login(world, agent: "Phone/1", address: "203.0.113.9")
    let call = try await call(world, first)
    let other = try #require(try await list(world, call).first { !$0.isCurrent })
    _ = try await world.identity.revokeSession(.init(id: other.id), call)
    #expect(
      try await refusal { try await world.refresh(phone.refresh) }?.code == .unauthenticated)
    #expect(try await !isActive(world, phone))
    #expect(try await isActive(world, first))
    #expect(try await list(world, call).map(\.isCurrent) == [true])
    _ = try await world.refresh(first.refresh)
    let again = try await refusal {
      try await world.identity.revokeSession(.init(id: other.id), call)
    }
    #expect(again?.code == .notFound)
    #expect(try await world.audited("user.session_revoked") == 1)
  }

  @Test("all others end and this one stays; a stranger's session is not found")
  func others() async throws {
    let world = try await AuthWorld.make()
    let first = try await world.register()
    let (second, third) = (try await world.login(), try await world.login())
    let stranger = try await world.register("bob@other.example")
    let call = try await call(world, second)
    let theirs = try #require(try await list(world, try await self.call(world, stranger)).first)
    let foreign = try await refusal {
      try await world.identity.revokeSession(.init(id: theirs.id), call)
    }
    #expect(foreign?.code == .notFound)
    _ = try await world.identity.revokeOtherSessions(Common.Empty(), call)
    #expect(try await isActive(world, second))
    for ended in [first, third] { #expect(try await !isActive(world, ended)) }
    #expect(try await isActive(world, stranger))
    let unknown = try await refusal {
      try await world.identity.revokeOtherSessions(Common.Empty(), world.call(by: second))
    }
    #expect(unknown?.details.reason == "no_session")
  }

  @Test("another password, and signing out everywhere, end access tokens too")
  func endings() async throws {
    let world = try await AuthWorld.make()
    let (first, second) = (try await world.register(), try await world.login())
    _ = try await world.identity.changePassword(
      .init(oldPassword: AuthWorld.password, newPassword: "battery-staple-9"),
      world.call(by: first))
    for ended in [first, second] { #expect(try await !isActive(world, ended)) }
    let third = try await world.login("ada@lovelace.example", "battery-staple-9")
    #expect(try await isActive(world, third))
    _ = try await world.identity.logoutEverywhere(Common.Empty(), world.call(by: third))
    #expect(try await !isActive(world, third))
  }

  @Test("fifty tabs that refresh with one token at once all stay signed in")
  func tabs() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let fresh = try await together(50) { _ in try await world.refresh(session.refresh).refresh }
    #expect(Set(fresh).count == 50)
    world.time.advance(by: .seconds(9))
    let further = try await together(50) { try await world.refresh(fresh[$0]).refresh }
    #expect(Set(further).count == 50)
    #expect(try await world.number("SELECT count(*) FROM sessions") == 1)
    #expect(try await world.audited("user.refresh_token_reused") == 0)
  }

  @Test("fifty replays after the grace end the family once, the tokens that came of it included")
  func replays() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let fresh = try await world.refresh(session.refresh)
    world.time.advance(by: .seconds(11))
    let refused = try await together(50) { _ in
      try await refusal { try await world.refresh(session.refresh) }?.code
    }
    #expect(Set(refused) == [.unauthenticated])
    #expect(
      try await refusal { try await world.refresh(fresh.refresh) }?.code == .unauthenticated)
    #expect(try await !isActive(world, session))
    #expect(try await world.audited("user.refresh_token_reused") == 1)
  }

  @Test("of a refresh and a replay at once, whichever is first, no token is left that refreshes")
  func race() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    for _ in 1...5 {
      let session = try await world.login()
      let fresh = try await world.refresh(session.refresh)
      world.time.advance(by: .seconds(11))
      let tokens = try await together(8) { number in
        try? await world.refresh(number == 3 ? session.refresh : fresh.refresh).refresh
      }
      for token in tokens.compactMap(\.self) + [fresh.refresh] {
        #expect(try await refusal { try await world.refresh(token) } != nil)
      }
    }
  }

  @Test("a family of before there were sessions gets one at its next refresh")
  func older() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    try await world.test.administer("DELETE FROM auth.sessions")
    _ = try await world.refresh(session.refresh)
    #expect(try await world.number("SELECT count(*) FROM sessions") == 1)
  }

  @Test("what is long over is swept away, and what is not stays")
  func sweep() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    world.time.advance(by: .seconds(7 * 86_400 + 43_200))
    let session = try await world.login()
    world.time.advance(by: .seconds(43_201))
    try await world.service.sweep()
    #expect(try await world.number("SELECT count(*) FROM sessions") == 1)
    #expect(try await world.number("SELECT count(*) FROM email_verifications") == 0)
    _ = try await world.refresh(session.refresh)
  }
}

/// Does something so many times at once; gives what came of it in order.
func together<R: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) async throws -> R
) async throws -> [R] {
  try await withThrowingTaskGroup(of: (Int, R).self) { group in
    for number in 0..<count { group.addTask { (number, try await body(number)) } }
    return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

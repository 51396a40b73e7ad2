import AuthContract
import CommonContract
import JWTKit
import Kernel
import Postgres
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Registering", .inTurn, .timeLimit(.minutes(10)))
struct RegistrationTests {
  @Test("an account, its owner, its credits and a session come at once")
  func register() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register("Ada@Lovelace.example", name: "Analytical Engines")
    #expect(session.user?.email == "ada@lovelace.example")
    #expect(session.user?.username == "ada")
    #expect(session.user?.role == "owner")
    #expect(session.user?.account?.slug == "analytical-engines")
    #expect(session.user?.account?.credits == 100)
    #expect(session.user?.account?.plan == "free")
    #expect(session.accessExpiresAt == world.time.now() + .seconds(900))
    #expect(session.refreshExpiresAt == world.time.now() + .seconds(7 * 86_400))
    let owed = "SELECT count(*) FROM outbox WHERE kind = 'billing.open_account'"
    #expect(try await world.number(owed) == 1)
  }

  @Test("a second account of the same name gets another slug")
  func slugs() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register("a@one.example", name: "Shop")
    let second = try await world.register("b@one.example", name: "Shop")
    #expect(second.user?.account?.slug == "shop-2")
  }

  @Test("without billing the account is made all the same and its credits are owed")
  func billingAway() async throws {
    let world = try await AuthWorld.make()
    world.billing.state.withLock { $0.isAway = true }
    let session = try await world.register()
    #expect(session.user?.account?.credits == 0)
    #expect(!session.access.isEmpty)
    let owed = """
      SELECT count(*) FROM outbox WHERE kind = 'billing.open_account' AND done_at IS NULL
      """
    #expect(try await world.number(owed) == 1)
  }

  @Test("an email is one user, in whatever case")
  func taken() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    let error = try await refusal { try await world.register("ADA@lovelace.example") }
    #expect(error?.code == .alreadyExists)
    #expect(error?["email"] == ["User with this email already exists"])
    #expect(try await world.number("SELECT count(*) FROM accounts") == 1)
  }

  @Test(
    "what is wrong is said of its field",
    arguments: [
      (nil, "correct-horse-7", "email", "This field is required"),
      ("nobody", "correct-horse-7", "email", "Invalid email format"),
      ("a@b.example", nil, "password", "This field is required"),
      ("a@b.example", "short7!", "password", "Password must be at least 8 characters"),
      ("a@b.example", "8402917365", "password", "Password cannot be entirely numeric"),
      ("a@b.example", "Password123", "password", "Password is too common"),
      (
        "lovelace@b.example", "lovelace1", "password", "Password is too similar to the email"
      ),
    ] as [(String?, String?, String, String)])
  func wrong(email: String?, password: String?, field: String, message: String) async throws {
    let world = try await AuthWorld.make()
    let error = try await refusal {
      try await world.auth.register(
        Auth.RegisterRequest(email: email, password: password), world.anonymous)
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?[field] == [message])
  }

  @Test("a plan that nobody offers is refused before anything is made")
  func unknownPlan() async throws {
    let world = try await AuthWorld.make()
    let error = try await refusal { try await world.register(plan: "golden") }
    #expect(error?["plan_slug"] == ["Unknown plan"])
    #expect(try await world.number("SELECT count(*) FROM users") == 0)
  }
}

@Suite("Signing in", .inTurn, .timeLimit(.minutes(10)))
struct SignInTests {
  @Test("email or username and password give a session; the sign-in is written down")
  func login() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    #expect(try await world.login().user?.account?.credits == 100)
    #expect(try await world.login("ADA").user?.email == "ada@lovelace.example")
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'user.signed_in'"
    #expect(try await world.number(audited) == 3)
  }

  @Test("a wrong password and an unknown email are told the same")
  func wrong() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    let wrong = try await refusal {
      try await world.login("ada@lovelace.example", "not-the-password")
    }
    let unknown = try await refusal { try await world.login("eve@lovelace.example") }
    #expect(wrong?.code == .unauthenticated)
    #expect(wrong?.message == "Invalid credentials")
    #expect(wrong == unknown)
  }

  @Test("who keeps failing must wait, and then may try again")
  func lockout() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    for _ in 1...5 {
      _ = try await refusal { try await world.login("ada@lovelace.example", "wrong") }
    }
    let locked = try await refusal { try await world.login() }
    #expect(locked?.code == .resourceExhausted)
    #expect(locked?.details.retryAfter == .seconds(2))
    world.time.advance(by: .seconds(3))
    _ = try await world.login()
  }

  @Test("an access token says who, and verifies with the published key")
  func token() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let published = try await world.auth.listSigningKeys(Common.Empty(), world.internally).keys
    let key = try #require(published.first)
    #expect(published.count == 1)
    let verifier = await JWTKeyCollection().add(
      ecdsa: try ES256PublicKey(pem: key.publicKey), kid: JWKIdentifier(string: key.kid))
    let claims = try await verifier.verify(session.access, as: AccessClaims.self)
    #expect(claims.sub == session.user.map { String($0.id) })
    #expect(claims.acc == session.user?.accountID)
    #expect((claims.role, claims.typ, claims.iss) == ("owner", "access", "igny8"))
    #expect(claims.exp - claims.iat == 900)
    let stored = Statement("test.key", "SELECT private_key FROM signing_keys")
    let sealed = try await world.database.run(stored, in: .none).one().text(0)
    #expect(sealed.hasPrefix("v1.k1."))
  }
}

@Suite("Refreshing", .inTurn, .timeLimit(.minutes(10)))
struct RefreshTests {
  private func refresh(_ world: AuthWorld, _ token: String) async throws -> Auth.Tokens {
    try await world.auth.refresh(Auth.RefreshRequest(refresh: token), world.anonymous)
  }

  @Test("a token is exchanged for a new pair, and another tab may do so within ten seconds")
  func rotate() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let first = try await refresh(world, session.refresh)
    #expect(first.refresh != session.refresh)
    world.time.advance(by: .seconds(10))
    let second = try await refresh(world, session.refresh)
    #expect(second.refresh != first.refresh)
    _ = try await refresh(world, first.refresh)
  }

  @Test("a token used again later ends its whole family, and no other")
  func reuse() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let other = try await world.login()
    let next = try await refresh(world, session.refresh)
    world.time.advance(by: .seconds(11))
    let reused = try await refusal { try await refresh(world, session.refresh) }
    #expect(reused?.code == .unauthenticated)
    let ended = try await refusal { try await refresh(world, next.refresh) }
    #expect(ended?.code == .unauthenticated)
    _ = try await refresh(world, other.refresh)
  }

  @Test("after signing out and after seven days a token is worth nothing")
  func over() async throws {
    let world = try await AuthWorld.make()
    let (first, second) = (try await world.register(), try await world.login())
    _ = try await world.auth.logout(
      Auth.RefreshRequest(refresh: first.refresh), world.anonymous)
    let out = try await refusal { try await refresh(world, first.refresh) }
    #expect(out?.code == .unauthenticated)
    world.time.advance(by: .seconds(7 * 86_400))
    let expired = try await refusal { try await refresh(world, second.refresh) }
    #expect(expired?.code == .unauthenticated)
  }
}

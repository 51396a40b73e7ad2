import AuthContract
import JWTKit
import Kernel
import RPC
import RPCTestKit
import Settings
import TestKit
import Testing

@testable import EdgeService

@Suite("Access tokens")
struct AccessTokenTests {
  private let key = ES256PrivateKey()
  private let time = ManualTime()

  private func tokens(_ keys: Held<[Auth.SigningKey]>) throws -> AccessTokens {
    var routes = RPCRoutes()
    routes.handle(AuthMethods.listSigningKeys) { _, _ in Auth.SigningKeys(keys: keys.value) }
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    return AccessTokens(
      auth: AuthClient(InProcessTransport(routes)), settings: settings, time: time)
  }

  private func token(kid: String) async throws -> String {
    let claims = TokenClaims(exp: time.now().seconds + 900)
    let keys = JWTKeyCollection()
    await keys.add(ecdsa: key, kid: JWKIdentifier(string: kid))
    return try await keys.sign(claims, kid: JWKIdentifier(string: kid))
  }

  private func signingKey(_ kid: String) -> Auth.SigningKey {
    Auth.SigningKey(kid: kid, publicKey: key.publicKey.pemRepresentation)
  }

  private func call() -> OutgoingCall {
    OutgoingCall(
      context: CallContext(requestID: "r", actor: .service),
      deadline: Deadline(in: .seconds(300), of: RealTime()))
  }

  @Test("a token that was good once is refused after its end")
  func end() async throws {
    let tokens = try tokens(Held([signingKey("k1")]))
    let token = try await token(kid: "k1")
    for _ in 0..<2 { #expect(try await tokens.holder(of: token, call()).user == UserID(5)) }
    time.advance(by: .seconds(899))
    #expect(try await tokens.holder(of: token, call()).user == UserID(5))
    time.advance(by: .seconds(1))
    await #expect(throws: Refusal.self) { try await tokens.holder(of: token, call()) }
  }

  @Test("a token that was good once is refused when its key is withdrawn and others come")
  func withdrawn() async throws {
    let keys = Held([signingKey("k1")])
    let tokens = try tokens(keys)
    let old = try await token(kid: "k1")
    #expect(try await tokens.holder(of: old, call()).user == UserID(5))
    keys.value = [signingKey("k2")]
    time.advance(by: .seconds(6))
    #expect(try await tokens.holder(of: try await token(kid: "k2"), call()).user == UserID(5))
    await #expect(throws: Refusal.self) { try await tokens.holder(of: old, call()) }
  }

  @Test("who comes while the keys are being fetched waits for them, and they are fetched once")
  func together() async throws {
    let fetches = Held(0)
    var routes = RPCRoutes()
    routes.handle(AuthMethods.listSigningKeys) { [keys = [signingKey("k1")]] _, _ in
      fetches.value += 1
      for _ in 0..<1_000 { await Task.yield() }
      return Auth.SigningKeys(keys: keys)
    }
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    let tokens = AccessTokens(
      auth: AuthClient(InProcessTransport(routes)), settings: settings, time: time)
    let token = try await token(kid: "k1")
    try await withThrowingTaskGroup(of: UserID.self) { group in
      for _ in 0..<50 {
        group.addTask { [call = call()] in try await tokens.holder(of: token, call).user }
      }
      for try await user in group { #expect(user == UserID(5)) }
    }
    #expect(fetches.value == 1)
  }

  @Test("keys that could not be had are asked for again, and nobody is refused for it")
  func away() async throws {
    let isAway = Held(true)
    var routes = RPCRoutes()
    routes.handle(AuthMethods.listSigningKeys) { [keys = [signingKey("k1")]] _, _ in
      if isAway.value { throw RPCError(.unavailable, "away") }
      return Auth.SigningKeys(keys: keys)
    }
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    let tokens = AccessTokens(
      auth: AuthClient(InProcessTransport(routes)), settings: settings, time: time)
    let token = try await token(kid: "k1")
    await #expect { try await tokens.holder(of: token, call()) } throws: {
      ($0 as? RPCError)?.code == .unavailable
    }
    isAway.value = false
    #expect(try await tokens.holder(of: token, call()).user == UserID(5))
  }

  @Test("one letter of a token changed makes it another token")
  func forged() async throws {
    let tokens = try tokens(Held([signingKey("k1")]))
    let token = try await token(kid: "k1")
    #expect(try await tokens.holder(of: token, call()).user == UserID(5))
    let place = token.index(token.endIndex, offsetBy: -20)
    let other: Character = token[place] == "A" ? "B" : "A"
    let forged = String(token[..<place]) + String(other) + token[token.index(after: place)...]
    await #expect(throws: Refusal.self) { try await tokens.holder(of: forged, call()) }
  }
}

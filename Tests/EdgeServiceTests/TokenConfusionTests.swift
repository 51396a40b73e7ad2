import AuthContract
import Foundation
import JWTKit
import Kernel
import RPC
import RPCTestKit
import Settings
import TestKit
import Testing

import struct EdgeService.Refusal

@testable import EdgeService

/// Claims as a forger likes them.
private struct ForgedClaims: JWTPayload {
  var sub: String? = "5"
  var iss: String? = "igny8"
  var aud: [String]? = ["igny8-api"]
  var typ: String? = "access"
  var exp: Double?
  var sid: Int64?

  func verify(using algorithm: some JWTAlgorithm) throws {}
}

@Suite("Access tokens that somebody made up")
struct TokenConfusionTests {
  private let key = ES256PrivateKey()
  private let time = ManualTime()

  private func tokens() throws -> AccessTokens {
    let published = Auth.SigningKey(kid: "k1", publicKey: key.publicKey.pemRepresentation)
    var routes = RPCRoutes()
    routes.handle(AuthMethods.listSigningKeys) { _, _ in Auth.SigningKeys(keys: [published]) }
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    return AccessTokens(
      auth: AuthClient(InProcessTransport(routes)), settings: settings, time: time)
  }

  private var claims: ForgedClaims { ForgedClaims(exp: Double(time.now().seconds + 900)) }

  private func signed(
    _ claims: ForgedClaims, kid: String? = "k1", with key: ES256PrivateKey? = nil
  ) async throws -> String {
    let keys = JWTKeyCollection()
    await keys.add(ecdsa: key ?? self.key, kid: JWKIdentifier(string: kid ?? "none"))
    let header: JWTHeader = kid.map { ["kid": .string($0)] } ?? [:]
    return try await keys.sign(
      claims, kid: JWKIdentifier(string: kid ?? "none"), header: header)
  }

  /// What becomes of a token; nil when it is refused as one that is no good.
  private func holder(_ token: String) async throws -> TokenHolder? {
    let call = OutgoingCall(
      context: CallContext(requestID: "r", actor: .service),
      deadline: Deadline(in: .seconds(300), of: RealTime()))
    do {
      return try await tokens().holder(of: token, call)
    } catch let refusal as Refusal {
      #expect(refusal.status == 401)
      return nil
    }
  }

  private func base64(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
  }

  /// The same claims below another header.
  private func under(_ header: String, _ token: String, signature: String? = nil) -> String {
    let parts = token.split(separator: ".").map(String.init)
    return [base64(header), parts[1], signature ?? parts[2]].joined(separator: ".")
  }

  @Test("what was forged here is taken when nothing about it is wrong")
  func good() async throws {
    var claims = claims
    claims.sid = 7
    let token = try await signed(claims)
    #expect(try await holder(token) == TokenHolder(user: UserID(5), session: 7))
    #expect(try await holder(under(#"{"alg":"ES256","kid":"k1"}"#, token)) == nil)
  }

  @Test(
    "no other algorithm is taken, signed or not",
    arguments: ["none", "None", "NONE", "HS256", "HS384", "RS256", "ES384", "es256", ""])
  func algorithms(name: String) async throws {
    let token = try await signed(claims)
    let header = #"{"alg":"\#(name)","typ":"JWT","kid":"k1"}"#
    for signature in [nil, "", "AAAA"] as [String?] {
      #expect(try await holder(under(header, token, signature: signature)) == nil)
    }
  }

  @Test("the public key is no secret to sign with")
  func publicKeyAsSecret() async throws {
    let pem = key.publicKey.pemRepresentation
    for secret in [pem, pem + "\n", pem.replacingOccurrences(of: "\n", with: "")] {
      let keys = JWTKeyCollection()
      await keys.add(
        hmac: HMACKey(from: Data(secret.utf8)), digestAlgorithm: .sha256,
        kid: JWKIdentifier(string: "k1"))
      let token = try await keys.sign(claims, kid: JWKIdentifier(string: "k1"))
      #expect(try await holder(token) == nil)
      let parts = token.split(separator: ".").map(String.init)
      let disguised = under(#"{"alg":"ES256","kid":"k1"}"#, token, signature: parts[2])
      #expect(try await holder(disguised) == nil)
    }
  }

  @Test("a stranger's key, a key that the token brings itself and other names are not looked at")
  func keys() async throws {
    let stranger = ES256PrivateKey()
    #expect(try await holder(signed(claims, with: stranger)) == nil)
    for kid in ["k2", "", "../k1", "k1 ", "K1"] {
      #expect(try await holder(signed(claims, kid: kid)) == nil)
    }
    let token = try await signed(claims)
    for header in [
      #"{"alg":"ES256"}"#, #"{"alg":"ES256","kid":null}"#, #"{"alg":"ES256","kid":1}"#,
      #"{"alg":"ES256","kid":["k1"]}"#, #"{"alg":"ES256","kid":"k1","jwk":{"kty":"EC"}}"#,
      #"{"alg":"ES256","kid":"k1","x5u":"https://evil.example/"}"#, "{}", "[]", "not json", "",
    ] { #expect(try await holder(under(header, token)) == nil) }
  }

  @Test(
    "wrong or missing claims are refused though the signature is right",
    arguments: ["sub", "iss", "aud", "typ", "exp"])
  func claims(name: String) async throws {
    let wrong: [ForgedClaims] = [-1, 0, 1].map { way in
      var claims = claims
      switch name {
      case "sub": claims.sub = way < 0 ? nil : way == 0 ? "five" : "5; DROP"
      case "iss": claims.iss = way < 0 ? nil : way == 0 ? "igny9" : "igny8/"
      case "aud": claims.aud = way < 0 ? nil : way == 0 ? ["igny8"] : []
      case "typ": claims.typ = way < 0 ? nil : way == 0 ? "refresh" : "Access"
      default: claims.exp = way < 0 ? nil : Double(time.now().seconds - Int64(way))
      }
      return claims
    }
    for claims in wrong { #expect(try await holder(signed(claims)) == nil) }
  }

  @Test("no beginning of a token is a token, and nothing may be added to one")
  func cut() async throws {
    let token = try await signed(claims)
    for length in stride(from: 0, to: token.count, by: 3) {
      #expect(try await holder(String(token.prefix(length))) == nil)
    }
    for wrong in [token + ".", "." + token, token + ".e30", token + "=", "a.b.c", "..", ""] {
      #expect(try await holder(wrong) == nil)
    }
  }

  @Test("an ended session's token is refused within seconds, also where it was good before")
  func endedSession() async throws {
    let ended = Held(false)
    let published = Auth.SigningKey(kid: "k1", publicKey: key.publicKey.pemRepresentation)
    var routes = RPCRoutes()
    routes.handle(AuthMethods.listSigningKeys) { _, _ in Auth.SigningKeys(keys: [published]) }
    routes.handle(AuthMethods.resolvePrincipal) { request, _ in
      #expect((request.userID, request.sessionID) == (5, 7))
      if ended.value { return Auth.Principal() }
      return Auth.Principal(userID: 5, accountID: 9, role: "owner", isActive: true)
    }
    let settings = try SettingsReader.read(EdgeSettings.self, from: [:])
    let authenticator = Authenticator(
      auth: AuthClient(InProcessTransport(routes, time: time)), settings: settings, time: time)
    var claims = claims
    claims.sid = 7
    let ask = Ask(
      method: "GET", path: "/", headers: ["authorization": "Bearer \(try await signed(claims))"])
    func caller() async throws -> Caller {
      try await authenticator.caller(ask, requestID: "r", address: "::1", trace: .none)
    }
    #expect(try await caller().context.session == 7)
    ended.value = true
    time.advance(by: .seconds(5))
    await #expect(throws: Refusal.self) { try await caller() }
  }
}

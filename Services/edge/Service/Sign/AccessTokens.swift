import AuthContract
import CommonContract
import JSON
import JWTKit
import Kernel
import RPC
import Cryptography
import Synchronization

/// Who a verified access token is about.
struct AccessClaims: JWTPayload {
  let sub: String
  let aud: AudienceClaim
  let iss: String
  let exp: Double
  let typ: String

  /// Time and purpose are checked by `AccessTokens`, with its own clock.
  func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// Verifies access tokens with the public keys of `auth`, which are fetched when a token names one
/// that is not known yet.
final class AccessTokens: Sendable {
  /// At most one fetch in this time, however many unknown keys are named.
  static let fetchPause: Duration = .seconds(5)
  static let purpose = "access"

  private struct State {
    var known: Set<String> = []
    var keys = JWTKeyCollection()
    var fetched: Duration?
  }

  private let auth: AuthClient
  private let time: any TimeSource
  private let issuer: String
  private let audience: String
  private let state = Mutex(State())

  init(auth: AuthClient, settings: EdgeSettings, time: any TimeSource) {
    (self.auth, self.time) = (auth, time)
    (issuer, audience) = (settings.tokenIssuer, settings.tokenAudience)
  }

  /// The user that the token signs in.
  /// - Throws: `Refusal` 401; `RPCError` when the keys cannot be had.
  func user(of token: String, _ call: OutgoingCall) async throws -> UserID {
    guard let kid = Self.keyName(of: token) else { throw Self.refused }
    if !isKnown(kid) { try await fetch(call) }
    guard isKnown(kid) else { throw Self.refused }
    let keys = state.withLock { $0.keys }
    guard let claims = try? await keys.verify(token, as: AccessClaims.self),
      claims.typ == Self.purpose, claims.aud.value.contains(audience), claims.iss == issuer,
      claims.exp > Double(time.now().microseconds) / 1_000_000, let user = Int64(claims.sub)
    else { throw Self.refused }
    return UserID(user)
  }

  private static let refused = Refusal(401, "Invalid or expired token")

  private func isKnown(_ kid: String) -> Bool { state.withLock { $0.known.contains(kid) } }

  /// The `kid` of a token that says ES256; nothing else is looked at.
  private static func keyName(of token: String) -> String? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count < 1_024, let bytes = Base64.decode(parts[0]),
      let text = String(validating: bytes, as: UTF8.self),
      let header = try? JSONValue(parsing: text), header["alg"]?.string == "ES256"
    else { return nil }
    return header["kid"]?.string
  }

  private func fetch(_ call: OutgoingCall) async throws {
    let now = time.monotonic()
    let isDue = state.withLock { state in
      if let fetched = state.fetched, now - fetched < Self.fetchPause { return false }
      state.fetched = now
      return true
    }
    guard isDue else { return }
    do {
      let keys = JWTKeyCollection()
      var known: Set<String> = []
      for key in try await auth.listSigningKeys(Common.Empty(), call).keys {
        guard let publicKey = try? ES256PublicKey(pem: key.publicKey) else { continue }
        await keys.add(ecdsa: publicKey, kid: JWKIdentifier(string: key.kid))
        known.insert(key.kid)
      }
      state.withLock { ($0.keys, $0.known) = (keys, known) }
    } catch {
      state.withLock { $0.fetched = nil }
      throw error
    }
  }
}

import AuthContract
import CommonContract
import JSON
import JWTKit
import Kernel
import RPC
import Cryptography
import Synchronization

/// What an access token says.
struct AccessClaims: JWTPayload {
  let sub: String
  /// The number of the session; absent in tokens of before there were any.
  let sid: Int64?
  let aud: Audience
  let iss: String
  let exp: Double
  let typ: String

  /// One name or several (RFC 7519, section 4.1.3). JWTKit's own claim stops the program when there
  /// is none.
  struct Audience: Codable {
    let names: [String]

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      names = try (try? value.decode(String.self)).map { [$0] } ?? value.decode([String].self)
    }

    func encode(to encoder: any Encoder) throws { try names.encode(to: encoder) }
  }

  /// Time and purpose are checked by `AccessTokens`, with its own clock.
  func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// Whom a verified access token signs in.
struct TokenHolder: Sendable, Equatable {
  let user: UserID
  let session: Int64?
}

/// Verifies access tokens with the public keys of `auth`, which are fetched when a token names one
/// that is not known yet. A token that was verified is believed until it ends, or other keys come.
final class AccessTokens: Sendable {
  /// At most one fetch in this time, however many unknown keys are named.
  static let fetchPause: Duration = .seconds(5)
  static let purpose = "access"
  static let mostVerified = 4_096

  private struct Verified {
    let holder: TokenHolder
    let end: Double
  }

  private struct State {
    var known: Set<String> = []
    var keys = JWTKeyCollection()
    var fetched: Duration?
    var fetching: Task<Void, any Error>?
    /// Which keys these are: grows with each fetch.
    var generation = 0
    /// By token, under the present keys.
    var verified: [String: Verified] = [:]
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

  /// Whom the token signs in.
  /// - Throws: `Refusal` 401; `RPCError` when the keys cannot be had.
  func holder(of token: String, _ call: OutgoingCall) async throws -> TokenHolder {
    if let holder = verified(token) { return holder }
    guard let kid = Self.keyName(of: token) else { throw Self.refused }
    if !isKnown(kid) { try await fetch(call) }
    guard isKnown(kid) else { throw Self.refused }
    let (keys, generation) = state.withLock { ($0.keys, $0.generation) }
    guard let claims = try? await keys.verify(token, as: AccessClaims.self),
      claims.typ == Self.purpose, claims.aud.names.contains(audience), claims.iss == issuer,
      claims.exp > now, let user = Int64(claims.sub)
    else { throw Self.refused }
    let holder = TokenHolder(user: UserID(user), session: claims.sid)
    note(token, Verified(holder: holder, end: claims.exp), generation)
    return holder
  }

  private var now: Double { Double(time.now().microseconds) / 1_000_000 }

  private func verified(_ token: String) -> TokenHolder? {
    guard let found = state.withLock({ $0.verified[token] }), found.end > now else { return nil }
    return found.holder
  }

  private func note(_ token: String, _ verified: Verified, _ generation: Int) {
    let now = now
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.verified.count >= Self.mostVerified {
        state.verified = state.verified.filter { $0.value.end > now }
      }
      if state.verified.count >= Self.mostVerified { state.verified.removeAll() }
      state.verified[token] = verified
    }
  }

  private static let refused = Refusal(401, "Invalid or expired token")

  private func isKnown(_ kid: String) -> Bool { state.withLock { $0.known.contains(kid) } }

  /// The `kid` of a token that says ES256; nothing else is looked at.
  private static func keyName(of token: String) -> String? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy(isBase64URL), parts[0].utf8.count < 1_024,
      let bytes = Base64.decode(parts[0]),
      let text = String(validating: bytes, as: UTF8.self),
      let header = try? JSONValue(parsing: text), header["alg"]?.string == "ES256"
    else { return nil }
    return header["kid"]?.string
  }

  /// Without padding and stray characters, so that a token has one spelling.
  private static func isBase64URL(_ part: Substring) -> Bool {
    part.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  /// One fetch at a time; whoever comes meanwhile waits for it, so that nobody is refused for keys
  /// that are on their way.
  private func fetch(_ call: OutgoingCall) async throws {
    let now = time.monotonic()
    let fetching = state.withLock { state -> Task<Void, any Error>? in
      if let running = state.fetching { return running }
      if let fetched = state.fetched, now - fetched < Self.fetchPause { return nil }
      state.fetched = now
      let task = Task { try await load(call) }
      state.fetching = task
      return task
    }
    try await fetching?.value
  }

  private func load(_ call: OutgoingCall) async throws {
    do {
      let keys = JWTKeyCollection()
      var known: Set<String> = []
      for key in try await auth.listSigningKeys(Common.Empty(), call).keys {
        guard let publicKey = try? ES256PublicKey(pem: key.publicKey) else { continue }
        await keys.add(ecdsa: publicKey, kid: JWKIdentifier(string: key.kid))
        known.insert(key.kid)
      }
      state.withLock { state in
        (state.keys, state.known, state.fetching) = (keys, known, nil)
        state.generation += 1
        state.verified.removeAll()
      }
    } catch {
      state.withLock { ($0.fetched, $0.fetching) = (nil, nil) }
      throw error
    }
  }
}

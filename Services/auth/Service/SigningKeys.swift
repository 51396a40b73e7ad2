import JWTKit
import Kernel
import Postgres
import RPC
import Cryptography

/// What an access token says.
struct AccessClaims: JWTPayload {
  let sub: String
  /// The number of the session.
  let sid: Int64
  let acc: Int64
  let role: String
  let typ: String
  let iss: String
  let aud: String
  /// Seconds since 1970.
  let exp: Int64
  let iat: Int64
  let jti: String

  /// Tokens are verified at the edge; here they are only made.
  func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// The keys that sign access tokens: made when they are first needed, kept sealed in the database,
/// replaced when they are old.
actor SigningKeys {
  /// How long a key that no longer signs still verifies.
  static let overlap: Duration = .seconds(86_400)

  private struct Key: Sendable {
    let kid: String
    let publicKey: String
    let createdAt: Instant
    let signer: JWTKeyCollection
  }

  private let settings: AuthSettings
  private let database: Database
  private let time: any TimeSource
  private var current: Key?

  init(settings: AuthSettings, database: Database, time: any TimeSource) {
    (self.settings, self.database, self.time) = (settings, database, time)
  }

  /// Signs the claims with the key of the day.
  func sign(_ claims: AccessClaims) async throws -> String {
    let key = try await signingKey()
    return try await key.signer.sign(claims, kid: JWKIdentifier(string: key.kid))
  }

  /// Every key that a valid token may have been signed with, latest first.
  func published() async throws -> [(kid: String, publicKey: String)] {
    _ = try await signingKey()
    let rows = try await database.run(
      TokenQueries.keys, [.instant(time.now() - settings.keyLifetime - Self.overlap)], in: .none)
    return try rows.map { (try $0.text("kid"), try $0.text("public_key")) }
  }

  private func signingKey() async throws -> Key {
    if let current, time.now() - current.createdAt < settings.keyLifetime { return current }
    let key = try await Self.load(settings, database, time)
    current = key
    return key
  }

  private static func load(
    _ settings: AuthSettings, _ database: Database, _ time: any TimeSource
  ) async throws -> Key {
    guard let keys = settings.secretKeys else {
      throw RPCError(.unavailable, "Service unavailable", reason: "no_secret_keys")
    }
    return try await database.transaction(in: .none) { transaction in
      _ = try await transaction.run(TokenQueries.lockKeys)
      let now = time.now()
      let since = now - settings.keyLifetime
      if let row = try await transaction.run(TokenQueries.keys, [.instant(since)]).first {
        return try await key(row, keys)
      }
      let (kid, made) = (SecureRandom().token(byteCount: 12), ES256PrivateKey())
      let sealed = SealedSecret(
        sealing: made.pemRepresentation, with: keys, context: context(kid))
      let publicKey = made.publicKey.pemRepresentation
      _ = try await transaction.run(
        TokenQueries.insertKey,
        [.text(kid), .text(sealed.text), .text(publicKey), .instant(now)])
      return Key(
        kid: kid, publicKey: publicKey, createdAt: now, signer: await signer(made, kid))
    }
  }

  private static func key(_ row: Row, _ keys: SecretKeys) async throws -> Key {
    let kid = try row.text("kid")
    let (publicKey, createdAt) = (try row.text("public_key"), try row.instant("created_at"))
    let pem = try SealedSecret(text: try row.text("private_key"))
      .openText(with: keys, context: context(kid))
    return Key(
      kid: kid, publicKey: publicKey, createdAt: createdAt,
      signer: await signer(try ES256PrivateKey(pem: pem), kid))
  }

  private static func signer(_ key: ES256PrivateKey, _ kid: String) async -> JWTKeyCollection {
    await JWTKeyCollection().add(ecdsa: key, kid: JWKIdentifier(string: kid))
  }

  private static func context(_ kid: String) -> String { "auth.signing_keys/\(kid)" }
}

import AuthContract
import AuthCore
import JSON
import Kernel
import Postgres
import RPC
import Cryptography

/// Makes the tokens of signed-in people.
struct Sessions: Sendable {
  let settings: AuthSettings
  let keys: SigningKeys
  let database: Database
  let credits: CreditAccounts
  let time: any TimeSource

  /// A refresh token: the text goes to the client, its digest to the table.
  struct Refresh: Sendable {
    let text: String
    let expiresAt: Instant
  }

  /// What stores a new refresh token, and the token.
  func refreshToken(
    for user: UserID, of account: AccountID, family: String, at now: Instant
  ) -> (Refresh, (Statement, [SQLValue])) {
    let token = Refresh(text: randomToken(), expiresAt: now + RefreshToken.lifetime)
    let values: [SQLValue] = [
      .id(account), .id(user), .text(family), .bytes(Self.digest(token.text)), .instant(now),
      .instant(token.expiresAt),
    ]
    return (token, (TokenQueries.insert, values))
  }

  static func digest(_ token: String) -> [UInt8] { Digest.sha256(token) }

  /// What begins a family of refresh tokens and signs the user in.
  func beginning(
    _ user: StoredUser, action: String, _ call: IncomingCall
  ) -> (Refresh, [(Statement, [SQLValue])]) {
    let now = time.now()
    let (token, store) = refreshToken(
      for: user.id, of: user.account.id, family: SecureRandom().uuid(), at: now)
    let signedIn = (
      UserQueries.signedIn, [SQLValue.id(user.account.id), .id(user.id), .instant(now)]
    )
    return (token, [store, signedIn, AuditEntry(action, user).command(call, at: now)])
  }

  /// Begins such a family.
  func begin(
    _ user: StoredUser, action: String, _ call: IncomingCall
  ) async throws -> Refresh {
    let (token, commands) = beginning(user, action: action, call)
    try await database.transaction(in: .account(user.account.id), deadline: call.deadline) {
      _ = try await $0.runAll(commands)
    }
    return token
  }

  /// An access token and when it ends.
  func access(
    _ user: UserID, of account: AccountID, role: Role
  ) async throws -> (text: String, expiresAt: Instant) {
    let now = time.now()
    let expiry = now + settings.accessLifetime
    let claims = AccessClaims(
      sub: String(user.value), acc: account.value, role: role.rawValue, typ: "access",
      iss: settings.issuer, aud: settings.audience, exp: expiry.seconds, iat: now.seconds,
      jti: SecureRandom().uuid())
    return (try await keys.sign(claims), Instant(seconds: expiry.seconds))
  }

  /// What a client gets that has signed in.
  func session(
    _ user: StoredUser, _ refresh: Refresh, shown: Auth.User
  ) async throws -> Auth.Session {
    let access = try await access(user.id, of: user.account.id, role: user.role)
    return Auth.Session(
      user: shown, access: access.text, refresh: refresh.text,
      accessExpiresAt: access.expiresAt, refreshExpiresAt: refresh.expiresAt)
  }
}

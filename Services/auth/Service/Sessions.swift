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
    /// The session that it belongs to.
    let session: Int64
  }

  static func digest(_ token: String) -> [UInt8] { Digest.sha256(token) }

  /// Stores a new refresh token of a family, and notes that its session is used.
  func refreshToken(
    for user: UserID, of account: AccountID, family: String, _ call: IncomingCall,
    in transaction: Transaction
  ) async throws -> Refresh {
    let (now, text) = (time.now(), randomToken())
    let end = now + RefreshToken.lifetime
    let session = try await transaction.run(
      SessionQueries.use,
      [
        .id(account), .id(user), .text(family), .text(call.context.userAgent),
        .text(call.context.address), .instant(now), .instant(end),
      ]
    ).one().int(0)
    transaction.runLater([
      (
        TokenQueries.insert,
        [
          .id(account), .id(user), .text(family), .bytes(Self.digest(text)), .instant(now),
          .instant(end),
        ]
      )
    ])
    return Refresh(text: text, expiresAt: end, session: session)
  }

  /// Begins a session with its family of refresh tokens and signs the user in.
  func begin(
    _ user: StoredUser, action: String, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Refresh {
    let now = time.now()
    let token = try await refreshToken(
      for: user.id, of: user.account.id, family: SecureRandom().uuid(), call, in: transaction)
    transaction.runLater([
      (UserQueries.signedIn, [.id(user.account.id), .id(user.id), .instant(now)]),
      AuditEntry(action, user).command(call, at: now),
    ])
    return token
  }

  /// An access token and when it ends.
  func access(
    _ user: UserID, of account: AccountID, role: Role, session: Int64
  ) async throws -> (text: String, expiresAt: Instant) {
    let now = time.now()
    let expiry = now + settings.accessLifetime
    let claims = AccessClaims(
      sub: String(user.value), sid: session, acc: account.value, role: role.rawValue, typ: "access",
      iss: settings.issuer, aud: settings.audience, exp: expiry.seconds, iat: now.seconds,
      jti: SecureRandom().uuid())
    return (try await keys.sign(claims), Instant(seconds: expiry.seconds))
  }

  /// A pair of tokens.
  func tokens(_ user: StoredUser, _ refresh: Refresh) async throws -> Auth.Tokens {
    let access = try await access(
      user.id, of: user.account.id, role: user.role, session: refresh.session)
    return Auth.Tokens(
      access: access.text, refresh: refresh.text, accessExpiresAt: access.expiresAt,
      refreshExpiresAt: refresh.expiresAt)
  }

  /// What a client gets that has signed in.
  func session(
    _ user: StoredUser, _ refresh: Refresh, shown: Auth.User
  ) async throws -> Auth.Session {
    let access = try await access(
      user.id, of: user.account.id, role: user.role, session: refresh.session)
    return Auth.Session(
      user: shown, access: access.text, refresh: refresh.text,
      accessExpiresAt: access.expiresAt, refreshExpiresAt: refresh.expiresAt)
  }
}

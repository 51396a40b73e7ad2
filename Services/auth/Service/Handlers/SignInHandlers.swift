import AuthContract
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources
import Cryptography

/// Signing in, staying signed in, signing out.
struct SignInHandlers: Sendable {
  let sessions: Sessions
  let hashing: PasswordHashing
  let failures: SignInFailures

  private var database: Database { sessions.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(AuthMethods.login, on: .pool, login)
    routes.answer(AuthMethods.refresh, refresh)
    routes.answer(AuthMethods.logout, logout)
  }

  // MARK: Login

  private func login(
    _ request: Auth.LoginRequest, _ call: IncomingCall
  ) async throws -> Auth.Session {
    let (name, password) = try Self.credentials(request)
    try await failures.check(email: name, call)
    let user = try await find(name, call)
    let isRight = try await hashing.verify(password, against: user?.passwordHash)
    guard isRight, let user, user.isActive else {
      try await refused(user, name, call)
      throw RPCError.invalidCredentials
    }
    try await failures.clear(email: name, call)
    try await strengthen(user, password, call)
    let refresh = try await sessions.begin(user, action: "user.signed_in", call)
    let summary = await sessions.credits.summaries(of: [user.account.id], call)[user.account.id]
    return try await sessions.session(user, refresh, shown: user.reply(summary))
  }

  private static func credentials(_ request: Auth.LoginRequest) throws -> (String, String) {
    let name = (request.email ?? "").trimmedOfBlanks.lowercased()
    let password = request.password ?? ""
    let missing = [("email", name), ("password", password)].filter { $0.1.isEmpty }
    guard missing.isEmpty else {
      throw RPCError(
        invalid: missing.map { FieldError(name: $0.0, messages: ["This field is required"]) })
    }
    return (name, password)
  }

  /// By email, or by a username that nobody else has.
  private func find(_ name: String, _ call: IncomingCall) async throws -> StoredUser? {
    let statement = name.contains("@") ? UserQueries.byEmail : UserQueries.byUsername
    let rows = try await database.run(
      statement, [.text(name)], in: .allAccounts, deadline: call.deadline)
    guard rows.count == 1, let row = rows.first else { return nil }
    return try StoredUser(row: row)
  }

  private func refused(_ user: StoredUser?, _ name: String, _ call: IncomingCall) async throws {
    try await failures.add(email: name, call)
    guard let user else { return }
    let entry = AuditEntry(
      action: "user.sign_in_refused", account: user.account.id, user: user.id,
      objectType: "user", objectID: user.id.value)
    let (statement, values) = entry.command(call, at: sessions.time.now())
    _ = try await database.run(
      statement, values, in: .account(user.account.id), deadline: call.deadline)
  }

  /// A hash that was made with an older strength is made anew while the password is at hand.
  private func strengthen(
    _ user: StoredUser, _ password: String, _ call: IncomingCall
  ) async throws {
    guard hashing.needsRehash(user.passwordHash) else { return }
    let hash = try await hashing.hash(password)
    _ = try await database.run(
      UserQueries.setPassword,
      [.id(user.account.id), .id(user.id), .text(hash), .instant(sessions.time.now())],
      in: .account(user.account.id), deadline: call.deadline)
  }

  // MARK: Refresh and logout

  /// What an exchange came to; a family is revoked by a transaction that commits, so a refusal is
  /// no error inside it.
  private enum Exchange: Sendable {
    case done(StoredUser, Sessions.Refresh)
    case refused
  }

  private func refresh(
    _ request: Auth.RefreshRequest, _ call: IncomingCall
  ) async throws -> Auth.Tokens {
    guard let text = given(request.refresh) else {
      throw RPCError(required: "refresh")
    }
    let digest = Sessions.digest(text)
    let exchange = try await database.transaction(in: .allAccounts, deadline: call.deadline) {
      try await self.exchange(digest, call, in: $0)
    }
    guard case .done(let user, let refresh) = exchange else {
      throw RPCError.invalidRefreshToken
    }
    let access = try await sessions.access(user.id, of: user.account.id, role: user.role)
    return Auth.Tokens(
      access: access.text, refresh: refresh.text, accessExpiresAt: access.expiresAt,
      refreshExpiresAt: refresh.expiresAt)
  }

  private func exchange(
    _ digest: [UInt8], _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Exchange {
    let found = try await transaction.runAll([
      (TokenQueries.lock, [.bytes(digest)]), (TokenQueries.find, [.bytes(digest)]),
    ])
    guard let row = found[1].first else { return .refused }
    let stored = try StoredToken(row: row)
    let now = sessions.time.now()
    switch stored.token.verdict(at: now) {
    case .rotate, .again: return try await rotate(stored, at: now, in: transaction)
    case .reused:
      let entry = AuditEntry(
        action: "user.refresh_token_reused", account: stored.account, user: stored.user,
        objectType: "user", objectID: stored.user.value)
      _ = try await transaction.runAll([
        stored.revokeFamily(at: now), entry.command(call, at: now),
      ])
      return .refused
    case .expired, .revoked: return .refused
    }
  }

  private func rotate(
    _ stored: StoredToken, at now: Instant, in transaction: Transaction
  ) async throws -> Exchange {
    let row = try await transaction.run(UserQueries.byID, [.id(stored.user)]).one()
    let user = try StoredUser(row: row)
    guard user.isActive else { return .refused }
    let (token, store) = sessions.refreshToken(
      for: stored.user, of: stored.account, family: stored.family, at: now)
    _ = try await transaction.runAll([
      (TokenQueries.use, [.id(stored.account), .int(stored.id), .instant(now)]), store,
    ])
    return .done(user, token)
  }

  /// A token that is none has nothing to end.
  private func logout(
    _ request: Auth.RefreshRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    guard let text = given(request.refresh) else {
      throw RPCError(required: "refresh")
    }
    let now = sessions.time.now()
    try await database.transaction(in: .allAccounts, deadline: call.deadline) { transaction in
      let digest = Sessions.digest(text)
      let found = try await transaction.runAll([
        (TokenQueries.lock, [.bytes(digest)]), (TokenQueries.find, [.bytes(digest)]),
      ])
      guard let row = found[1].first else { return }
      let stored = try StoredToken(row: row)
      let entry = AuditEntry(
        action: "user.signed_out", account: stored.account, user: stored.user,
        objectType: "user", objectID: stored.user.value)
      _ = try await transaction.runAll([
        stored.revokeFamily(at: now), entry.command(call, at: now),
      ])
    }
    return Common.Empty()
  }
}

/// A refresh token as the table has it.
private struct StoredToken: Sendable {
  let account: AccountID
  let id: Int64
  let user: UserID
  let family: String
  let token: RefreshToken

  init(row: Row) throws {
    account = AccountID(try row.int("account_id"))
    id = try row.int("id")
    user = UserID(try row.int("user_id"))
    family = try row.text("family")
    token = RefreshToken(
      expiresAt: try row.instant("expires_at"), usedAt: try row.optionalInstant("used_at"),
      revokedAt: try row.optionalInstant("revoked_at"))
  }

  func revokeFamily(at now: Instant) -> (Statement, [SQLValue]) {
    (TokenQueries.revokeFamily, [.id(account), .text(family), .instant(now)])
  }
}

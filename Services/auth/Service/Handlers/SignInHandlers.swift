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
  let factors: SecondFactors
  let staff: StaffAccount

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
    await staff.settled(for: name)
    let user = try await find(name, call)
    // Email and username of one user are guessed at together.
    let subject = user?.email ?? name
    try await failures.check(email: subject, call)
    let isRight = try await hashing.verify(password, against: user?.passwordHash)
    let isUser = isRight && user?.isActive == true
    let stronger = isUser ? try await strengthened(user, password) : nil
    let outcome = try await database.transaction(in: .allAccounts, deadline: call.deadline) {
      try await settle(user, isUser: isUser, subject, request.otp, stronger, call, in: $0)
    }
    let (signedIn, refresh) = try outcome.get()
    let account = signedIn.account.id
    let summary = await sessions.credits.summaries(of: [account], call)[account]
    return try await sessions.session(signedIn, refresh, shown: signedIn.reply(summary))
  }

  /// A refusal is counted by a transaction that commits, so it is no error inside it.
  /// - Parameters:
  ///   - isUser: the password is right and the user may sign in.
  ///   - stronger: the password's hash as it should be, if it is not.
  private func settle(
    _ user: StoredUser?, isUser: Bool, _ subject: String, _ otp: String?,
    _ stronger: String?, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Result<(StoredUser, Sessions.Refresh), RPCError> {
    // What was right may have been changed while it was looked at.
    let isRight = if let user, isUser { try await transaction.locked(user) } else { false }
    if let wait = try await failures.hold(email: subject, call, in: transaction) {
      return .failure(SignInFailures.refusal(wait))
    }
    let now = sessions.time.now()
    guard let user, isRight else {
      return refused(user, subject, .invalidCredentials, call, in: transaction)
    }
    switch try await factors.check(otp, of: user, in: transaction) {
    case .right, .notNeeded: break
    // Half a sign-in is no failure, and makes up for none.
    case .missing: return .failure(SecondFactors.required)
    case .wrong: return refused(user, subject, SecondFactors.wrong, call, in: transaction)
    }
    failures.record(email: subject, isRight: true, call, in: transaction)
    if let stronger {
      let values: [SQLValue] = [
        .id(user.account.id), .id(user.id), .text(stronger), .instant(now),
      ]
      transaction.runLater([(UserQueries.setPassword, values)])
    }
    let refresh = try await sessions.begin(
      user, action: "user.signed_in", call, in: transaction)
    return .success((user, refresh))
  }

  private func refused(
    _ user: StoredUser?, _ subject: String, _ error: RPCError, _ call: IncomingCall,
    in transaction: Transaction
  ) -> Result<(StoredUser, Sessions.Refresh), RPCError> {
    failures.record(email: subject, isRight: false, call, in: transaction)
    if let user {
      let entry = AuditEntry("user.sign_in_refused", user)
      transaction.runLater([entry.command(call, at: sessions.time.now())])
    }
    return .failure(error)
  }

  /// A hash that was made with an older strength is made anew while the password is at hand.
  private func strengthened(_ user: StoredUser?, _ password: String) async throws -> String? {
    guard let user, hashing.needsRehash(user.passwordHash) else { return nil }
    return try await hashing.hash(password)
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
    return try await sessions.tokens(user, refresh)
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
    case .rotate, .again: return try await rotate(stored, call, in: transaction)
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
    _ stored: StoredToken, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Exchange {
    let row = try await transaction.run(UserQueries.byID, [.id(stored.user)]).one()
    let user = try StoredUser(row: row)
    guard user.isActive else { return .refused }
    transaction.runLater([
      (
        TokenQueries.use,
        [.id(stored.account), .int(stored.id), .instant(sessions.time.now())]
      )
    ])
    let token = try await sessions.refreshToken(
      for: stored.user, of: stored.account, family: stored.family, call, in: transaction)
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

import AuthContract
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// Other passwords: by the old one, or by a mail.
struct PasswordHandlers: Sendable {
  let sessions: Sessions
  let users: Users
  let failures: SignInFailures
  let changes: PasswordChanges
  let tokens: MailTokens

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.changePassword, on: .pool, change)
    routes.answer(IdentityMethods.requestPasswordReset, wish)
    routes.answer(IdentityMethods.confirmPasswordReset, on: .pool, confirm)
  }

  // MARK: By the old password

  private func change(
    _ request: Auth.ChangePasswordRequest, _ call: IncomingCall
  ) async throws -> Auth.Tokens {
    let user = try await users.caller(call)
    guard let old = request.oldPassword, !old.isEmpty else {
      throw RPCError(required: "old_password")
    }
    let wanted = try PasswordChanges.wanted(
      request.newPassword, again: request.newPasswordConfirm, email: user.email)
    guard wanted != old else {
      throw RPCError(field: "new_password", "The new password must differ from the old one")
    }
    try await failures.check(email: user.email, call)
    let isRight = try await users.hashing.verify(old, against: user.passwordHash)
    let hash = isRight ? try await users.hashing.hash(wanted) : nil
    let outcome = try await database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) { try await settle(user, hash, call, in: $0) }
    changes.postbox.messagesWaiting()
    let refresh = try outcome.get()
    return try await sessions.tokens(user, refresh)
  }

  /// A refusal is counted by a transaction that commits, so it is no error inside it.
  /// - Parameter hash: of the new password; nil when the old one was wrong.
  private func settle(
    _ user: StoredUser, _ hash: String?, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Result<Sessions.Refresh, RPCError> {
    let isStill = hash == nil ? true : try await transaction.locked(user)
    guard isStill else {
      return .failure(RPCError(.aborted, "Two changes met; try again", reason: "conflict"))
    }
    if let wait = try await failures.hold(email: user.email, call, in: transaction) {
      return .failure(SignInFailures.refusal(wait))
    }
    failures.record(email: user.email, isRight: hash != nil, call, in: transaction)
    guard let hash else {
      transaction.runLater([
        AuditEntry("user.password_change_refused", user).command(call, at: users.time.now())
      ])
      return .failure(RPCError(field: "old_password", "Current password is incorrect"))
    }
    try changes.set(hash, for: user, action: "user.password_changed", call, in: transaction)
    return .success(
      try await sessions.begin(user, action: "user.signed_in", call, in: transaction))
  }

  // MARK: By mail

  private func wish(
    _ request: Auth.PasswordResetRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    try await tokens.wishForReset(try EmailAddress(given: request.email), call)
    return Common.Empty()
  }

  private func confirm(
    _ request: Auth.ConfirmPasswordResetRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    guard let token = given(request.token) else { throw RPCError(required: "token") }
    let holder = try await tokens.holder(ofReset: token, call)
    let rows = try await database.run(
      UserQueries.byID, [.id(holder)], in: .allAccounts, deadline: call.deadline)
    guard let found = try rows.first.map({ try StoredUser(row: $0) }), found.isActive else {
      throw MailTokens.refusal
    }
    let wanted = try PasswordChanges.wanted(
      request.newPassword, again: request.newPasswordConfirm, email: found.email)
    let hash = try await users.hashing.hash(wanted)
    try await database.transaction(in: .account(found.account.id), deadline: call.deadline) {
      try await reset(found, token, hash, call, in: $0)
    }
    changes.postbox.messagesWaiting()
    return Common.Empty()
  }

  /// Who has read the mail has shown that the mailbox is theirs, and need not wait for failures
  /// that may have been somebody else's.
  private func reset(
    _ user: StoredUser, _ token: String, _ hash: String, _ call: IncomingCall,
    in transaction: Transaction
  ) async throws {
    let now = users.time.now()
    let locked = try await transaction.run(UserQueries.lock, [.id(user.id)]).first
    let used = try await transaction.run(
      MailTokenQueries.useReset, [.bytes(MailTokens.digest(token)), .instant(now)])
    guard let locked, try locked.bool("is_active"), used.rowsAffected == 1 else {
      throw MailTokens.refusal
    }
    try changes.set(hash, for: user, action: "user.password_reset", call, in: transaction)
    failures.clear(email: user.email, in: transaction)
    transaction.runLater([
      (UserQueries.emailVerified, [.id(user.account.id), .id(user.id), .instant(now)])
    ])
  }
}

extension Transaction {
  /// Locks a user; whether it may still sign in with the password that was read with it.
  func locked(_ user: StoredUser) async throws -> Bool {
    guard let row = try await run(UserQueries.lock, [.id(user.id)]).first else { return false }
    return try row.bool("is_active") && row.text("password_hash") == user.passwordHash
  }
}

import AuthContract
import AuthCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// Switching the second factor on and off.
struct TwoFactorHandlers: Sendable {
  let users: Users
  let failures: SignInFailures
  let factors: SecondFactors
  let postbox: Postbox
  let issuer: String

  private var database: Database { users.database }
  private var now: Instant { users.time.now() }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.getTwoFactor, get)
    routes.answer(IdentityMethods.setUpTwoFactor, on: .pool, setUp)
    routes.answer(IdentityMethods.confirmTwoFactor, confirm)
    routes.answer(IdentityMethods.disableTwoFactor, on: .pool, disable)
    routes.answer(IdentityMethods.renewRecoveryCodes, on: .pool, renew)
  }

  private func get(_ request: Common.Empty, _ call: IncomingCall) async throws -> Auth.TwoFactor {
    let user = try await users.caller(call)
    let rows = try await database.run(
      TwoFactorQueries.find, [.id(user.account.id), .id(user.id)], in: .account(user.account.id),
      deadline: call.deadline)
    guard let row = rows.first, let since = try row.optionalInstant("confirmed_at") else {
      return Auth.TwoFactor()
    }
    return Auth.TwoFactor(
      isEnabled: true, enabledAt: since,
      recoveryCodesLeft: Int32(clamping: try row.int("codes_left")))
  }

  // MARK: On

  /// The password again: a session that was left open somewhere must not lock its owner out.
  private func setUp(
    _ request: Auth.SetUpTwoFactorRequest, _ call: IncomingCall
  ) async throws -> Auth.TwoFactorSetup {
    let user = try await users.caller(call)
    let (secret, sealed) = try factors.makeSecret(for: user)
    try await prove(user, request.password, call, needsCode: false, code: nil) {
      (_, transaction) -> Result<Void, RPCError> in
      let begun = try await transaction.run(
        TwoFactorQueries.begin,
        [.id(user.account.id), .id(user.id), .text(sealed), .instant(now)])
      guard begun.rowsAffected > 0 else {
        return .failure(
          RPCError(
            .failedPrecondition, "Two-factor sign-in is on already", reason: "two_factor_on"))
      }
      return .success(())
    }
    return Auth.TwoFactorSetup(
      secret: secret,
      otpauthURL: TimeCode.address(secret: secret, email: user.email, issuer: issuer))
  }

  private func confirm(
    _ request: Auth.ConfirmTwoFactorRequest, _ call: IncomingCall
  ) async throws -> Auth.RecoveryCodes {
    guard let text = given(request.code) else { throw RPCError(required: "code") }
    let user = try await users.caller(call)
    try await failures.check(email: user.email, call)
    let outcome = try await database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) { try await settle(user, text, call, in: $0) }
    postbox.messagesWaiting()
    return Auth.RecoveryCodes(recoveryCodes: try outcome.get())
  }

  private func settle(
    _ user: StoredUser, _ text: String, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Result<[String], RPCError> {
    _ = try await transaction.locked(user)
    if let wait = try await failures.hold(email: user.email, call, in: transaction) {
      return .failure(SignInFailures.refusal(wait))
    }
    let mine: [SQLValue] = [.id(user.account.id), .id(user.id)]
    let found = try await transaction.run(TwoFactorQueries.find, mine)
    guard let row = found.first, try row.optionalInstant("confirmed_at") == nil else {
      return .failure(
        RPCError(.failedPrecondition, "Nothing is to be confirmed", reason: "not_set_up"))
    }
    let step = try TimeCode.typed(text).flatMap { try factors.step(of: $0, row, user) }
    guard let step else {
      failures.record(email: user.email, isRight: false, call, in: transaction)
      return .failure(RPCError(field: "code", "Invalid two-factor code"))
    }
    transaction.runLater([(TwoFactorQueries.confirm, mine + [.int(step), .instant(now)])])
    try tell(.twoFactor(isOn: true), "user.two_factor_enabled", user, call, in: transaction)
    return .success(factors.renewRecovery(of: user, in: transaction))
  }

  // MARK: Off, and other codes

  private func disable(
    _ request: Auth.DisableTwoFactorRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let user = try await users.caller(call)
    try await proven(user, request.password, code: request.code, call) {
      (_, transaction) -> Result<Void, RPCError> in
      transaction.runLater([(TwoFactorQueries.delete, [.id(user.account.id), .id(user.id)])])
      try tell(.twoFactor(isOn: false), "user.two_factor_disabled", user, call, in: transaction)
      return .success(())
    }
    return Common.Empty()
  }

  private func renew(
    _ request: Auth.RenewRecoveryCodesRequest, _ call: IncomingCall
  ) async throws -> Auth.RecoveryCodes {
    let user = try await users.caller(call)
    let codes = try await proven(user, request.password, code: request.code, call) {
      (user, transaction) -> Result<[String], RPCError> in
      let entry = AuditEntry("user.recovery_codes_renewed", user)
      transaction.runLater([entry.command(call, at: now)])
      return .success(factors.renewRecovery(of: user, in: transaction))
    }
    return Auth.RecoveryCodes(recoveryCodes: codes)
  }

  private func tell(
    _ letter: Letter, _ action: String, _ user: StoredUser, _ call: IncomingCall,
    in transaction: Transaction
  ) throws {
    Outbox.add(
      try postbox.mail(
        letter, to: user.email, of: user.account.id, lifetime: .seconds(86_400)),
      in: transaction)
    transaction.runLater([AuditEntry(action, user).command(call, at: now)])
  }

  // MARK: Proof

  /// Does something for a user who has given the password and a code.
  private func proven<R: Sendable>(
    _ user: StoredUser, _ password: String?, code: String?, _ call: IncomingCall,
    _ body: @Sendable (StoredUser, Transaction) async throws -> Result<R, RPCError>
  ) async throws -> R {
    guard let code = given(code) else { throw RPCError(required: "code") }
    return try await prove(user, password, call, needsCode: true, code: code, body)
  }

  /// Does something for a user who has given the password again. Failures count like those at the
  /// door, by a transaction that commits.
  private func prove<R: Sendable>(
    _ user: StoredUser, _ password: String?, _ call: IncomingCall, needsCode: Bool, code: String?,
    _ body: @Sendable (StoredUser, Transaction) async throws -> Result<R, RPCError>
  ) async throws -> R {
    guard let password, !password.isEmpty else { throw RPCError(required: "password") }
    try await failures.check(email: user.email, call)
    let isRight = try await users.hashing.verify(password, against: user.passwordHash)
    let outcome: Result<R, RPCError> = try await database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) { transaction in
      let isStill = try await transaction.locked(user)
      if let wait = try await failures.hold(email: user.email, call, in: transaction) {
        return .failure(SignInFailures.refusal(wait))
      }
      guard isRight, isStill else {
        failures.record(email: user.email, isRight: false, call, in: transaction)
        return .failure(RPCError(field: "password", "Current password is incorrect"))
      }
      if needsCode {
        switch try await factors.check(code, of: user, in: transaction) {
        case .right: break
        case .notNeeded:
          return .failure(
            RPCError(
              .failedPrecondition, "Two-factor sign-in is off", reason: "two_factor_off"))
        case .wrong, .missing:
          failures.record(email: user.email, isRight: false, call, in: transaction)
          return .failure(RPCError(field: "code", "Invalid two-factor code"))
        }
      }
      return try await body(user, transaction)
    }
    postbox.messagesWaiting()
    return try outcome.get()
  }
}

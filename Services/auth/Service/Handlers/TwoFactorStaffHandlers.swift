import AuthContract
import AuthCore
import CommonContract
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What platform staff does for people who have lost their second factor.
struct TwoFactorStaffHandlers: Sendable {
  let users: Users
  let postbox: Postbox

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.resetTwoFactor, reset)
  }

  private func reset(
    _ request: Auth.ResetTwoFactorRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    guard let reason = given(request.reason) else { throw RPCError(required: "reason") }
    // Whoever has taken over a session of staff does not get rid of its factor so.
    guard call.context.user?.value != request.id else {
      throw RPCError(
        .permissionDenied, "Nobody resets their own second factor", reason: "own_account")
    }
    let user = try await users.find(request.id, call)
    try await users.database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) { try await reset(user, because: reason, call, in: $0) }
    postbox.messagesWaiting()
    return Common.Empty()
  }

  private func reset(
    _ user: StoredUser, because reason: String, _ call: IncomingCall,
    in transaction: Transaction
  ) async throws {
    let mine: [SQLValue] = [.id(user.account.id), .id(user.id)]
    let now = users.time.now()
    // As sign-ins do, so that none that was half done goes on with the old factor.
    guard let row = try await transaction.run(UserQueries.lock, [.id(user.id)]).first else {
      throw RPCError.missing
    }
    let email = try StoredUser(row: row).email
    guard try await transaction.run(TwoFactorQueries.delete, mine).rowsAffected > 0 else {
      throw RPCError(
        .failedPrecondition, "Two-factor sign-in is off", reason: "two_factor_off")
    }
    var entry = AuditEntry(
      "user.two_factor_reset", user, after: ["reason": .string(reason)])
    entry.user = call.context.user
    transaction.runLater([
      (TokenQueries.revokeUser, mine + [.instant(now)]), entry.command(call, at: now),
    ])
    Outbox.add(
      try postbox.mail(
        .twoFactorReset, to: email, of: user.account.id, lifetime: .seconds(7 * 86_400)),
      in: transaction)
  }
}

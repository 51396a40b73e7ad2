import AuthContract
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// Showing that a mailbox is one's own.
struct MailboxHandlers: Sendable {
  let users: Users
  let tokens: MailTokens

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.verifyEmail, verify)
    routes.answer(IdentityMethods.resendVerification, resend)
  }

  private func verify(
    _ request: Auth.VerifyEmailRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    guard let token = given(request.token) else { throw RPCError(required: "token") }
    let now = users.time.now()
    try await database.transaction(in: .allAccounts, deadline: call.deadline) { transaction in
      let used = try await transaction.run(
        MailTokenQueries.useVerification,
        [.bytes(MailTokens.digest(token)), .instant(now)])
      guard let id = try used.first?.int(0) else { throw MailTokens.refusal }
      let user = try StoredUser(row: await transaction.run(UserQueries.byID, [.int(id)]).one())
      transaction.runLater([
        (UserQueries.emailVerified, [.id(user.account.id), .id(user.id), .instant(now)]),
        AuditEntry("user.email_verified", user).command(call, at: now),
      ])
    }
    return Common.Empty()
  }

  private func resend(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let user = try await users.caller(call)
    guard user.emailVerifiedAt == nil else {
      throw RPCError(.failedPrecondition, "The email is verified already", reason: "verified")
    }
    try await database.transaction(in: .account(user.account.id), deadline: call.deadline) {
      try tokens.verification(
        of: user.email, for: user.id, of: user.account.id, at: users.time.now(), in: $0)
    }
    tokens.postbox.messagesWaiting()
    return Common.Empty()
  }
}

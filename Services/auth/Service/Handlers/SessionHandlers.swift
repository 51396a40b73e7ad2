import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// Where the signed-in user is signed in.
struct SessionHandlers: Sendable {
  let users: Users

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.logoutEverywhere, logoutEverywhere)
  }

  private func logoutEverywhere(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let user = try await users.caller(call)
    let now = users.time.now()
    try await database.transaction(in: .account(user.account.id), deadline: call.deadline) {
      // A refresh that is under way is over first, or finds its token revoked.
      _ = try await $0.run(UserQueries.lock, [.id(user.id)])
      $0.runLater([
        (TokenQueries.revokeUser, [.id(user.account.id), .id(user.id), .instant(now)]),
        AuditEntry("user.signed_out_everywhere", user).command(call, at: now),
      ])
    }
    return Common.Empty()
  }
}

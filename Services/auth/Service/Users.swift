import AuthContract
import AuthCore
import Kernel
import Postgres
import RPC
import Resources

/// Finds users and shows them with their accounts' credits.
struct Users: Sendable {
  let database: Database
  let hashing: PasswordHashing
  let credits: CreditAccounts
  let time: any TimeSource

  /// Platform staff reaches every account, everybody else the own one.
  static func reach(_ call: IncomingCall) throws -> (scope: Scope, account: SQLValue) {
    if call.context.role == .developer { return (.allAccounts, .null) }
    return try own(call)
  }

  /// The own account, whoever calls.
  static func own(_ call: IncomingCall) throws -> (scope: Scope, account: SQLValue) {
    let account = try call.requireAccount()
    return (.account(account), .id(account))
  }

  /// A user within reach.
  /// - Throws: `.notFound`.
  func find(_ id: Int64, _ call: IncomingCall) async throws -> StoredUser {
    let (scope, _) = try Self.reach(call)
    let rows = try await database.run(
      UserQueries.byID, [.int(id)], in: scope, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    return try StoredUser(row: row)
  }

  /// The signed-in user.
  /// - Throws: `.permissionDenied` for a caller that is no user.
  func caller(_ call: IncomingCall) async throws -> StoredUser {
    guard let user = call.context.user else {
      throw RPCError(.permissionDenied, "This needs a user", reason: "no_user")
    }
    return try await find(user.value, call)
  }

  func shown(_ user: StoredUser, _ call: IncomingCall) async -> Auth.User {
    user.reply(await credits.summaries(of: [user.account.id], call)[user.account.id])
  }

  func shown(_ users: [StoredUser], _ call: IncomingCall) async -> [Auth.User] {
    let summaries = await credits.summaries(of: users.map(\.account.id), call)
    return users.map { $0.reply(summaries[$0.account.id]) }
  }
}

import AuthContract
import AuthCore
import BillingContract
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Accounts as their people and platform staff see them.
struct AccountHandlers: Sendable {
  let users: Users

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(AuthMethods.listAccounts, list)
    routes.answer(AuthMethods.getAccount, get)
    routes.answer(AccountsMethods.listAllAccounts, list)
    routes.answer(AccountsMethods.getAnyAccount, get)
    routes.answer(AuthMethods.adjustUserCredits, adjust)
  }

  private func list(
    _ request: Auth.ListAccountsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListAccountsReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      AccountQueries.orders, default: "-id")
    let (scope, account) = try Users.reach(call)
    let filter: [SQLValue] = [
      account, .text(request.status), .containing(request.search),
    ]
    let found = try await page.read(
      counted: AccountQueries.count, listed: AccountQueries.list(page.order), filter,
      on: database, in: scope, call.deadline)
    let listed = try found.rows.map { try StoredAccount(row: $0) }
    let summaries = await users.credits.summaries(of: listed.map(\.id), call)
    return Auth.ListAccountsReply(
      count: found.count, results: listed.map { $0.reply(summaries[$0.id]) },
      nextCursor: found.next)
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Auth.Account {
    let (scope, _) = try Users.reach(call)
    let rows = try await database.run(
      AccountQueries.get, [.int(request.id)], in: scope, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    let account = try StoredAccount(row: row)
    return account.reply(await users.credits.summaries(of: [account.id], call)[account.id])
  }

  /// A repeat with the same key books nothing again and answers the same. Billing writes down who
  /// did it along with the entry, and tells the log.
  private func adjust(
    _ request: Auth.AdjustUserCreditsRequest, _ call: IncomingCall
  ) async throws -> Auth.CreditAdjustment {
    guard let amount = request.amount else { throw RPCError(required: "amount") }
    guard let reason = given(request.reason) else {
      throw RPCError(required: "reason")
    }
    let account = try await users.find(request.id, call).account.id
    let booked = try await users.credits.adjust(account, by: amount, reason: reason, call)
    return Auth.CreditAdjustment(
      id: booked.id, accountID: account.value, amount: booked.amount,
      balanceAfter: booked.balanceAfter, description: booked.description,
      createdAt: booked.createdAt)
  }
}

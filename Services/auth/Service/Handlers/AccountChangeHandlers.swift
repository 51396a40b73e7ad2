import AuthContract
import AuthCore
import CommonContract
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What is changed about an account: by its people, or by platform staff.
struct AccountChangeHandlers: Sendable {
  let users: Users
  let messagesWaiting: @Sendable () -> Void

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountsMethods.updateAccount, update)
    routes.answer(AccountsMethods.suspendAccount) { request, call in
      try await obey(.suspend, request.id, because: given(request.reason), call)
    }
    routes.answer(AccountsMethods.activateAccount) { request, call in
      try await obey(.activate, request.id, because: nil, call)
    }
  }

  private func update(
    _ request: Auth.UpdateAccountRequest, _ call: IncomingCall
  ) async throws -> Auth.Account {
    let name = request.name.map { given($0) }
    if case .some(.none) = name { throw RPCError(field: "name", "This field may not be blank") }
    return try await change(request.id, call) { account, transaction in
      guard let name = name ?? nil, name != account.name else { return account }
      let now = users.time.now()
      let entry = AuditEntry(
        action: "account.updated", account: account.id, objectType: "account",
        objectID: account.id.value, before: ["name": .string(account.name)],
        after: ["name": .string(name)])
      let answers = try await transaction.runAll([
        (AccountQueries.update, [.id(account.id), .text(name), .null, .instant(now)]),
        entry.command(call, at: now),
      ])
      return try StoredAccount(row: answers[0].one())
    }
  }

  /// Suspends or activates; where nothing is to be done, nothing is.
  private func obey(
    _ order: AccountStatus.Order, _ id: Int64, because reason: String?, _ call: IncomingCall
  ) async throws -> Auth.Account {
    let reply = try await change(id, call) { account, transaction in
      if order == .suspend, account.slug == PlatformAccount.slug {
        throw RPCError(
          .failedPrecondition, "The platform's own account cannot be suspended",
          reason: "platform_account")
      }
      guard let status = account.status.after(order) else {
        throw RPCError(
          .failedPrecondition, "The account is \(account.status.rawValue)", reason: "status")
      }
      if status == account.status { return account }
      return try await set(status, of: account, because: reason, call, in: transaction)
    }
    messagesWaiting()
    return reply
  }

  private func set(
    _ status: AccountStatus, of account: StoredAccount, because reason: String?,
    _ call: IncomingCall, in transaction: Transaction
  ) async throws -> StoredAccount {
    let now = users.time.now()
    let kind = status.isSuspended ? "account.suspended" : "account.activated"
    var after: [JSONValue.Member] = [.init("status", .string(status.rawValue))]
    if let reason { after.append(.init("reason", .string(reason))) }
    let entry = AuditEntry(
      action: kind, account: account.id, objectType: "account", objectID: account.id.value,
      before: ["status": .string(account.status.rawValue)], after: .object(after))
    let payload: JSONValue = ["account_id": .int(account.id.value)]
    Outbox.add(.event(kind, account: account.id, payload: payload.text), in: transaction)
    let answers = try await transaction.runAll([
      (AccountQueries.update, [.id(account.id), .null, .text(status.rawValue), .instant(now)]),
      entry.command(call, at: now),
    ])
    return try StoredAccount(row: answers[0].one())
  }

  /// Changes an account within reach, locked.
  /// - Throws: `.notFound`.
  private func change(
    _ id: Int64, _ call: IncomingCall,
    _ body: @Sendable (StoredAccount, Transaction) async throws -> StoredAccount
  ) async throws -> Auth.Account {
    let (scope, _) = try Users.reach(call)
    let account = try await users.database.transaction(in: scope, deadline: call.deadline) {
      guard let row = try await $0.run(AccountQueries.lock, [.int(id)]).first else {
        throw RPCError.missing
      }
      return try await body(try StoredAccount(row: row), $0)
    }
    return account.reply(await users.credits.summaries(of: [account.id], call)[account.id])
  }
}

import AuthContract
import AuthCore
import CommonContract
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// The owner asks for the account to go, looks when, and calls it off.
struct ErasureHandlers: Sendable {
  let users: Users
  let messagesWaiting: @Sendable () -> Void

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountsMethods.eraseAccount, on: .pool, schedule)
    routes.answer(AccountsMethods.getErasure, get)
    routes.answer(AccountsMethods.cancelErasure, cancel)
  }

  private func get(_ request: Common.Empty, _ call: IncomingCall) async throws -> Auth.Erasure {
    let account = try call.requireAccount()
    let found = try await users.database.run(
      ErasureQueries.lock, [.id(account)], in: .account(account), deadline: call.deadline)
    guard let row = found.first else { throw RPCError.missing }
    return Auth.Erasure(
      accountID: account.value, status: try row.text("status"),
      eraseAt: try row.optionalInstant("erase_at"))
  }

  /// The first request's time stays.
  private func schedule(
    _ request: Auth.EraseAccountRequest, _ call: IncomingCall
  ) async throws -> Auth.Erasure {
    let account = try call.requireAccount()
    guard request.id == 0 || request.id == account.value else { throw RPCError.missing }
    try await requirePassword(request.password, call)
    let reply = try await users.database.transaction(
      in: .account(account), deadline: call.deadline
    ) {
      guard let row = try await $0.run(ErasureQueries.lock, [.id(account)]).first else {
        throw RPCError.missing
      }
      guard try row.text("slug") != PlatformAccount.slug else {
        throw RPCError(
          .failedPrecondition, "The platform's own account cannot be erased",
          reason: "platform_account")
      }
      if let known = try row.optionalInstant("erase_at") {
        return Auth.Erasure(
          accountID: account.value, status: try row.text("status"), eraseAt: known)
      }
      let now = users.time.now()
      let end = now + Erasure.grace
      return try await change(
        "account.erasure_requested", told: "account.suspended", from: row,
        (ErasureQueries.schedule, [.id(account), .instant(end), .instant(now)]), until: end, call,
        in: $0)
    }
    messagesWaiting()
    return reply
  }

  private func cancel(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Auth.Erasure {
    let account = try call.requireAccount()
    let reply = try await users.database.transaction(
      in: .account(account), deadline: call.deadline
    ) {
      guard let row = try await $0.run(ErasureQueries.lock, [.id(account)]).first else {
        throw RPCError.missing
      }
      guard try row.optionalInstant("erase_at") != nil else {
        return Auth.Erasure(accountID: account.value, status: try row.text("status"))
      }
      return try await change(
        "account.erasure_cancelled", told: "account.activated", from: row,
        (ErasureQueries.cancel, [.id(account), .instant(users.time.now())]), until: nil, call,
        in: $0)
    }
    messagesWaiting()
    return reply
  }

  private func change(
    _ action: String, told kind: String, from row: Row, _ command: (Statement, [SQLValue]),
    until end: Instant?, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Auth.Erasure {
    let account = try call.requireAccount()
    let before = try row.text("status")
    let status = try await transaction.run(command.0, command.1).one().text(0)
    let entry = AuditEntry(
      action: action, account: account, objectType: "account", objectID: account.value,
      before: ["status": .string(before)],
      after: [
        "status": .string(status), "erase_at": end.map { .string($0.rfc3339) } ?? .null,
      ])
    let (statement, values) = entry.command(call, at: users.time.now())
    _ = try await transaction.run(statement, values)
    // Who was suspended before hears nothing new.
    if status != before {
      let payload: JSONValue = ["account_id": .int(account.value)]
      Outbox.add(.event(kind, account: account, payload: payload.text), in: transaction)
    }
    return Auth.Erasure(accountID: account.value, status: status, eraseAt: end)
  }

  private func requirePassword(_ password: String?, _ call: IncomingCall) async throws {
    guard let password, !password.isEmpty else { throw RPCError(required: "password") }
    guard let id = call.context.user else {
      throw RPCError(.permissionDenied, "This needs a user", reason: "no_user")
    }
    let user = try await users.find(id.value, call)
    guard try await users.hashing.verify(password, against: user.passwordHash) else {
      throw RPCError(field: "password", "Wrong password")
    }
  }
}

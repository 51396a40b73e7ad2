import BillingContract
import BillingCore
import JSON
import Kernel
import Postgres
import RPC

/// How an account pays, as it is stored.
struct StoredMethod: Sendable {
  let id: Int64
  let account: AccountID
  let way: PaymentWay
  let isEnabled: Bool
  /// The provider's customer and its number of the card; what it takes to charge it.
  let customer: String?
  let providerMethod: String?
  let reply: Billing.PaymentMethod

  /// A row with the columns of `billing.method.get`.
  init(row: Row) throws {
    (id, account, way) = (try row.int(0), AccountID(try row.int(1)), try row.state(2))
    isEnabled = try row.bool(5)
    (customer, providerMethod) = (try row.optionalText(12), try row.optionalText(13))
    reply = Billing.PaymentMethod(
      id: id, accountID: account.value, type: way.rawValue, displayName: try row.text(3),
      isDefault: try row.bool(4), isEnabled: isEnabled, countryCode: try row.text(6),
      instructions: try row.text(7), brand: try row.text(8), last4: try row.text(9),
      expMonth: try row.optionalInt(10).map { Int32(truncatingIfNeeded: $0) },
      expYear: try row.optionalInt(11).map { Int32(truncatingIfNeeded: $0) },
      isChargeable: customer != nil && providerMethod != nil, createdAt: try row.instant(14),
      updatedAt: try row.instant(15))
  }

  /// Whether it is the one that terms are charged to.
  var canRenew: Bool { reply.isDefault && isEnabled && reply.isChargeable }

  var told: JSONValue {
    .object([
      .init("type", .string(way.rawValue)), .init("display_name", .string(reply.displayName)),
      .init("is_default", .bool(reply.isDefault)), .init("is_enabled", .bool(isEnabled)),
      .init("last4", .string(reply.last4)),
    ])
  }
}

/// A card that a provider keeps.
struct KeptCard: Sendable, Hashable {
  var customer: String
  var method: String
  var brand = ""
  var last4 = ""
  var expiryMonth: Int64?
  var expiryYear: Int64?
}

/// The methods of accounts. One of them is the default, if there is any; changes of one account
/// happen one after the other, under its lock.
struct MethodBook: Sendable {
  let database: Database
  let time: any TimeSource

  func find(
    _ id: Int64, of account: AccountID, deadline: Deadline?
  ) async throws -> StoredMethod {
    let rows = try await database.run(
      PaymentMethodQueries.get, [.id(account), .int(id)], in: .account(account),
      deadline: deadline)
    return try Self.found(rows)
  }

  /// Whose a method is, for staff.
  func owner(of id: Int64, deadline: Deadline?) async throws -> AccountID {
    let rows = try await database.run(
      PaymentMethodQueries.owner, [.int(id)], in: .allAccounts, deadline: deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return AccountID(try row.int(0))
  }

  /// Whom the card provider knows the account as.
  func customer(of account: AccountID, deadline: Deadline?) async throws -> String? {
    let rows = try await database.run(
      PaymentMethodQueries.customer, [.id(account)], in: .account(account), deadline: deadline)
    return try rows.first?.optionalText(0)
  }

  func add(
    _ request: Billing.CreatePaymentMethodRequest, _ card: KeptCard?, to account: AccountID,
    by doer: Doer, in transaction: Transaction
  ) async throws -> StoredMethod {
    try await transaction.lockLedger(of: account)
    if request.isDefault {
      _ = try await transaction.run(PaymentMethodQueries.clearDefault, [.id(account), .null])
    }
    let rows = try await transaction.run(
      PaymentMethodQueries.insert,
      [
        .id(account), .text(request.type), .text(request.displayName), .bool(request.isDefault),
        .bool(request.isEnabled), .text(try MethodOffers.checked(country: request.countryCode)),
        .text(request.instructions), .text(card?.brand ?? ""), .text(card?.last4 ?? ""),
        .int(card?.expiryMonth), .int(card?.expiryYear), .text(card?.customer),
        .text(card?.method), .instant(time.now()),
      ])
    let added = try Self.found(rows)
    note("added", added, nil, by: doer, in: transaction)
    hurry(added, in: transaction)
    return added
  }

  func update(
    _ request: Billing.UpdatePaymentMethodRequest, of account: AccountID, by doer: Doer,
    deadline: Deadline?
  ) async throws -> StoredMethod {
    if request.displayName?.isEmpty == true { throw RPCError(required: "display_name") }
    let country = try request.countryCode.map(MethodOffers.checked)
    return try await database.transaction(in: .account(account), deadline: deadline) {
      transaction in
      try await transaction.lockLedger(of: account)
      let before = try Self.found(
        try await transaction.run(
          PaymentMethodQueries.get, [.id(account), .int(request.id)]))
      if request.isDefault == true {
        _ = try await transaction.run(
          PaymentMethodQueries.clearDefault, [.id(account), .int(request.id)])
      }
      let rows = try await transaction.run(
        PaymentMethodQueries.update,
        [
          .id(account), .int(request.id), .text(request.displayName), .bool(request.isDefault),
          .bool(request.isEnabled), .text(country), .text(request.instructions),
          .instant(time.now()),
        ])
      let changed = try Self.found(rows)
      note("updated", changed, before, by: doer, in: transaction)
      if !before.canRenew { hurry(changed, in: transaction) }
      return changed
    }
  }

  /// Another one becomes the default, if it was that.
  func remove(
    _ id: Int64, of account: AccountID, by doer: Doer, deadline: Deadline?
  ) async throws {
    try await database.transaction(in: .account(account), deadline: deadline) { transaction in
      try await transaction.lockLedger(of: account)
      let place: [SQLValue] = [.id(account), .int(id)]
      let before = try Self.found(try await transaction.run(PaymentMethodQueries.get, place))
      _ = try await transaction.run(PaymentMethodQueries.delete, place)
      if before.reply.isDefault {
        _ = try await transaction.run(PaymentMethodQueries.promote, [.id(account)])
      }
      let line = AuditLine(
        "payment_method.removed", account: account, "payment_method", id, before: before.told)
      transaction.runLater(line.commands(by: doer, at: time.now()))
    }
  }

  /// A card that can pay for a term now is asked for one that is owed.
  private func hurry(_ method: StoredMethod, in transaction: Transaction) {
    guard method.canRenew else { return }
    transaction.runLater([
      (RenewalQueries.hurry, [.id(method.account), .instant(time.now())])
    ])
  }

  private func note(
    _ what: String, _ method: StoredMethod, _ before: StoredMethod?, by doer: Doer,
    in transaction: Transaction
  ) {
    let line = AuditLine(
      "payment_method.\(what)", account: method.account, "payment_method", method.id,
      before: before?.told, after: method.told)
    transaction.runLater(line.commands(by: doer, at: time.now()))
  }

  private static func found(_ rows: Rows) throws -> StoredMethod {
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return try StoredMethod(row: row)
  }
}

import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What an account says of top-ups, and what it is told of low credits.
struct TopUpHandlers: Sendable {
  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.getAutoTopUp, get)
    routes.answer(PaymentsMethods.updateAutoTopUp, update)
    routes.answer(PaymentsMethods.listCreditNotices, notices)
    routes.answer(PaymentsMethods.dismissCreditNotice, dismiss)
  }

  private func get(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.AutoTopUp {
    let account = try call.requireAccount()
    let month = Period(containing: time.now()).start
    let rows = try await database.runAll(
      [
        (TopUpQueries.settings, [.id(account)]),
        (TopUpQueries.spent, [.id(account), .instant(month)]),
        (TopUpQueries.lastProblem, [.id(account)]),
      ], in: .account(account), deadline: call.deadline)
    guard let row = rows[0].first else { return Billing.AutoTopUp(isEnabled: false) }
    let settings = try TopUpSettings(row: row)
    let spent = Money(minor: try rows[1].one().int(0), settings.cap.currency)
    return Billing.AutoTopUp(
      isEnabled: settings.isEnabled, threshold: settings.threshold.value,
      packageID: settings.package.id, monthlyCap: settings.cap.text,
      currency: settings.cap.currency.code, spentThisMonth: spent.text,
      isArmed: settings.isArmed, lastProblem: try rows[2].first?.optionalText(0))
  }

  private func update(
    _ request: Billing.UpdateAutoTopUpRequest, _ call: IncomingCall
  ) async throws -> Billing.AutoTopUp {
    let account = try call.requireAccount()
    guard request.threshold >= 0 else {
      throw RPCError(field: "threshold", "Must not be negative")
    }
    try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      let rows = try await transaction.runAll([
        (LedgerQueries.lock, [.id(account)]), (CatalogQueries.package, [.int(request.packageID)]),
      ])
      guard !rows[0].isEmpty else { throw RPCError.unopened }
      guard let row = rows[1].first else { throw RPCError(field: "package_id", "Unknown package") }
      let package = try PackageOffer(row: row)
      guard let cap = Money(request.monthlyCap, package.price.currency), cap.minor > 0 else {
        throw RPCError(field: "monthly_cap", "Enter an amount such as 100.00")
      }
      _ = try await transaction.run(
        TopUpQueries.save,
        [
          .id(account), .bool(request.isEnabled), .int(request.threshold), .int(package.id),
          .int(cap.minor), .instant(time.now()),
        ])
      let line = AuditLine(
        "top_up.settings", account: account, "auto_top_up", account.value,
        after: .object([
          .init("is_enabled", .bool(request.isEnabled)),
          .init("threshold", .int(request.threshold)), .init("package_id", .int(package.id)),
          .init("monthly_cap", .string(cap.text)),
        ]))
      transaction.runLater(line.commands(by: Doer(call), at: time.now()))
    }
    return try await get(Common.Empty(), call)
  }

  private func notices(
    _ request: Billing.ListCreditNoticesRequest, _ call: IncomingCall
  ) async throws -> Billing.ListCreditNoticesReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let filter: [SQLValue] = [.id(account), .bool(request.includeDismissed)]
    let rows = try await database.runAll(
      [
        (TopUpQueries.countNotices, filter),
        (TopUpQueries.notices, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Billing.ListCreditNoticesReply(
      count: try rows[0].one().int(0), results: try rows[1].map(Billing.CreditNotice.init(row:)))
  }

  private func dismiss(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.CreditNotice {
    let account = try call.requireAccount()
    let rows = try await database.run(
      TopUpQueries.dismiss,
      [.id(account), .int(request.id), .id(call.context.user), .instant(time.now())],
      in: .account(account), deadline: call.deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return try Billing.CreditNotice(row: row)
  }
}

extension Billing.CreditNotice {
  /// A row of `billing.notice.list`.
  init(row: Row) throws {
    self.init(
      id: try row.int(0), kind: try row.text(1),
      percent: try row.optionalInt(2).map { Int32(truncatingIfNeeded: $0) },
      required: try row.optionalInt(3), balance: try row.int(4), available: try row.int(5),
      createdAt: try row.instant(6), dismissedAt: try row.optionalInstant(7))
  }
}

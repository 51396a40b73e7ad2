import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Plans, packages, prices and the account's subscription.
struct CatalogHandlers: Sendable {
  let ledgers: LedgerStore
  private var database: Database { ledgers.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(BillingMethods.listCosts, costs)
    routes.answer(BillingMethods.listCostConfigs, allCosts)
    routes.answer(BillingMethods.updateCosts, updateCosts)
    routes.answer(BillingMethods.listPlans, plans)
    routes.answer(BillingMethods.getPlan, plan)
    routes.answer(BillingMethods.listPackages, packages)
    routes.answer(BillingMethods.getPackage, package)
    routes.answer(BillingMethods.listSubscriptions, subscriptions)
  }

  private func costs(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.ListCostsReply {
    try await costs(CatalogQueries.costs, call)
  }

  private func allCosts(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.ListCostsReply {
    try await costs(CatalogQueries.allCosts, call)
  }

  private func costs(
    _ statement: Statement, _ call: IncomingCall
  ) async throws -> Billing.ListCostsReply {
    let rows = try await database.run(statement, in: .none, deadline: call.deadline)
    return Billing.ListCostsReply(results: try rows.map(Billing.Cost.init(row:)))
  }

  private func updateCosts(
    _ request: Billing.UpdateCostsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListCostsReply {
    let updates = try request.checkedUpdates()
    let now = ledgers.time.now()
    let scope = call.context.account.map(Scope.account) ?? .none
    let rows = try await database.transaction(in: scope, deadline: call.deadline) {
      transaction in
      let changed = try await transaction.runAll(
        updates.map { update in
          (
            CatalogQueries.updateCost,
            [
              .text(PriceList.canonical(update.operationType)), .int(update.credits),
              .int(update.unitSize), .text(update.displayName), .instant(now),
              .id(call.context.user),
            ]
          )
        })
      guard changed.allSatisfy({ $0.rowsAffected == 1 }) else {
        throw RPCError(field: "operation_type", "Unknown operation")
      }
      if let account = call.context.account {
        transaction.runLater(
          updates.flatMap { $0.auditLine(account).commands(by: Doer(call), at: now) })
      }
      return try await transaction.run(CatalogQueries.allCosts)
    }
    return Billing.ListCostsReply(results: try rows.map(Billing.Cost.init(row:)))
  }

  private func plans(
    _ request: Billing.ListPlansRequest, _ call: IncomingCall
  ) async throws -> Billing.ListPlansReply {
    let page = try Page(request.page, size: request.pageSize)
    let rows = try await database.run(
      CatalogQueries.plans, [.containing(request.search)], in: .none,
      deadline: call.deadline)
    let plans = try ShortLists.plans.ordered(
      rows.map(Billing.Plan.init(row:)), by: request.ordering)
    return Billing.ListPlansReply(count: Int64(plans.count), results: page.cut(plans))
  }

  private func plan(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Plan {
    let row = try await one(CatalogQueries.plan, request.id, call)
    return try Billing.Plan(row: row)
  }

  private func packages(
    _ request: Billing.ListPackagesRequest, _ call: IncomingCall
  ) async throws -> Billing.ListPackagesReply {
    let page = try Page(request.page, size: request.pageSize)
    let rows = try await database.run(
      CatalogQueries.packages, [.containing(request.search)], in: .none,
      deadline: call.deadline)
    let packages = try ShortLists.packages.ordered(
      rows.map(Billing.Package.init(row:)), by: request.ordering)
    return Billing.ListPackagesReply(count: Int64(packages.count), results: page.cut(packages))
  }

  private func package(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Package {
    try Billing.Package(row: try await one(CatalogQueries.package, request.id, call))
  }

  private func one(_ statement: Statement, _ id: Int64, _ call: IncomingCall) async throws -> Row {
    let rows = try await database.run(statement, [.int(id)], in: .none, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return row
  }

  private func subscriptions(
    _ request: Billing.ListSubscriptionsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListSubscriptionsReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let rows = try await database.run(
      AccountQueries.subscriptions, [.int(account.value)], in: .account(account),
      deadline: call.deadline)
    let now = ledgers.time.now()
    let found = try ShortLists.subscriptions.ordered(
      rows.map { try Billing.Subscription(row: $0, at: now) }, by: request.ordering)
    return Billing.ListSubscriptionsReply(count: Int64(found.count), results: page.cut(found))
  }
}

extension Billing.CostUpdate {
  /// Prices are nobody's: the line is the account's whose staff changes them.
  fileprivate func auditLine(_ account: AccountID) -> AuditLine {
    AuditLine(
      "credit_cost.updated", account: account, "credit_cost", nil,
      after: .object([
        .init("operation_type", .string(PriceList.canonical(operationType))),
        .init("credits", credits.map { .int($0) } ?? .null),
        .init("unit_size", unitSize.map { .int($0) } ?? .null),
      ]))
  }
}

extension Billing.UpdateCostsRequest {
  /// The one update of the request's own fields, or the several of `updates`.
  func checkedUpdates() throws -> [Billing.CostUpdate] {
    var all = updates
    if !operationType.isEmpty {
      all.append(
        Billing.CostUpdate(
          operationType: operationType, credits: credits, unitSize: unitSize,
          displayName: displayName))
    }
    if all.isEmpty { throw RPCError(required: "operation_type") }
    for update in all {
      if let credits = update.credits, !(1...Price.largestCredits).contains(credits) {
        throw RPCError(field: "credits", "Must be between 1 and \(Price.largestCredits)")
      }
      if let size = update.unitSize, !(1...Price.largestAmount).contains(size) {
        throw RPCError(field: "unit_size", "Must be between 1 and \(Price.largestAmount)")
      }
    }
    return all
  }
}

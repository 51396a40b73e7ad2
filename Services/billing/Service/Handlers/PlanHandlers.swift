import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Plans as staff writes them, and what operations have cost.
struct PlanHandlers: Sendable {
  let database: Database
  let time: any TimeSource
  /// The slug of the plan that accounts begin on.
  let defaultPlan: String

  func register(in routes: inout RPCRoutes) {
    routes.answer(SubscriptionsMethods.listAllPlans, list)
    routes.answer(SubscriptionsMethods.getAnyPlan, get)
    routes.answer(SubscriptionsMethods.createPlan, create)
    routes.answer(SubscriptionsMethods.updatePlan, update)
    routes.answer(SubscriptionsMethods.deletePlan, delete)
    routes.answer(SubscriptionsMethods.listCostHistory, costs)
  }

  private func list(
    _ request: Billing.ListPlansRequest, _ call: IncomingCall
  ) async throws -> Billing.ListPlansReply {
    let page = try Page(request.page, size: request.pageSize)
    let rows = try await database.run(
      CatalogQueries.allPlans, [.containing(request.search)], in: .none, deadline: call.deadline)
    let plans = try ShortLists.plans.ordered(
      rows.map(Billing.Plan.init(row:)), by: request.ordering)
    return Billing.ListPlansReply(count: Int64(plans.count), results: page.cut(plans))
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Plan {
    let rows = try await database.run(
      CatalogQueries.anyPlan, [.int(request.id)], in: .none, deadline: call.deadline)
    return try Billing.Plan(row: try found(rows))
  }

  private func found(_ rows: Rows) throws -> Row {
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return row
  }

  private func create(
    _ request: Billing.PlanWrite, _ call: IncomingCall
  ) async throws -> Billing.Plan {
    let missing = [
      ("name", request.name?.isEmpty ?? true), ("slug", request.slug?.isEmpty ?? true),
      ("price", request.price == nil), ("included_credits", request.includedCredits == nil),
    ].filter(\.1).map { FieldError(name: $0.0, messages: ["This field is required"]) }
    guard missing.isEmpty else { throw RPCError(invalid: missing) }
    return try await write(CatalogQueries.createPlan, request, "plan.created", call)
  }

  private func update(
    _ request: Billing.PlanWrite, _ call: IncomingCall
  ) async throws -> Billing.Plan {
    let isKept = request.isActive != false && [nil, defaultPlan].contains(request.slug)
    return try await write(CatalogQueries.updatePlan, request, "plan.updated", call) {
      if !isKept { try requireNotDefault(try await plan(request.id, in: $0)) }
    }
  }

  private func write(
    _ statement: Statement, _ request: Billing.PlanWrite, _ action: String, _ call: IncomingCall,
    ifAllowed check: @Sendable (Transaction) async throws -> Void = { _ in }
  ) async throws -> Billing.Plan {
    try request.check()
    let now = time.now()
    let values: [SQLValue] = [
      .int(request.id), .text(request.name), .text(request.slug), .text(request.price),
      .text(request.currency), .int(request.includedCredits), .text(request.extraCreditPrice),
      .bool(request.allowCreditTopup), .text(request.supportLevel), .json(request.features),
      .bool(request.isActive), .int(request.maxUsers), .int(request.maxSites),
      .int(request.maxIndustries), .int(request.maxAuthorProfiles), .instant(now),
    ]
    return try await change(call) { transaction in
      try await check(transaction)
      do {
        let plan = try Billing.Plan(row: try found(try await transaction.run(statement, values)))
        return (plan, action)
      } catch let error as PostgresError where error.constraint == "plans_slug" {
        throw RPCError(
          .alreadyExists, "Conflict",
          details: ErrorDetails(fields: [
            FieldError(name: "slug", messages: ["Plan with this slug already exists"])
          ]))
      }
    }
  }

  private func plan(_ id: Int64, in transaction: Transaction) async throws -> Row {
    try found(try await transaction.run(CatalogQueries.anyPlan, [.int(id)]))
  }

  /// Without the plan that accounts begin on nobody could register.
  private func requireNotDefault(_ plan: Row) throws {
    guard try plan.text("slug") != defaultPlan else {
      throw RPCError(
        .failedPrecondition, "New accounts begin on this plan", reason: "default_plan")
    }
  }

  private func delete(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await change(call) { transaction in
      let row = try await plan(request.id, in: transaction)
      try requireNotDefault(row)
      let inUse = RPCError(
        .failedPrecondition, "Somebody has or had the plan; switch it off", reason: "plan_in_use")
      do {
        let gone = try await transaction.run(CatalogQueries.deletePlan, [.int(request.id)])
        guard gone.rowsAffected == 1 else { throw inUse }
      } catch let error as PostgresError where error.sqlState == "23503" {
        throw inUse
      }
      return (try Billing.Plan(row: row), "plan.deleted")
    }
    return Common.Empty()
  }

  /// Plans are nobody's: the line of the audit is the account's whose staff changes them.
  private func change(
    _ call: IncomingCall,
    _ body: @Sendable (Transaction) async throws -> (plan: Billing.Plan, action: String)
  ) async throws -> Billing.Plan {
    let account = try call.requireAccount()
    return try await database.transaction(in: .allAccounts, deadline: call.deadline) {
      transaction in
      let (plan, action) = try await body(transaction)
      let line = AuditLine(
        action, account: account, "plan", plan.id,
        after: .object([
          .init("slug", .string(plan.slug)), .init("price", .string(plan.price)),
          .init("currency", .string(plan.currency)),
          .init("included_credits", .int(plan.includedCredits)),
          .init("is_active", .bool(plan.isActive)),
        ]))
      transaction.runLater(line.commands(by: Doer(call), at: time.now()))
      return plan
    }
  }

  private func costs(
    _ request: Billing.ListCostHistoryRequest, _ call: IncomingCall
  ) async throws -> Billing.ListCostHistoryReply {
    let page = try Page(request.page, size: request.pageSize)
    let operation: SQLValue = .text(PriceList.canonical(request.operationType))
    let rows = try await database.runAll(
      [
        (CatalogQueries.countCostHistory, [operation]),
        (CatalogQueries.costHistory, [operation, .int(page.size), .int(page.offset)]),
      ], in: .none, deadline: call.deadline)
    let count = try rows[0].one().int(0)
    guard count > 0 else { throw RPCError(.notFound, "Resource not found") }
    return Billing.ListCostHistoryReply(
      count: count,
      results: try rows[1].map { row in
        Billing.CostVersion(
          id: try row.int(0), operationType: try row.text(1), credits: try row.int(2),
          unitSize: try row.int(3), displayName: try row.text(4),
          effectiveFrom: try row.instant(5), userID: try row.optionalInt(6))
      })
  }
}

extension Billing.PlanWrite {
  /// - Throws: `RPCError` naming every field that is wrong.
  fileprivate func check() throws {
    var wrong: [FieldError] = []
    func check(_ field: String, _ isFine: Bool, _ message: String) {
      if !isFine { wrong.append(FieldError(name: field, messages: [message])) }
    }
    let code = Currency(currency ?? "USD")
    check("currency", code.map { $0.digits <= 2 } ?? false, "Must be a currency's three letters")
    check("name", name.map { !$0.isEmpty } ?? true, "This field is required")
    let letters = slug?.utf8.allSatisfy {
      (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
    }
    check("slug", slug != "" && letters ?? true, "Only a–z, 0–9 and - are possible")
    func isPrice(_ text: String?) -> Bool {
      guard let text else { return true }
      return Money(text, code ?? .dollar).map { $0.minor >= 0 } ?? false
    }
    check("price", isPrice(price), "Must be an amount of money")
    check("extra_credit_price", isPrice(extraCreditPrice), "Must be an amount of money")
    let isList = features.map { text in
      guard case .array(let items)? = try? JSONValue(parsing: text) else { return false }
      return items.allSatisfy { if case .string = $0 { true } else { false } }
    }
    check("features", isList ?? true, "Must be a list of texts")
    let counts = [
      ("included_credits", includedCredits, Price.largestAmount),
      ("max_users", maxUsers, 1_000_000),
      ("max_sites", maxSites, 1_000_000), ("max_industries", maxIndustries, 1_000_000),
      ("max_author_profiles", maxAuthorProfiles, 1_000_000),
    ]
    for (field, count, most) in counts {
      check(field, count.map { (0...most).contains($0) } ?? true, "Must be between 0 and \(most)")
    }
    guard wrong.isEmpty else { throw RPCError(invalid: wrong) }
  }
}

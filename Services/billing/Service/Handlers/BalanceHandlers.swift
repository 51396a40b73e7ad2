import BillingContract
import BillingCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// Balance, quotes and limits of the caller's account.
struct BalanceHandlers: Sendable {
  let accounts: Accounts
  private var ledgers: LedgerStore { accounts.ledgers }

  func register(in routes: inout RPCRoutes) {
    routes.answer(BillingMethods.getBalance, balance)
    routes.answer(BillingMethods.estimate, estimate)
    routes.answer(BillingMethods.quoteAll, quoteAll)
    routes.answer(BillingMethods.listLimits, limits)
  }

  private func balance(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.Balance {
    let account = try call.requireAccount()
    let summary = try await accounts.summary(of: account, deadline: call.deadline)
    return Billing.Balance(
      credits: summary.credits, reservedCredits: summary.reservedCredits,
      availableCredits: summary.availableCredits,
      planCreditsPerMonth: summary.plan?.includedCredits ?? 0,
      creditsUsedThisMonth: try await usedThisMonth(account, call.deadline),
      creditsRemaining: summary.availableCredits)
  }

  private func usedThisMonth(_ account: AccountID, _ deadline: Deadline) async throws -> Int64 {
    let month = Period(containing: ledgers.time.now())
    return try await ledgers.database.run(
      AccountQueries.usedSince, [.int(account.value), .instant(month.start)],
      in: .account(account), deadline: deadline
    ).one().int(0)
  }

  private func estimate(
    _ request: Billing.EstimateRequest, _ call: IncomingCall
  ) async throws -> Billing.Quote {
    let quotes = try await quote([request], call)
    guard let quote = quotes.items.first else { throw PriceRefusal.unknownOperation.rpcError }
    return quote
  }

  private func quoteAll(
    _ request: Billing.QuoteAllRequest, _ call: IncomingCall
  ) async throws -> Billing.Quotes {
    try await quote(request.items, call)
  }

  private func quote(
    _ items: [Billing.EstimateRequest], _ call: IncomingCall
  ) async throws -> Billing.Quotes {
    let account = try call.requireAccount()
    let operations = Set(items.map { PriceList.canonical($0.operation) }).sorted()
    let rows = try await ledgers.database.run(
      LedgerQueries.prices, [.texts(operations)], in: .none, deadline: call.deadline)
    let prices = PriceList(try rows.map(Price.init(row:)))
    let available = try await accounts.summary(of: account, deadline: call.deadline)
      .availableCredits
    let quotes = try items.map { try Billing.Quote($0, prices, available: available) }
    let total = quotes.reduce(0) { $0 + $1.cost }
    return Billing.Quotes(
      items: quotes, total: total, availableCredits: available, enough: total <= available)
  }

  /// Credits of the month, and the numbers of things that a plan allows. Those are counted by the
  /// contexts that own them.
  private func limits(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.ListLimitsReply {
    let account = try call.requireAccount()
    let summary = try await accounts.summary(of: account, deadline: call.deadline)
    let plan = summary.plan ?? Billing.Plan()
    let used = try await usedThisMonth(account, call.deadline)
    let allowed = [
      ("Users", plan.maxUsers, "users"), ("Sites", plan.maxSites, "sites"),
      ("Industries", plan.maxIndustries, "industries"),
      ("Author profiles", plan.maxAuthorProfiles, "profiles"),
    ]
    let credits = Billing.Limit(
      title: "Monthly credits", limit: plan.includedCredits, used: used,
      available: summary.availableCredits, unit: "credits", category: "credits",
      percentage: Self.percentage(used, of: plan.includedCredits))
    return Billing.ListLimitsReply(
      results: [credits]
        + allowed.map { title, limit, unit in
          Billing.Limit(title: title, limit: limit, unit: unit, category: "account")
        })
  }

  /// With one digit behind the point.
  private static func percentage(_ used: Int64, of limit: Int64) -> Double {
    limit > 0 ? (Double(used) * 1_000 / Double(limit)).rounded() / 10 : 0
  }
}

extension Billing.Quote {
  init(_ item: Billing.EstimateRequest, _ prices: PriceList, available: Int64) throws {
    do throws(PriceRefusal) {
      let price = try prices.price(of: item.operation)
      let cost = try price.cost(of: item.amount).value
      self.init(
        operation: price.operation, amount: item.amount, cost: cost,
        availableCredits: available, enough: cost <= available, unit: price.unit,
        unitSize: price.unitSize)
    } catch {
      throw error.rpcError
    }
  }
}

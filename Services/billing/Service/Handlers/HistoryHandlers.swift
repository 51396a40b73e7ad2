import BillingContract
import BillingCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// What happened: entries with what is behind them, and usage.
struct HistoryHandlers: Sendable {
  let accounts: Accounts
  private var database: Database { accounts.ledgers.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(BillingMethods.listTransactions, transactions)
    routes.answer(BillingMethods.explainTransaction, explain)
    routes.answer(BillingMethods.listUsage, usage)
    routes.answer(BillingMethods.summarizeUsage, summarize)
    AnalyticsHandlers(accounts: accounts).register(in: &routes)
  }

  private func transactions(
    _ request: Billing.ListTransactionsRequest, _ call: IncomingCall
  ) async throws -> Billing.ListTransactionsReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let stretch = try Stretch(start: request.startDate, end: request.endDate)
    let list = try order(request.ordering, among: HistoryQueries.entryOrders)
    let kind = request.transactionType
    let filter: [SQLValue] = [
      .int(account.value), .text(kind.isEmpty ? nil : kind), .instant(stretch.from),
      .instant(stretch.before), .containing(request.search),
    ]
    let rows = try await database.runAll(
      [
        (HistoryQueries.countEntries, filter),
        (list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Billing.ListTransactionsReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { try StoredEntry(row: $0).reply(of: account) })
  }

  /// The statement of an ordering: one name of the table, with a minus for downwards.
  private func order(
    _ wanted: String, among orders: [String: Statement]
  ) throws -> Statement {
    guard let statement = orders[wanted.isEmpty ? "-created_at" : wanted] else {
      throw RPCError(field: "ordering", "Unknown ordering")
    }
    return statement
  }

  private func explain(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Explanation {
    let account = try call.requireAccount()
    let id: SQLValue = .int(account.value)
    let found = try await database.run(
      HistoryQueries.entry, [id, .int(request.id)], in: .account(account),
      deadline: call.deadline)
    guard let row = found.first else { throw RPCError(.notFound, "Resource not found") }
    let stored = try StoredEntry(row: row)
    let rows = try await database.runAll(
      [
        (HistoryQueries.lots, [id, .ints(stored.entry.movements.map(\.lot.value))]),
        (LedgerQueries.hold, [id, .id(stored.entry.hold)]),
        (HistoryQueries.usageOfEntry, [id, .int(stored.entry.seq)]),
        (HistoryQueries.entryBySeq, [id, .int(stored.entry.seq - 1)]),
        (ContentQueries.ofEntry, [id, .int(stored.entry.seq)]),
      ], in: .account(account), deadline: call.deadline)
    let lots = try rows[0].map(Lot.init(row:))
    return Billing.Explanation(
      transaction: stored.reply(of: account),
      lots: stored.entry.movements.compactMap { movement in
        lots.first { $0.id == movement.lot }.map { Billing.LotMovement(movement, of: $0) }
      },
      hold: try rows[1].first.map { try Hold(row: $0).reply },
      usage: try rows[2].first.map(Billing.UsageEntry.init(row:)),
      previousID: try rows[3].first.map { try $0.int(0) },
      contentID: try rows[4].first.map { try $0.int(0) },
      publicURL: try rows[4].first?.optionalText(1))
  }

  private func usage(
    _ request: Billing.ListUsageRequest, _ call: IncomingCall
  ) async throws -> Billing.ListUsageReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let stretch = try Stretch(start: request.startDate, end: request.endDate)
    let list = try order(request.ordering, among: HistoryQueries.usageOrders)
    let operation = PriceList.canonical(request.operationType)
    let filter: [SQLValue] = [
      .int(account.value), .text(operation.isEmpty ? nil : operation), .instant(stretch.from),
      .instant(stretch.before), .containing(request.search), .int(request.siteID),
    ]
    let rows = try await database.runAll(
      [
        (HistoryQueries.countUsage, filter),
        (list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Billing.ListUsageReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map(Billing.UsageEntry.init(row:)))
  }

  private func summarize(
    _ request: Billing.SummarizeUsageRequest, _ call: IncomingCall
  ) async throws -> Billing.UsageSummary {
    let account = try call.requireAccount()
    let stretch = try Stretch(start: request.startDate, end: request.endDate)
    let end = stretch.before.map { $0 - .microseconds(1) }
    let month = Period(containing: stretch.from ?? end ?? accounts.ledgers.time.now())
    let (from, before) = (stretch.from ?? month.start, stretch.before ?? month.end)
    let place: [SQLValue] = [.int(account.value), .instant(from), .instant(before)]
    let rows = try await database.runAll(
      [
        (HistoryQueries.totals, place), (HistoryQueries.byOperation, place),
        (HistoryQueries.byModel, place), (HistoryQueries.authorized, place),
      ], in: .account(account), deadline: call.deadline)
    let totals = try rows[0].one()
    return Billing.UsageSummary(
      period: Billing.UsagePeriod(start: from, end: before),
      totalCreditsUsed: try totals.int(0), totalCostUsd: try totals.double(1),
      byOperation: try rows[1].one().json(0), byModel: try rows[2].one().json(0),
      totalCreditsAuthorized: try rows[3].one().int(0))
  }
}

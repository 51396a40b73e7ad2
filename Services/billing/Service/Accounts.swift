import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC

/// Opens accounts and sums them up.
struct Accounts: Sendable {
  let ledgers: LedgerStore
  let settings: BillingSettings

  private var database: Database { ledgers.database }

  /// Opens an account unless it is open: credit account, subscription and the first period's
  /// credits in one transaction. A plan that costs money is noted and waits for its payment.
  func open(
    _ account: AccountID, plan wanted: String, mayBeInternal: Bool = false, deadline: Deadline?
  ) async throws {
    try await database.transaction(in: .account(account), deadline: deadline) { transaction in
      let now = ledgers.time.now()
      let inserted = try await transaction.run(
        LedgerQueries.insertAccount,
        [.int(account.value), .bytes(Chain.origin), .instant(now)])
      guard inserted.rowsAffected == 1 else { return }
      let (plan, pending) = try await plans(wanted, mayBeInternal, in: transaction)
      let period = Period(containing: now)
      _ = try await transaction.run(
        LedgerQueries.insertSubscription,
        [
          .int(account.value), .int(plan), .instant(period.start), .instant(period.end),
          .instant(now), .int(pending),
        ])
      var loaded = try await ledgers.load(account, .none, [], at: now, in: transaction)
      loaded.ledger.open(at: now)
      _ = try await ledgers.store((), loaded.ledger, [], head: loaded.head, in: transaction)
    }
    ledgers.eventsWaiting()
  }

  /// The plan that an account begins on, and the one that it is to pay for.
  private func plans(
    _ wanted: String, _ mayBeInternal: Bool, in transaction: Transaction
  ) async throws -> (first: Int64, pending: Int64?) {
    let slugs = [settings.defaultPlan] + (wanted.isEmpty ? [] : [wanted])
    let found = try await transaction.runAll(
      slugs.map { (CatalogQueries.planBySlug, [.text($0), .bool(mayBeInternal)]) })
    guard let standard = found[0].first else {
      // Whoever promised the account keeps the promise until there is one.
      throw RPCError(
        .unavailable, "There is no plan to begin on",
        details: ErrorDetails(retryAfter: .seconds(30), reason: "no_default_plan"))
    }
    guard let chosen = found.last?.first else {
      throw RPCError(field: "plan_slug", "Unknown plan")
    }
    let (first, id) = (try standard.int("id"), try chosen.int("id"))
    let isPaid = try chosen.bool("is_paid")
    return isPaid && id != first ? (first, id) : (id, nil)
  }

  /// Accounts without credits are left out. What time has brought is booked first.
  func summaries(
    of accounts: [AccountID], in scope: Scope, deadline: Deadline?
  ) async throws -> [Billing.AccountSummary] {
    let values: [SQLValue] = [.ids(accounts), .instant(ledgers.time.now())]
    func read() async throws -> Rows {
      try await database.run(AccountQueries.summaries, values, in: scope, deadline: deadline)
    }
    var rows = try await read()
    let due = try rows.filter { try $0.bool("due") }
    if !due.isEmpty {
      for row in due { try await ledgers.settle(AccountID(try row.int(0))) }
      rows = try await read()
    }
    return try rows.map(Billing.AccountSummary.init(row:))
  }

  func summary(
    of account: AccountID, deadline: Deadline?
  ) async throws -> Billing.AccountSummary {
    let found = try await summaries(of: [account], in: .account(account), deadline: deadline)
    guard let summary = found.first else { throw RPCError.unopened }
    return summary
  }
}

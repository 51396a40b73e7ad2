import BillingContract
import BillingCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What staff and other services do with accounts that are not the caller's own.
struct StaffHandlers: Sendable {
  let accounts: Accounts
  let audit: LedgerAudit

  private var ledgers: LedgerStore { accounts.ledgers }

  func register(in routes: inout RPCRoutes) {
    routes.answer(BillingMethods.openAccount, open)
    routes.answer(BillingMethods.getAccountSummary, summary)
    routes.answer(BillingMethods.listAccountSummaries, summaries)
    routes.answer(BillingMethods.adjustCredits, adjust)
    routes.answer(BillingMethods.getStats, stats)
    routes.answer(BillingMethods.verifyLedger, on: .pool, verify)
  }

  private func open(
    _ request: Billing.OpenAccountRequest, _ call: IncomingCall
  ) async throws -> Billing.AccountSummary {
    guard request.accountID > 0 else { throw RPCError(required: "account_id") }
    let account = AccountID(request.accountID)
    try await accounts.open(
      account, plan: request.planSlug, mayBeInternal: request.internalPlan,
      deadline: call.deadline)
    return try await accounts.summary(of: account, deadline: call.deadline)
  }

  private func summary(
    _ request: Billing.AccountRequest, _ call: IncomingCall
  ) async throws -> Billing.AccountSummary {
    try await accounts.summary(of: AccountID(request.accountID), deadline: call.deadline)
  }

  private func summaries(
    _ request: Billing.AccountsRequest, _ call: IncomingCall
  ) async throws -> Billing.AccountSummaries {
    Billing.AccountSummaries(
      accounts: try await accounts.summaries(
        of: request.accountIDs.map { AccountID($0) }, in: .allAccounts,
        deadline: call.deadline))
  }

  /// With a key, a second call answers the first one's entry.
  private func adjust(
    _ request: Billing.AdjustCreditsRequest, _ call: IncomingCall
  ) async throws -> Billing.Transaction {
    let account = AccountID(request.accountID)
    let key = call.idempotencyKey.map { "adjustment/\($0)" }
    let (id, metadata): (SQLValue, String) = (.int(account.value), Self.metadata(request, call))
    let doer = Doer(call, user: request.userID.map { UserID($0) })
    let outcome = try await ledgers.change(
      account, reading: [(HistoryQueries.entryByKey, [id, .text(key)])], deadline: call.deadline
    ) { ledger, _, rows, now -> Result<Adjusted, AdjustRefusal> in
      if let row = rows[0].first { return .success(.before(try StoredEntry(row: row))) }
      return Result { () throws(AdjustRefusal) in
        .now(
          try ledger.adjust(
            by: Credits(request.amount), reason: request.reason, key: key,
            expiresAt: request.expiresAt, metadata: metadata, at: now))
      }
    } also: { result, _ in
      guard case .success(.now(let entry)) = result else { return [] }
      return [(HistoryQueries.entryBySeq, [id, .int(entry.seq)])]
        + Self.line(entry, of: account).commands(by: doer, at: entry.at)
    }
    switch try outcome.result.orThrow() {
    case .before(let stored):
      guard stored.entry.amount.value == request.amount else {
        throw RPCError(
          .alreadyExists, "Idempotency key was used with another request",
          reason: "idempotency_key_reused")
      }
      return stored.reply(of: account)
    case .now: return try StoredEntry(row: try outcome.answers[0].one()).reply(of: account)
    }
  }

  private static func line(_ entry: Entry, of account: AccountID) -> AuditLine {
    AuditLine(
      "credits.adjusted", account: account, "account", account.value,
      before: .object([.init("credits", .int((entry.balanceAfter - entry.amount).value))]),
      after: .object([
        .init("credits", .int(entry.balanceAfter.value)),
        .init("amount", .int(entry.amount.value)), .init("reason", .string(entry.description)),
        .init("transaction_seq", .int(entry.seq)),
      ]))
  }

  private enum Adjusted: Sendable {
    case before(StoredEntry)
    case now(Entry)
  }

  /// Who did it, in which request.
  private static func metadata(
    _ request: Billing.AdjustCreditsRequest, _ call: IncomingCall
  ) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.name("request_id")
    json.string(call.context.requestID)
    if let user = request.userID ?? call.context.user?.value {
      json.name("user_id")
      json.int(user)
    }
    json.endObject()
    return json.text
  }

  private func stats(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.Stats {
    let now = ledgers.time.now()
    let month: SQLValue = .instant(Period(containing: now).start)
    let rows = try await ledgers.database.runAll(
      [
        (AuditQueries.stats, [month]), (AuditQueries.statsByOperation, [month]),
        (AuditQueries.revenue, [month, .instant(now)]),
      ],
      in: .allAccounts, deadline: call.deadline)
    let row = try rows[0].one()
    return Billing.Stats(
      accounts: try row.int(0), activeSubscriptions: try row.int(1),
      creditsOutstanding: try row.int(2), creditsReserved: try row.int(3),
      creditsIssued: try row.int(4), creditsUsed: try row.int(5),
      creditsUsedThisMonth: try row.int(6), shortfallThisMonth: try row.int(7),
      providerCostUsdThisMonth: try row.double(8), openHolds: try row.int(9),
      byOperation: try rows[1].map { row in
        Billing.OperationTotal(
          operationType: try row.text(0), credits: try row.int(1), count: try row.int(2))
      },
      revenue: try rows[2].map(Billing.RevenueTotal.init(row:)),
      paymentsPendingApproval: try row.int(10))
  }

  private func verify(
    _ request: Billing.VerifyLedgerRequest, _ call: IncomingCall
  ) async throws -> Billing.Verification {
    try await audit.verify(request.accountID.map { AccountID($0) }, deadline: call.deadline)
  }
}

extension Billing.RevenueTotal {
  /// A row of `billing.stats.revenue`.
  fileprivate init(row: Row) throws {
    let money = try MoneyReading(currency: row.text(0))
    let (paid, refunded) = (try row.int(1), try row.int(2))
    self.init(
      currency: try row.text(0), paid: money(paid).text, refunded: money(refunded).text,
      net: money(paid - refunded).text, outstanding: money(try row.int(3)).text,
      overdue: money(try row.int(4)).text, paidThisMonth: money(try row.int(5)).text,
      refundedThisMonth: money(try row.int(6)).text)
  }
}

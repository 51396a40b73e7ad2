import BillingContract
import BillingCore
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Staff", .inTurn, .timeLimit(.minutes(10)))
struct StaffTests {
  @Test("an adjustment with a key is booked once and answers the same entry")
  func adjustOnce() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let first = try await world.adjust(by: 500, key: "k")
    #expect((first.amount, first.balanceAfter, first.type) == (500, 500, "adjustment"))
    #expect(first.accountID == 1)
    #expect(try await world.adjust(by: 500, key: "k") == first)
    #expect(try await world.balance().credits == 500)
    let error = try await refusal { try await world.adjust(by: 501, key: "k") }
    #expect(error?.details.reason == "idempotency_key_reused")
  }

  @Test("taking more than there is free is refused")
  func adjustDown() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    _ = try await world.authorize(40, key: "a")
    #expect(try await world.adjust(by: -60).balanceAfter == 40)
    let error = try await refusal { try await world.adjust(by: -1) }
    #expect(error?.details.reason == "insufficient_credits")
  }

  @Test(
    "an adjustment without amount or reason is refused",
    arguments: [
      (0, "why", "amount"), (5, "", "reason"), (.max, "why", "amount"),
    ] as [(Int64, String, String)])
  func wrong(amount: Int64, reason: String, field: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    let error = try await refusal {
      try await world.client().adjustCredits(
        Billing.AdjustCreditsRequest(accountID: 1, amount: amount, reason: reason),
        world.call())
    }
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("a changed price counts from the next hold on; open holds keep theirs")
  func prices() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.client().authorize(
      Billing.AuthorizeRequest(operation: "linking", amount: 2, key: "a"), world.call())
    let costs = try await world.client().updateCosts(
      Billing.UpdateCostsRequest(operationType: "linking", credits: 20),
      world.call(as: .developer)
    ).results
    #expect(costs.first { $0.operationType == "linking" }?.credits == 20)
    let next = try await world.client().authorize(
      Billing.AuthorizeRequest(operation: "linking", amount: 1, key: "b"), world.call())
    #expect(next.credits == 20)
    let captured = try await world.client().capture(
      Billing.CaptureRequest(holdID: hold.id, actualAmount: 1), world.call())
    #expect(captured.charged == 8)
  }

  @Test(
    "wrong prices change nothing",
    arguments: [
      (Billing.UpdateCostsRequest(), "operation_type"),
      (.init(operationType: "free_lunch", credits: 1), "operation_type"),
      (.init(operationType: "linking", credits: 0), "credits"),
      (.init(operationType: "linking", unitSize: 0), "unit_size"),
      (
        .init(updates: [
          .init(operationType: "linking", credits: 9), .init(operationType: "x", credits: 9),
        ]), "operation_type"
      ),
    ] as [(Billing.UpdateCostsRequest, String)])
  func wrongPrices(request: Billing.UpdateCostsRequest, field: String) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal {
      try await world.client().updateCosts(request, world.call(as: .developer))
    }
    #expect(error?.details.fields.map(\.name) == [field])
    #expect(
      try await world.number(
        "SELECT credits FROM credit_cost_configs WHERE operation = 'linking'") == 8)
  }

  @Test("summaries of several accounts leave out those without credits")
  func summaries() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 10)
    try await world.open(2, credits: 20)
    let found = try await world.client().listAccountSummaries(
      Billing.AccountsRequest(accountIDs: [2, 1, 9]), world.call(nil)
    ).accounts
    #expect(found.map(\.credits) == [10, 20])
  }

  @Test("figures of the platform add up")
  func stats() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 100)
    try await world.open(2, credits: 50)
    try await world.capture(try await world.authorize(30, key: "a"), credits: 25)
    _ = try await world.authorize(10, key: "b", account: 2)
    let stats = try await world.client().getStats(
      Common.Empty(), world.call(as: .developer, account: nil))
    #expect((stats.accounts, stats.activeSubscriptions) == (2, 2))
    #expect((stats.creditsOutstanding, stats.creditsReserved) == (125, 10))
    #expect((stats.creditsIssued, stats.creditsUsed) == (150, 25))
    #expect(stats.openHolds == 1)
    #expect(stats.providerCostUsdThisMonth == 0.25)
    #expect(stats.byOperation.map(\.operationType) == ["reparse"])
    #expect(stats.revenue.isEmpty)
  }

  @Test("what came, went back and is open is counted by currency, this month's apart")
  func revenue() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    try await world.open(2, credits: 0)
    let paid = try await world.pending()
    try await world.approve(paid)
    world.time.advance(by: april - march)
    try await world.approve(try await world.pending(2_000, account: 2))
    _ = try await world.payments().refundPayment(
      Billing.RefundPaymentRequest(id: paid, amount: "7.50", reason: "half"), world.staff)
    try await world.purchase()
    _ = try await world.pending()
    _ = try await world.invoicesClient().voidInvoice(
      .init(id: try await world.purchase().invoiceID), world.bookkeeper)
    func stats() async throws -> Billing.Stats {
      try await world.client().getStats(
        Common.Empty(), world.call(as: .developer, account: nil))
    }
    let first = try await stats()
    #expect(first.paymentsPendingApproval == 1)
    #expect(first.revenue.map(\.currency) == ["USD"])
    let dollars = try #require(first.revenue.first)
    let large = try await world.text(
      "SELECT price::text FROM credit_packages WHERE credits = 2000")
    #expect(dollars.paidThisMonth == large)
    #expect((dollars.refunded, dollars.refundedThisMonth) == ("7.50", "7.50"))
    #expect((dollars.outstanding, dollars.overdue) == ("40.00", "0.00"))
    let cents = { (text: String) in Money(text, .dollar)?.minor ?? 0 }
    #expect(cents(dollars.paid) == cents(large) + 2_000)
    #expect(cents(dollars.net) == cents(dollars.paid) - 750)
    world.time.advance(by: .seconds(15 * 86_400))
    #expect(try await stats().revenue.first?.overdue == "40.00")
  }
}

@Suite("Verifying the ledger", .inTurn, .timeLimit(.minutes(10)))
struct VerifyTests {
  private func busyWorld() async throws -> BillingWorld {
    let world = try await BillingWorld.make()
    for account in 1...2 as ClosedRange<Int64> {
      try await world.open(account, credits: 100)
      for number in 1...3 {
        let hold = try await world.authorize(10, key: "\(number)", account: account)
        try await world.capture(hold, credits: 7, account: account)
      }
      _ = try await world.authorize(5, key: "open", account: account)
    }
    return world
  }

  @Test("a ledger that nobody touched verifies")
  func clean() async throws {
    let report = try await busyWorld().verify()
    #expect(report.ok)
    #expect((report.accounts, report.entries, report.holds) == (2, 8, 8))
    #expect(report.faults.isEmpty)
  }

  @Test("one account alone can be verified, an unknown one is not found")
  func single() async throws {
    let world = try await busyWorld()
    let call = world.call(as: .developer, account: nil)
    let report = try await world.client().verifyLedger(.init(accountID: 2), call)
    #expect((report.accounts, report.entries) == (1, 4))
    let error = try await refusal {
      try await world.client().verifyLedger(.init(accountID: 3), call)
    }
    #expect(error?.code == .notFound)
  }

  static let tampering: [(String, String)] = [
    ("UPDATE credit_transactions SET amount = -6 WHERE account_id = 1 AND seq = 2", "chain_hash"),
    (
      "UPDATE credit_transactions SET description = 'gift' WHERE account_id = 1 AND seq = 1",
      "chain_hash"
    ),
    (
      "UPDATE credit_transactions SET metadata = '{}' || ' ' WHERE account_id = 1 AND seq = 2",
      "chain_hash"
    ),
    (
      "UPDATE credit_transactions SET created_at = now() WHERE account_id = 1 AND seq = 3",
      "chain_hash"
    ),
    (
      "UPDATE credit_transactions SET hash = sha256('x') WHERE account_id = 1 AND seq = 4",
      "chain_head"
    ),
    ("DELETE FROM credit_transactions WHERE account_id = 1 AND seq = 2", "chain_gap"),
    ("DELETE FROM credit_transactions WHERE account_id = 1 AND seq = 4", "chain_head"),
    ("UPDATE credit_accounts SET balance = balance + 1000 WHERE account_id = 1", "balance_sum"),
    ("UPDATE credit_accounts SET reserved = 0 WHERE account_id = 1", "reserved_sum"),
    ("UPDATE credit_lots SET free = free - 1 WHERE account_id = 1", "lots_free"),
    ("UPDATE credit_lots SET held = held - 1 WHERE account_id = 1", "lot_held"),
    ("DELETE FROM credit_usage_logs WHERE account_id = 1 AND entry_seq = 2", "deduction_usage"),
    (
      "UPDATE credit_usage_logs SET credits_used = 1 WHERE account_id = 1 AND entry_seq = 2",
      "deduction_usage"
    ),
    (
      "UPDATE credit_holds SET state = 'captured' WHERE account_id = 1 AND state = 'open'",
      "hold_captured"
    ),
    (
      "UPDATE credit_holds SET captured_credits = 1 WHERE account_id = 1 AND key = '1'",
      "deduction_usage"
    ),
  ]

  @Test("what somebody changed behind the service's back is reported", arguments: tampering)
  func tampered(sql: String, rule: String) async throws {
    let world = try await busyWorld()
    try await world.administer("ALTER TABLE credit_transactions DISABLE TRIGGER USER; " + sql)
    let report = try await world.verify()
    #expect(!report.ok)
    #expect(report.faultsCount == Int64(report.faults.count))
    #expect(report.faults.map(\.rule).contains(rule), "\(report.faults)")
    #expect(Set(report.faults.map(\.accountID)) == [1])
  }

  @Test(
    "the report says which row it is",
    arguments: [
      ("credit_transactions SET amount = -6 WHERE account_id = 1 AND seq = 2", "chain_hash", 2, ""),
      (
        "credit_transactions SET balance_after = 1 WHERE account_id = 1 AND seq = 3",
        "chain_balance", 3, ""
      ),
      (
        "credit_lots SET granted = 200, free = 150 WHERE account_id = 1 AND number = 1",
        "lot_movements", nil, "lot 1: "
      ),
      (
        "credit_usage_logs SET credits_used = 1 WHERE account_id = 1 AND entry_seq = 3",
        "deduction_usage", nil, "entry 3: "
      ),
    ] as [(String, String, Int64?, String)])
  func which(change: String, rule: String, seq: Int64?, message: String) async throws {
    let world = try await busyWorld()
    try await world.administer(
      "ALTER TABLE credit_transactions DISABLE TRIGGER USER; UPDATE " + change)
    let fault = try await world.verify().faults.first { $0.rule == rule }
    #expect(fault?.accountID == 1)
    #expect(fault?.seq == seq)
    #expect(fault?.message.hasPrefix(message) == true, "\(fault?.message ?? "no fault")")
  }

  @Test("a hold that was captured without an entry is named")
  func whichHold() async throws {
    let world = try await busyWorld()
    try await world.administer(
      "UPDATE credit_holds SET state = 'captured' WHERE account_id = 1 AND key = 'open'")
    let id = try await world.number(
      "SELECT id FROM credit_holds WHERE account_id = 1 AND key = 'open'")
    let fault = try await world.verify().faults.first { $0.rule == "hold_captured" }
    #expect(fault?.message == "hold \(id): captured without its one deduction")
  }

  @Test("only staff may verify", arguments: [Role.owner, .admin, .viewer])
  func staffOnly(role: Role) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal {
      try await world.client().verifyLedger(.init(), world.call(as: role))
    }
    #expect(error?.code == .permissionDenied)
  }
}

import BillingContract
import BillingCore
import CommonContract
import Kernel
import PaymentKit
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

/// All that moves credits and money, at once, on a few accounts, over two replicas.
@Suite("Everything at once", .inTurn, .timeLimit(.minutes(10)))
struct EverythingTests {
  private static let accounts: ClosedRange<Int64> = 1...3

  private enum Deed: CaseIterable, Sendable {
    case capture, release, leave, adjust, cardPurchase, declinedPurchase, transfer, rejection
    case cancelledPurchase, refund, turn, rounds
  }

  /// What one worker is to do: drawn before anything runs, so that a seed names a plan.
  private struct Order: Sendable {
    let deed: Deed
    let number: Int
    let account: Int64
    let amount: Int64
    let isOther: Bool

    init(_ number: Int, from chance: any Chance) {
      let deeds = Deed.allCases
      deed = deeds[chance.below(deeds.count)]
      self.number = number
      account = 1 + Int64(chance.below(3))
      amount = 1 + Int64(chance.below(40))
      isOther = chance.below(2) == 0
    }
  }

  @Test(
    "captures, releases, expiries, refunds, renewals, approvals and news race: it all adds up",
    arguments: [1, 2] as [UInt64])
  func everything(seed: UInt64) async throws {
    let world = try await world()
    let replica = world.billing.replica()
    let chance = SeededChance(seed: seed)
    let orders = (0..<160).map { Order($0, from: chance) }
    await withTaskGroup(of: Void.self) { group in
      for (index, order) in orders.enumerated() {
        if index >= 16 { await group.next() }
        group.addTask { try? await Self.carryOut(order, world, replica) }
      }
    }
    try await finish(world)
    try await checkLedger(world.billing)
    try await checkMoney(world)
    try await checkThatAllOfItHappened(world.billing)
  }

  /// Three accounts on a paid plan, each with a card; their next term begins in the race.
  private func world() async throws -> ProviderWorld {
    let world = try await ProviderWorld.make()
    for account in Self.accounts {
      let owner = world.billing.call(as: .owner, account: account)
      _ = try await world.billing.client().openAccount(
        .init(accountID: account, planSlug: "starter"), world.billing.call(nil))
      let change = try await world.billing.change(to: "starter", account: account)
      try await world.billing.pay(change.invoice?.id, account: account)
      try await world.billing.service.ledgers.settle(AccountID(account))
      _ = try await world.billing.payments().createPaymentMethod(
        Billing.CreatePaymentMethodRequest(
          type: "stripe", displayName: "Card", providerMethod: "pm_\(account)"), owner)
      try await world.billing.adjust(account, by: 300)
    }
    world.billing.time.advance(by: april - world.now - .seconds(3 * 86_400))
    return world
  }

  // MARK: Deeds

  private static func carryOut(
    _ order: Order, _ world: ProviderWorld, _ replica: BillingService
  ) async throws {
    let billing = world.billing
    let (here, there) = order.isOther ? (replica, nil) : (nil, replica)
    switch order.deed {
    case .capture, .release, .leave: try await hold(order, billing, here, there)
    case .adjust:
      _ = try await billing.adjust(
        order.account, by: order.isOther ? order.amount : -order.amount, key: "a\(order.number)")
    case .cardPurchase, .declinedPurchase, .cancelledPurchase:
      try await buy(order, world, here, there)
    case .transfer, .rejection: try await transfer(order, billing, here, there)
    case .refund: try await refund(order, billing, here, there)
    case .turn:
      billing.time.advance(by: .seconds(86_400))
      try await both(here, there) { _ = try await ($0 ?? billing.service).sweeper.sweep() }
    case .rounds:
      try await both(here, there) { service in
        _ = try await (service ?? billing.service).renewals.charge()
        _ = try await (service ?? billing.service).watch.look()
      }
    }
  }

  /// The same by both replicas at once.
  private static func both(
    _ here: BillingService?, _ there: BillingService?,
    _ body: @escaping @Sendable (BillingService?) async throws -> Void
  ) async throws {
    async let one: Void? = try? await body(here)
    async let other: Void? = try? await body(there)
    _ = await (one, other)
  }

  private static func hold(
    _ order: Order, _ billing: BillingWorld, _ here: BillingService?, _ there: BillingService?
  ) async throws {
    let hold = try await billing.authorize(
      order.amount, key: "h\(order.number)", account: order.account, ttl: 60, by: here)
    switch order.deed {
    case .capture:
      try await both(here, there) {
        try await billing.capture(hold, credits: 1, account: order.account, by: $0)
      }
    case .release:
      try await both(here, there) {
        try await billing.release(hold, account: order.account, by: $0)
      }
    default: break
    }
  }

  private static func transfer(
    _ order: Order, _ billing: BillingWorld, _ here: BillingService?, _ there: BillingService?
  ) async throws {
    let bought = try await billing.purchase(
      key: "t\(order.number)", account: order.account, with: here)
    guard let id = bought.payment?.id else { return }
    try await billing.submit(id, account: order.account)
    try await both(here, there) { service in
      if order.deed == .transfer || service == nil {
        try await billing.approve(id, by: service)
      } else {
        _ = try await billing.payments(service).rejectPayment(
          Billing.RejectPaymentRequest(id: id, reason: "no money"), billing.staff)
      }
    }
  }

  private static func buy(
    _ order: Order, _ world: ProviderWorld, _ here: BillingService?, _ there: BillingService?
  ) async throws {
    let bought = try await world.billing.purchase(
      by: "stripe", key: "s\(order.number)", account: order.account, with: here)
    guard let intent = bought.payment?.intentID, let id = bought.payment?.id else { return }
    if order.deed == .declinedPurchase {
      world.double.with { $0.stripe.decline(intent, "Your card was declined.") }
      try await news("payment_intent.payment_failed", intent, order, world, here)
    }
    if order.deed == .cancelledPurchase {
      async let cancelled = try? await world.billing.payments(there).cancelPayment(
        Common.IdRequest(id: id), world.billing.call(as: .owner, account: order.account))
      if order.isOther { world.double.with { $0.stripe.pay(intent) } }
      _ = await cancelled
      if world.double.with({ $0.stripe.intents[intent]?.status }) == "canceled" { return }
    }
    world.double.with { $0.stripe.pay(intent) }
    // Twice and to both, the older news last.
    try await both(here, there) {
      try await news("payment_intent.succeeded", intent, order, world, $0)
      try await news("payment_intent.succeeded", intent, order, world, $0)
    }
    try await news("payment_intent.processing", intent, order, world, there)
    try await news("payment_intent.payment_failed", intent, order, world, here)
  }

  /// What is not taken comes again, signed anew, until it is.
  private static func news(
    _ type: String, _ intent: String, _ order: Order, _ world: ProviderWorld,
    _ service: BillingService?
  ) async throws {
    for _ in 0..<200 {
      do {
        return try await world.stripe(
          type, intent, event: "evt_\(type)_\(order.number)", by: service)
      } catch let error as RPCError where error.details.reason != "event" {}
    }
  }

  private static func refund(
    _ order: Order, _ billing: BillingWorld, _ here: BillingService?, _ there: BillingService?
  ) async throws {
    let payments = try await billing.payments().listAllPayments(
      Billing.ListAllPaymentsRequest(pageSize: 100, accountID: order.account), billing.staff
    ).results.filter { ["succeeded", "completed"].contains($0.status) }
    guard !payments.isEmpty else { return }
    let id = payments[order.number % payments.count].id
    let amount = order.isOther ? "\(order.amount % 9 + 1).50" : ""
    try await both(here, there) {
      _ = try await billing.payments($0).refundPayment(
        Billing.RefundPaymentRequest(id: id, amount: amount, reason: "race"),
        billing.call(as: .developer, account: nil, key: "r\(order.number)"))
    }
  }

  // MARK: What must hold

  /// Lets everything come to its end.
  private func finish(_ world: ProviderWorld) async throws {
    let service = world.billing.service
    for _ in 0..<20 {
      world.billing.time.advance(by: .seconds(2 * 86_400))
      while try await service.sweeper.sweep() > 0 {}
      while try await service.renewals.charge() > 0 {}
      while try await service.watch.look() > 0 {}
    }
  }

  private func checkLedger(_ billing: BillingWorld) async throws {
    let report = try await billing.verify()
    #expect(report.ok, "\(report.faults)")
    #expect(report.accounts == 3)
    let none = [
      "SELECT count(*) FROM credit_holds WHERE state = 'open'",
      """
      SELECT count(*) FROM (SELECT account_id, key FROM credit_transactions
        WHERE key LIKE 'period/%' GROUP BY 1, 2 HAVING count(*) > 1) x
      """,
      "SELECT count(*) - count(DISTINCT (account_id, seq)) FROM credit_transactions",
    ]
    for sql in none { #expect(try await billing.number(sql) == 0, "\(sql)") }
  }

  private func checkThatAllOfItHappened(_ billing: BillingWorld) async throws {
    let some = [
      "SELECT count(*) FROM credit_transactions WHERE type = 'deduction'",
      "SELECT count(*) FROM credit_holds WHERE state = 'released'",
      "SELECT count(*) FROM credit_holds WHERE state = 'expired'",
      "SELECT count(*) FROM credit_transactions WHERE key = 'period/2026-04-01'",
      "SELECT count(*) FROM payments WHERE method <> 'stripe' AND approved_at IS NOT NULL",
      "SELECT count(*) FROM payments WHERE status = 'succeeded' AND package_id IS NOT NULL",
      "SELECT count(*) FROM payments WHERE status = 'cancelled'",
      "SELECT count(*) FROM refunds WHERE status = 'succeeded'",
      "SELECT count(*) FROM provider_events WHERE outcome = 'booked'",
      "SELECT count(*) FROM invoices WHERE purpose = 'renewal' AND status = 'paid'",
    ]
    for sql in some { #expect(try await billing.number(sql) > 0, "\(sql)") }
  }

  private func checkMoney(_ world: ProviderWorld) async throws {
    let billing = world.billing
    let none = [
      // An invoice is paid by one payment, and is paid when it is.
      """
      SELECT count(*) FROM (SELECT account_id, invoice_id FROM payments
        WHERE status IN ('succeeded', 'completed', 'refunded')
        GROUP BY 1, 2 HAVING count(*) > 1) x
      """,
      """
      SELECT count(*) FROM payments p JOIN invoices i
        ON i.account_id = p.account_id AND i.id = p.invoice_id
      WHERE p.status IN ('succeeded', 'completed', 'refunded') AND i.status <> 'paid'
      """,
      // What a payment bought came once.
      """
      SELECT count(*) FROM payments p WHERE p.credits IS NOT NULL
        AND (p.status IN ('succeeded', 'completed', 'refunded'))
          <> EXISTS (SELECT 1 FROM credit_transactions t WHERE t.account_id = p.account_id
            AND t.type = 'purchase' AND t.key = 'payment/' || p.id AND t.amount = p.credits)
      """,
      "SELECT count(*) FROM payments WHERE status IN ('processing', 'pending_approval')",
      // What was given back is what its refunds gave, and their credits went once.
      """
      SELECT count(*) FROM payments p WHERE p.refunded <> (SELECT coalesce(sum(r.amount), 0)
        FROM refunds r WHERE r.account_id = p.account_id AND r.payment_id = p.id
          AND r.status <> 'failed')
      """,
      """
      SELECT count(*) FROM refunds r WHERE r.credits_taken <> (SELECT coalesce(-sum(t.amount), 0)
        FROM credit_transactions t WHERE t.account_id = r.account_id
          AND t.key = 'refund/' || r.id)
      """,
      """
      SELECT count(*) FROM subscriptions s WHERE s.status = 'active' AND s.owed_since IS NOT NULL
      """,
    ]
    for sql in none { #expect(try await billing.number(sql) == 0, "\(sql)") }
    let numbers = try await billing.numbers()
    #expect(numbers == billing.unbroken(numbers.count))
    let taken = world.double.with { state in
      state.stripe.intents.values.filter { $0.status == "succeeded" }.reduce(0) { $0 + $1.amount }
    }
    let booked = try await billing.number(
      "SELECT coalesce(sum(amount), 0)::bigint FROM payments WHERE method = 'stripe' AND status "
        + "IN ('succeeded', 'refunded')")
    #expect(taken == booked)
    let back = world.double.with { $0.stripe.refunds.values.reduce(0) { $0 + $1.amount } }
    let given = try await billing.number(
      """
      SELECT coalesce(sum(r.amount), 0)::bigint FROM refunds r JOIN payments p
        ON p.account_id = r.account_id AND p.id = r.payment_id
      WHERE p.method = 'stripe' AND r.status = 'succeeded'
      """)
    #expect(back == given)
    #expect(booked > 0)
  }
}

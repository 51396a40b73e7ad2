import BillingContract
import BillingCore
import CommonContract
import Kernel
import Postgres
import RPC
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import BillingService

extension BillingWorld {
  func subscriptions(_ service: BillingService? = nil) -> SubscriptionsClient {
    SubscriptionsClient(InProcessTransport((service ?? self.service).routes))
  }

  func subscription(_ account: Int64 = 1) async throws -> Billing.Subscription {
    let call = call(as: .admin, account: account)
    let found = try await client().listSubscriptions(.init(), call).results
    return try await subscriptions().getSubscription(.init(id: found[0].id), call)
  }

  func change(
    to slug: String, _ cycle: String = "monthly", account: Int64 = 1, key: String? = nil
  ) async throws -> Billing.PlanChange {
    let id = try await subscription(account).id
    return try await subscriptions().changePlan(
      .init(id: id, planSlug: slug, billingCycle: cycle),
      call(as: .owner, account: account, key: key))
  }

  func pay(_ id: Int64?, account: Int64 = 1) async throws {
    let (id, owner) = (InvoiceID(id ?? 0), AccountID(account))
    try await database.transaction(in: .account(owner)) {
      _ = try await service.ledgers.terms.invoices.markPaid(
        id, of: owner, method: "manual", at: time.now(), in: $0)
    }
  }

  /// Opens an account that has paid for a plan since the first of March.
  func subscribed(_ slug: String, _ cycle: String = "monthly") async throws {
    time.advance(by: Instant(CivilDate(year: 2026, month: 3, day: 1)) - time.now())
    _ = try await client().openAccount(.init(accountID: 1), call(nil))
    try await pay(try await change(to: slug, cycle).invoice?.id)
    try await service.ledgers.settle(AccountID(1))
  }

  func statuses() async throws -> [String] {
    try await database.run(
      Statement("test.statuses", "SELECT status FROM invoices ORDER BY id"), in: .allAccounts
    ).map { try $0.text(0) }
  }
}

@Suite("Changing plans", .inTurn, .timeLimit(.minutes(10)))
struct SubscriptionHandlerTests {
  private func opened() async throws -> BillingWorld {
    let world = try await BillingWorld.make()
    _ = try await world.client().openAccount(.init(accountID: 1), world.call(nil))
    return world
  }

  @Test("an upgrade is invoiced by the second and begins when it is paid, once")
  func upgrade() async throws {
    let world = try await opened()
    let asked = try await world.change(to: "growth")
    #expect(asked.effective == "on_payment")
    #expect((asked.invoice?.subtotal, asked.invoice?.status) == ("70.26", "sent"))
    #expect(asked.invoice?.dueDate == april)
    #expect((asked.subscription?.plan?.slug, asked.subscription?.pendingPlan) == ("free", "growth"))
    #expect(asked.subscription?.pendingInvoiceID == asked.invoice?.id)
    #expect(try await world.balance().credits == 100)
    world.time.advance(by: .seconds(3_600))
    try await world.pay(asked.invoice?.id)
    try await world.pay(asked.invoice?.id)
    #expect(try await world.balance().credits == 3_577)
    let subscription = try await world.subscription()
    #expect((subscription.plan?.slug, subscription.pendingPlan) == ("growth", nil))
    #expect((subscription.status, subscription.termEnd) == ("active", april))
    #expect(try await world.service.sweeper.sweep() == 0)
    #expect(try await world.verify().ok)
  }

  @Test("the sweeper begins a paid plan without anybody looking")
  func swept() async throws {
    let world = try await opened()
    try await world.pay(try await world.change(to: "starter").invoice?.id)
    #expect(try await world.service.sweeper.sweep() == 1)
    #expect(try await world.number("SELECT plan_id FROM subscriptions") == 2)
    #expect(try await world.service.sweeper.sweep() == 0)
  }

  @Test("with the same key, or asked again, it is one invoice; another wish takes its place")
  func again() async throws {
    let world = try await opened()
    let first = try await world.change(to: "starter", key: "k")
    #expect(try await world.change(to: "starter", key: "k") == first)
    let repeated = try await world.change(to: "starter")
    #expect((repeated.effective, repeated.invoice) == ("unchanged", first.invoice))
    let other = try await world.change(to: "growth")
    #expect(other.invoice?.number == "2026-000002")
    #expect(try await world.statuses() == ["void", "sent"])
    let error = try await refusal { try await world.pay(first.invoice?.id) }
    #expect(error?.details.reason == "invoice_void")
  }

  @Test("an offer that is not paid until the month ends lapses, and its invoice is void")
  func lapses() async throws {
    let world = try await opened()
    _ = try await world.change(to: "scale")
    world.time.advance(by: april - world.time.now())
    #expect(try await world.service.sweeper.sweep() == 1)
    #expect(try await world.statuses() == ["void"])
    let subscription = try await world.subscription()
    #expect((subscription.plan?.slug, subscription.pendingPlan) == ("free", nil))
    #expect(try await world.balance().credits == 100)
  }

  @Test("a downgrade comes with the next month; choosing the present plan undoes it")
  func downgrade() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("growth")
    let asked = try await world.change(to: "starter")
    #expect((asked.effective, asked.subscription?.nextPlan) == ("with_next_term", "starter"))
    #expect(asked.invoice == nil)
    #expect(try await world.change(to: "growth").subscription?.nextPlan == nil)
    _ = try await world.change(to: "starter")
    world.time.advance(by: april - world.time.now())
    #expect(try await world.balance().credits == 1_000)
    #expect(try await world.subscription().plan?.slug == "starter")
    let invoices = try await world.invoicesClient().listInvoices(
      .init(ordering: "id"), world.call(as: .admin)
    ).results
    #expect(invoices.map(\.subtotal) == ["99.00", "29.00"])
    #expect(invoices.map(\.purpose) == ["change", "renewal"])
    #expect(try await world.verify().ok)
  }

  @Test("a cancellation can be undone until the term ends; then no more credits come")
  func cancel() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    let id = try await world.subscription().id
    let owner = world.call(as: .owner)
    let cancelled = try await world.subscriptions().cancelSubscription(.init(id: id), owner)
    #expect((cancelled.status, cancelled.cancelAtPeriodEnd) == ("active", true))
    #expect(
      try await refusal { try await world.change(to: "growth") }?.details.reason == "ending")
    #expect(
      try await !world.subscriptions().resumeSubscription(.init(id: id), owner).cancelAtPeriodEnd)
    _ = try await world.subscriptions().cancelSubscription(.init(id: id), owner)
    world.time.advance(by: april - world.time.now())
    _ = try await world.service.sweeper.sweep()
    #expect(try await world.subscription().status == "cancelled")
    #expect(try await world.balance().credits == 0)
    let error = try await refusal {
      try await world.subscriptions().resumeSubscription(.init(id: id), owner)
    }
    #expect(error?.details.reason == "cancelled")
    let back = try await world.change(to: "free")
    #expect((back.effective, back.subscription?.status) == ("now", "active"))
    #expect(try await world.balance().credits == 100)
    #expect(try await world.verify().ok)
    let told = try await world.subscriptions().listSubscriptionHistory(
      .init(id: id), world.call(as: .admin))
    #expect(
      told.results.map(\.what)
        == ["changed", "ended", "cancelled", "resumed", "cancelled", "changed", "asked"])
    #expect(told.results[2].userID == 5)
  }

  @Test("a year is charged at ten months' price once, and gives credits every month")
  func annual() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter", "annual")
    #expect(try await world.balance().credits == 1_000)
    for month in [4, 5] {
      let turn = Instant(CivilDate(year: 2026, month: month, day: 1))
      world.time.advance(by: turn - world.time.now())
      #expect(try await world.service.sweeper.sweep() == 1)
      #expect(try await world.balance().credits == 1_000)
    }
    let invoices = try await world.invoicesClient().listInvoices(.init(), world.call(as: .admin))
    #expect(invoices.results.map(\.subtotal) == ["290.00"])
    #expect(try await world.subscription().billingCycle == "annual")
  }

  @Test("a renewal that is not paid in time is the last one")
  func unpaid() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    world.time.advance(by: april - world.time.now())
    #expect(try await world.balance().credits == 1_000)
    #expect(try await world.statuses() == ["paid", "sent"])
    world.time.advance(by: .seconds(15 * 86_400))
    #expect(try await world.subscription().status == "past_due")
    #expect(
      try await refusal { try await world.change(to: "growth") }?.details.reason == "past_due")
    world.time.advance(by: Instant(CivilDate(year: 2026, month: 5, day: 1)) - world.time.now())
    _ = try await world.service.sweeper.sweep()
    #expect(try await world.subscription().status == "cancelled")
    #expect(try await world.statuses() == ["paid", "uncollectible"])
    #expect(try await world.balance().credits == 0)
  }

  @Test("a renewal that is paid late, but before the next one, goes on")
  func paidLate() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    world.time.advance(by: april - world.time.now())
    _ = try await world.service.sweeper.sweep()
    world.time.advance(by: .seconds(20 * 86_400))
    let id = try await world.number("SELECT max(id) FROM invoices")
    try await world.pay(id)
    #expect(try await world.subscription().status == "active")
    world.time.advance(by: Instant(CivilDate(year: 2026, month: 5, day: 1)) - world.time.now())
    _ = try await world.service.sweeper.sweep()
    #expect(try await world.balance().credits == 1_000)
  }

  @Test("a renewal whose invoice staff took back is owed no more, and goes on")
  func forgiven() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    world.time.advance(by: april - world.time.now())
    _ = try await world.service.sweeper.sweep()
    let id = try await world.number("SELECT max(id) FROM invoices")
    _ = try await world.invoicesClient().voidInvoice(.init(id: id), world.bookkeeper)
    world.time.advance(by: Instant(CivilDate(year: 2026, month: 5, day: 1)) - world.time.now())
    _ = try await world.service.sweeper.sweep()
    #expect(try await world.subscription().status == "active")
    #expect(try await world.balance().credits == 1_000)
    #expect(try await world.statuses() == ["paid", "void", "sent"])
  }

  @Test("many upgrades at once are one invoice")
  func race() async throws {
    let world = try await opened()
    let id = try await world.subscription().id
    let replica = world.replica()
    let answers = await withTaskGroup(of: Int64?.self) { group in
      for number in 0..<20 {
        group.addTask {
          await insist {
            try await world.subscriptions(number.isMultiple(of: 2) ? nil : replica).changePlan(
              .init(id: id, planSlug: "growth"), world.call(as: .owner)
            ).invoice?.id
          } ?? nil
        }
      }
      return await group.reduce(into: [Int64]()) { $0 += [$1].compactMap { $0 } }
    }
    #expect(answers.count == 20)
    #expect(Set(answers).count == 1)
    #expect(try await world.numbers() == world.unbroken(1))
  }

  @Test(
    "a wish that cannot be is refused by its field",
    arguments: [
      (.init(planSlug: "gold"), "plan_id"), (.init(planID: 99), "plan_id"), (.init(), "plan_id"),
      (.init(planSlug: "platform"), "plan_id"),
      (.init(planSlug: "growth", billingCycle: "weekly"), "billing_cycle"),
    ] as [(Billing.ChangePlanRequest, String)])
  func wrong(request: Billing.ChangePlanRequest, field: String) async throws {
    let world = try await opened()
    var request = request
    request.id = try await world.subscription().id
    let error = try await refusal {
      try await world.subscriptions().changePlan(request, world.call(as: .owner))
    }
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("another account's subscription is not there, and only owners change theirs")
  func foreign() async throws {
    let world = try await opened()
    _ = try await world.client().openAccount(.init(accountID: 2), world.call(nil))
    let id = try await world.subscription(1).id
    let call = world.call(as: .owner, account: 2)
    for error in [
      try await refusal { try await world.subscriptions().getSubscription(.init(id: id), call) },
      try await refusal {
        try await world.subscriptions().changePlan(.init(id: id, planSlug: "growth"), call)
      },
      try await refusal { try await world.subscriptions().cancelSubscription(.init(id: id), call) },
      try await refusal {
        try await world.subscriptions().listSubscriptionHistory(.init(id: id), call)
      },
    ] { #expect(error?.code == .notFound) }
    let error = try await refusal {
      try await world.subscriptions().cancelSubscription(.init(id: id), world.call(as: .admin))
    }
    #expect(error?.code == .permissionDenied)
  }
}

import BillingContract
import BillingCore
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("What time brings", .inTurn, .timeLimit(.minutes(10)))
struct TimeTests {
  /// Opens an account on a plan with a thousand credits that costs nothing.
  private func openStarter(_ world: BillingWorld, _ account: Int64 = 1) async throws {
    try await world.administer("UPDATE plans SET price = 0 WHERE slug = 'starter'")
    _ = try await world.client().openAccount(
      Billing.OpenAccountRequest(accountID: account, planSlug: "starter"), world.call(nil))
  }

  @Test("an account opens on the default plan with its credits, however often it is asked")
  func open() async throws {
    let world = try await BillingWorld.make()
    let request = Billing.OpenAccountRequest(accountID: 1)
    let first = try await world.client().openAccount(request, world.call(nil))
    #expect((first.credits, first.availableCredits) == (100, 100))
    #expect(first.plan?.slug == "free")
    #expect(first.subscriptionStatus == "active")
    #expect(first.currentPeriodEnd == april)
    #expect(try await world.client().openAccount(request, world.call(nil)) == first)
    #expect(try await world.number("SELECT count(*) FROM credit_transactions") == 1)
    #expect(try await world.verify().ok)
  }

  @Test("a plan that costs money gives nothing before it is paid")
  func unpaidPlan() async throws {
    let world = try await BillingWorld.make()
    let request = Billing.OpenAccountRequest(accountID: 1, planSlug: "scale")
    let opened = try await world.client().openAccount(request, world.call(nil))
    #expect((opened.plan?.slug, opened.pendingPlan) == ("free", "scale"))
    #expect(opened.credits == 100)
    world.time.advance(by: .seconds(40 * 86_400))
    #expect(try await world.balance().planCreditsPerMonth == 100)
  }

  @Test("the platform's own plan is not on offer")
  func internalPlan() async throws {
    let world = try await BillingWorld.make()
    func open(_ account: Int64, isInternal: Bool) async throws -> Billing.AccountSummary {
      try await world.client().openAccount(
        Billing.OpenAccountRequest(
          accountID: account, planSlug: "platform", internalPlan: isInternal), world.call(nil))
    }
    let refused = try await refusal { try await open(1, isInternal: false) }
    #expect(refused?.details.fields.map(\.name) == ["plan_slug"])
    let opened = try await open(2, isInternal: true)
    #expect((opened.plan?.slug, opened.credits) == ("platform", 1_000_000))
    let offered = try await world.client().listPlans(.init(), world.call(as: .viewer))
    #expect(!offered.results.contains { $0.slug == "platform" })
  }

  @Test("an unknown plan is refused and opens nothing")
  func unknownPlan() async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal {
      try await world.client().openAccount(
        Billing.OpenAccountRequest(accountID: 1, planSlug: "gold"), world.call(nil))
    }
    #expect(error?.details.fields.map(\.name) == ["plan_slug"])
    #expect(try await world.number("SELECT count(*) FROM credit_accounts") == 0)
  }

  @Test("a month's credits come exactly once, whoever sweeps and however often")
  func replenishment() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    for account in 1...5 { try await openStarter(world, Int64(account)) }
    world.time.advance(by: april - world.time.now())
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        let service = number.isMultiple(of: 2) ? world.service : replica
        group.addTask { _ = try? await service.sweeper.sweep() }
      }
    }
    #expect(try await world.service.sweeper.sweep() == 0)
    #expect(
      try await world.number(
        "SELECT count(*) FROM credit_transactions WHERE type = 'subscription'") == 10)
    for account in 1...5 {
      #expect(try await world.balance(Int64(account)).credits == 1_000)
    }
    #expect(try await world.verify().ok)
  }

  @Test("reading the balance at midnight shows the new month before any sweep")
  func readAtMidnight() async throws {
    let world = try await BillingWorld.make()
    try await openStarter(world)
    try await world.capture(try await world.authorize(900, key: "a"))
    #expect(try await world.balance().creditsUsedThisMonth == 900)
    world.time.advance(by: april - world.time.now())
    let balance = try await world.balance()
    #expect((balance.credits, balance.creditsUsedThisMonth) == (1_000, 0))
    #expect(balance.planCreditsPerMonth == 1_000)
    #expect(try await world.authorize(1_000, key: "b").credits == 1_000)
  }

  @Test("lots lapse and holds expire at their second, booked at that time")
  func lapse() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    try await world.adjust(by: 10, expiresAt: march + .seconds(100))
    _ = try await world.authorize(4, key: "a", ttl: 200)
    world.time.advance(by: .seconds(99))
    #expect(try await world.balance().availableCredits == 6)
    world.time.advance(by: .seconds(1))
    let balance = try await world.balance()
    #expect((balance.credits, balance.availableCredits) == (4, 0))
    world.time.advance(by: .seconds(5_000))
    #expect(try await world.service.sweeper.sweep() == 1)
    #expect(try await world.balance().credits == 0)
    let times = try await world.database.run(
      HistoryQueries.chain, [.int(1), .int(0), .int(9), .int(9)], in: .account(AccountID(1))
    ).map { try StoredEntry(row: $0).entry.at }
    #expect(times == [march, march + .seconds(100), march + .seconds(200)])
    #expect(try await world.verify().ok)
  }

  @Test("the sweeper lies down until something falls due, and then books it")
  func sleeping() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    _ = try await world.authorize(10, key: "a", ttl: 1)
    let sweeping = Task { await world.service.sweeper.run() }
    await world.time.waitForSleepers()
    #expect(try await world.number("SELECT reserved FROM credit_accounts") == 10)
    world.time.advance(by: .seconds(1))
    await world.time.waitForSleepers()
    #expect(try await world.number("SELECT reserved FROM credit_accounts") == 0)
    sweeping.cancel()
    await sweeping.value
  }

  @Test("an account whose books do not add up does not keep the others from their month")
  func brokenAccount() async throws {
    let world = try await BillingWorld.make()
    for account in 1...3 { try await openStarter(world, Int64(account)) }
    try await world.administer("UPDATE credit_lots SET free = free - 1 WHERE account_id = 1")
    world.time.advance(by: april - world.time.now())
    #expect(try await world.service.sweeper.sweep() == 2)
    #expect(
      try await world.number(
        "SELECT count(*) FROM credit_transactions WHERE key = 'period/2026-04-01'") == 2)
  }

  @Test("low credits and refusals are told once, every booking is told")
  func events() async throws {
    let world = try await BillingWorld.make()
    try await openStarter(world)
    try await world.capture(try await world.authorize(800, key: "a"))
    try await world.capture(try await world.authorize(10, key: "b"))
    for key in ["c", "d"] {
      _ = try await refusal { try await world.authorize(500, key: key) }
    }
    let counts = try await world.database.run(
      .init(
        "test.events",
        """
        SELECT kind || coalesce('/' || (payload->>'cause'), ''), count(*) FROM outbox
        GROUP BY 1 ORDER BY 1
        """), in: .allAccounts)
    #expect(
      try counts.map { "\(try $0.text(0)) \(try $0.int(1))" }
        == ["credits.changed 3", "credits.low/crossed 1", "credits.low/refused 1"])
    #expect(
      try await world.number(
        "SELECT (payload->>'percent')::bigint FROM outbox WHERE payload->>'cause' = 'crossed'")
        == 20)
  }
}

import BillingContract
import CommonContract
import Kernel
import PaymentKit
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Credits that run low", .inTurn, .timeLimit(.minutes(10)))
struct TopUpTests {
  /// An account with so many credits, a card, and top-ups of 500 at 100.
  private func world(credits: Int64 = 200, cap: String = "100.00") async throws -> ProviderWorld {
    let world = try await ProviderWorld.make(credits: credits)
    _ = try await world.billing.payments().createPaymentMethod(
      Billing.CreatePaymentMethodRequest(
        type: "stripe", displayName: "Card", providerMethod: "pm_1"), world.billing.owner)
    try await save(world, cap: cap)
    return world
  }

  @discardableResult
  private func save(
    _ world: ProviderWorld, threshold: Int64 = 100, cap: String = "100.00", on: Bool = true
  ) async throws -> Billing.AutoTopUp {
    try await world.billing.payments().updateAutoTopUp(
      Billing.UpdateAutoTopUpRequest(
        isEnabled: on, threshold: threshold, packageID: try await world.billing.package(),
        monthlyCap: cap), world.billing.owner)
  }

  private func settings(_ world: ProviderWorld) async throws -> Billing.AutoTopUp {
    try await world.billing.payments().getAutoTopUp(Common.Empty(), world.billing.owner)
  }

  private func spend(_ credits: Int64, _ key: String, in world: ProviderWorld) async throws {
    try await world.billing.capture(try await world.billing.authorize(credits, key: key))
  }

  private func buy(_ world: ProviderWorld) async throws {
    _ = try await TopUpDesk(providers: world.billing.service.watch.providers).buy()
  }

  @Test("a balance that comes down to the threshold is topped up with the default card, once")
  func tops() async throws {
    let world = try await world()
    try await spend(99, "a", in: world)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 101)
    try await spend(1, "b", in: world)
    try await spend(1, "c", in: world)
    #expect(try await settings(world).isArmed == false)
    try await buy(world)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 599)
    let after = try await settings(world)
    #expect((after.isArmed, after.spentThisMonth, after.lastProblem) == (true, "20.00", nil))
    let call = try #require(world.double.calls.last)
    #expect((call.form["off_session"], call.form["payment_method"]) == ("true", "pm_1"))
    #expect(try await world.billing.text("SELECT status FROM invoices") == "paid")
    #expect(try await world.billing.verify().ok)
  }

  @Test("a suspended account buys nothing by itself until it is active again")
  func suspended() async throws {
    let world = try await world()
    try await spend(150, "a", in: world)
    try await world.billing.hear("account.suspended", number: 1)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 50)
    try await world.billing.hear("account.activated", number: 2)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 550)
  }

  @Test("many concurrent captures and several buyers make one top-up a crossing")
  func concurrent() async throws {
    let world = try await world(credits: 200)
    var holds: [Billing.Hold] = []
    for number in 0..<20 { holds.append(try await world.billing.authorize(8, key: "k\(number)")) }
    let (all, replica) = (holds, world.billing.replica())
    await withTaskGroup(of: Void.self) { group in
      for (number, hold) in all.enumerated() {
        group.addTask {
          _ = try? await world.billing.capture(
            hold, by: number.isMultiple(of: 2) ? nil : replica)
        }
        group.addTask { try? await self.buy(world) }
      }
    }
    try await buy(world)
    #expect(try await world.billing.number("SELECT count(*) FROM top_ups") == 1)
    #expect(try await world.granted() == 1)
    #expect(world.double.with { $0.stripe.intents.count } == 1)
    #expect(try await world.billing.balance().credits == 200 - 160 + 500)
    #expect(try await world.billing.verify().ok)
  }

  @Test("every crossing is topped up until the month's cap, and again in the next month")
  func cap() async throws {
    let world = try await world(cap: "45.00")
    for round in 0..<3 {
      let balance = try await world.billing.balance().credits
      try await spend(balance - 50, "k\(round)", in: world)
      try await buy(world)
    }
    #expect(try await world.granted() == 2)
    let settings = try await settings(world)
    #expect(settings.spentThisMonth == "40.00")
    #expect(settings.lastProblem == "The month's cap is reached")
    #expect(try await world.billing.balance().credits == 50)
    try await world.billing.adjust(by: 500)
    world.billing.time.advance(by: april - march + .seconds(10))
    try await spend(500, "next", in: world)
    try await buy(world)
    #expect(try await world.granted() == 3)
  }

  @Test("a card that is declined buys nothing; the crossing is not tried again by itself")
  func declined() async throws {
    let world = try await world()
    world.double.with { $0.stripe.brokenCards["pm_1"] = "Your card has insufficient funds." }
    try await spend(150, "a", in: world)
    try await buy(world)
    try await spend(10, "b", in: world)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 40)
    #expect(world.double.with { $0.stripe.intents.count } == 1)
    #expect(
      try await settings(world).lastProblem?.contains("insufficient funds") == true)
    world.double.with { $0.stripe.brokenCards = [:] }
    try await save(world)
    try await spend(1, "c", in: world)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 539)
  }

  @Test("an answer that is lost is asked for again under the same key: charged once")
  func lostAnswer() async throws {
    let world = try await world()
    world.double.loseAnswers()
    try await spend(150, "a", in: world)
    try await buy(world)
    #expect(try await world.billing.balance().credits == 50)
    world.billing.time.advance(by: .seconds(601))
    _ = try await world.billing.service.watch.look()
    #expect(try await world.billing.balance().credits == 550)
    #expect(world.double.with { $0.stripe.intents.count } == 1)
    try await world.stripe("payment_intent.succeeded", "pi_1", event: "evt_1")
    #expect(try await world.granted() == 1)
  }

  @Test("without a card that can be charged, or switched off, nothing is bought")
  func noCard() async throws {
    let world = try await ProviderWorld.make(credits: 200)
    try await save(world)
    try await spend(150, "a", in: world)
    try await buy(world)
    #expect(try await settings(world).lastProblem?.contains("card") == true)
    try await save(world, on: false)
    try await spend(10, "b", in: world)
    #expect(try await world.billing.number("SELECT count(*) FROM top_ups") == 1)
    #expect(try await world.billing.number("SELECT count(*) FROM invoices") == 0)
  }

  @Test("wrong settings are refused by field")
  func wrong() async throws {
    let world = try await ProviderWorld.make()
    let package = try await world.billing.package()
    let requests: [(Billing.UpdateAutoTopUpRequest, String)] = [
      (.init(threshold: -1, packageID: package, monthlyCap: "1"), "threshold"),
      (.init(threshold: 1, packageID: 99, monthlyCap: "1"), "package_id"),
      (.init(threshold: 1, packageID: package, monthlyCap: "0"), "monthly_cap"),
      (.init(threshold: 1, packageID: package, monthlyCap: "much"), "monthly_cap"),
    ]
    for (request, field) in requests {
      let error = try await refusal {
        try await world.billing.payments().updateAutoTopUp(request, world.billing.owner)
      }
      #expect(error?.details.fields.map(\.name) == [field])
    }
  }

  // MARK: Notices

  private func notices(
    _ world: BillingWorld, all: Bool = false, account: Int64 = 1
  ) async throws -> [Billing.CreditNotice] {
    try await world.payments().listCreditNotices(
      Billing.ListCreditNoticesRequest(includeDismissed: all),
      world.call(as: .viewer, account: account)
    ).results
  }

  @Test("20 %, 5 % and a refusal are noticed once a crossing, until they are dismissed")
  func lowCredits() async throws {
    let world = try await BillingWorld.make()
    _ = try await world.client().openAccount(
      Billing.OpenAccountRequest(accountID: 1), world.call(nil))
    for (number, credits) in [79, 1, 5, 10, 1].enumerated() {
      try await world.capture(
        try await world.authorize(Int64(credits), key: "k\(number)"))
    }
    for number in 0..<3 {
      _ = try await refusal { try await world.authorize(50, key: "no\(number)") }
    }
    let found = try await notices(world)
    #expect(found.map(\.kind) == ["refused", "low", "low"])
    #expect(found.map(\.percent) == [nil, 5, 20])
    #expect((found[0].required, found[0].available) == (50, 4))
    let dismissed = try await world.payments().dismissCreditNotice(
      Common.IdRequest(id: found[1].id), world.call(as: .admin))
    #expect(dismissed.dismissedAt == march)
    #expect(try await notices(world).map(\.id) == [found[0].id, found[2].id])
    #expect(try await notices(world, all: true).count == 3)
    let other = try await refusal {
      try await world.payments().dismissCreditNotice(
        Common.IdRequest(id: found[0].id), world.call(as: .admin, account: 2))
    }
    #expect(other?.code == .notFound)
    #expect(try await notices(world, account: 2).isEmpty)
  }
}

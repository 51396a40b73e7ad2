import BillingContract
import CommonContract
import Kernel
import PaymentKit
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Terms that are charged to a card", .inTurn, .timeLimit(.minutes(10)))
struct RenewalTests {
  private let day = Duration.seconds(86_400)

  /// An account on the starter plan, its first month paid, at the turn of the next.
  private func world(card: String? = "pm_1") async throws -> ProviderWorld {
    let world = try await ProviderWorld.make()
    try await world.billing.subscribed("starter")
    if let card { try await keep(card, world) }
    world.billing.time.advance(by: april - world.now)
    _ = try await world.billing.service.sweeper.sweep()
    return world
  }

  @discardableResult
  private func keep(
    _ card: String, isDefault: Bool = true, _ world: ProviderWorld
  ) async throws -> Billing.PaymentMethod {
    try await world.billing.payments().createPaymentMethod(
      Billing.CreatePaymentMethodRequest(
        type: "stripe", displayName: "Card", isDefault: isDefault, providerMethod: card),
      world.billing.owner)
  }

  @discardableResult
  private func charge(_ world: ProviderWorld, by service: BillingService? = nil) async throws
    -> Int64
  {
    try await (service ?? world.billing.service).renewals.charge()
  }

  private func status(_ world: ProviderWorld) async throws -> String {
    try await world.billing.subscription().status
  }

  private func invoices(_ world: ProviderWorld) async throws -> [String] {
    try await world.billing.statuses()
  }

  /// Charges that the provider was asked for.
  private func asked(_ world: ProviderWorld) -> Int {
    world.double.calls.count { $0.path == "/v1/payment_intents" && $0.method == "POST" }
  }

  @Test("a month that begins is charged to the default card, with nobody there, once")
  func renews() async throws {
    let world = try await world()
    let replica = world.billing.replica()
    #expect(try await invoices(world) == ["paid", "sent"])
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          _ = try? await self.charge(world, by: number.isMultiple(of: 2) ? nil : replica)
        }
      }
    }
    #expect(try await invoices(world) == ["paid", "paid"])
    #expect(asked(world) == 1)
    let call = try #require(world.double.calls.last { $0.path == "/v1/payment_intents" })
    #expect((call.form["amount"], call.form["off_session"]) == ("2900", "true"))
    #expect((call.form["payment_method"], call.form["confirm"]) == ("pm_1", "true"))
    try await world.stripe("payment_intent.succeeded", "pi_1", event: "evt_1")
    #expect(try await world.billing.number("SELECT count(*) FROM payments") == 1)
    #expect(try await world.billing.balance().credits == 1_000)
    #expect(try await status(world) == "active")
    world.billing.time.advance(by: .seconds(601))
    #expect(try await charge(world) == 0)
    world.billing.time.advance(by: day)
    #expect(try await charge(world) == 1)
    #expect(try await charge(world) == 0)
    #expect(asked(world) == 1)
  }

  @Test("every month is charged anew, a year once")
  func months() async throws {
    let world = try await world()
    for month in [5, 6] {
      try await charge(world)
      let turn = Instant(CivilDate(year: 2026, month: month, day: 1))
      world.billing.time.advance(by: turn - world.now)
      _ = try await world.billing.service.sweeper.sweep()
    }
    try await charge(world)
    #expect(try await invoices(world) == ["paid", "paid", "paid", "paid"])
    #expect(asked(world) == 3)
    #expect(try await world.billing.balance().credits == 1_000)
  }

  @Test("the card of a suspended account is asked for nothing until the account is active again")
  func suspended() async throws {
    let world = try await world()
    try await world.billing.hear("account.suspended", number: 1)
    world.billing.time.advance(by: day)
    #expect(try await charge(world) == 0)
    #expect(asked(world) == 0)
    try await world.billing.hear("account.activated", number: 2)
    #expect(try await charge(world) == 1)
    #expect(try await invoices(world) == ["paid", "paid"])
  }

  @Test("a card that says no leaves the term owed; it is asked again after days, then no more")
  func declined() async throws {
    let world = try await world()
    world.double.with { $0.stripe.brokenCards["pm_1"] = "Your card was declined." }
    #expect(try await status(world) == "active")
    try await charge(world)
    #expect(try await status(world) == "past_due")
    for (days, tries) in [(0, 1), (1, 2), (1, 2), (2, 3), (5, 4), (7, 5), (7, 5)] {
      world.billing.time.advance(by: day * days)
      try await charge(world)
      #expect(asked(world) == tries)
    }
    #expect(try await invoices(world) == ["paid", "sent"])
    #expect(
      try await world.billing.number("SELECT count(*) FROM payments WHERE status = 'failed'") == 5)
    #expect(
      try await world.billing.number(
        "SELECT count(*) FROM audit_log WHERE action = 'payment.declined'") == 5)
    let unattended = """
      SELECT count(*) FROM outbox WHERE kind = 'payment.changed'
        AND payload ->> 'status' = 'failed' AND payload -> 'user_id' = 'null'
      """
    #expect(try await world.billing.number(unattended) == 5)
    let may = Instant(CivilDate(year: 2026, month: 5, day: 1))
    world.billing.time.advance(by: may - world.now)
    _ = try await world.billing.service.sweeper.sweep()
    #expect(try await status(world) == "cancelled")
    #expect(try await invoices(world) == ["paid", "uncollectible"])
    try await keep("pm_2", world)
    #expect(try await charge(world) == 0)
  }

  @Test("a card that is there in time pays at the next try, another default one at once")
  func otherCard() async throws {
    let world = try await world()
    world.double.with { $0.stripe.brokenCards["pm_1"] = "Your card has expired." }
    try await charge(world)
    try await keep("pm_2", isDefault: false, world)
    #expect(try await charge(world) == 0)
    try await keep("pm_3", world)
    #expect(try await charge(world) == 1)
    #expect(try await status(world) == "active")
    #expect(try await invoices(world) == ["paid", "paid"])
    let call = try #require(world.double.calls.last { $0.path == "/v1/payment_intents" })
    #expect(call.form["payment_method"] == "pm_3")
  }

  @Test("a charge whose answer is lost is asked for again under the same key: charged once")
  func lostAnswer() async throws {
    let world = try await world()
    world.double.loseAnswers()
    try await charge(world)
    #expect(try await invoices(world) == ["paid", "sent"])
    world.billing.time.advance(by: .seconds(601))
    _ = try await world.billing.service.watch.look()
    #expect(try await invoices(world) == ["paid", "paid"])
    world.billing.time.advance(by: day * 2)
    try await charge(world)
    #expect(world.double.with { $0.stripe.intents.count } == 1)
  }

  @Test("a process that dies between its mark and the charge is followed by another")
  func dies() async throws {
    let world = try await world()
    _ = try await world.billing.database.run(
      RenewalQueries.claim,
      [.instant(world.now), .int(10), .instant(world.now + .seconds(600))], in: .allAccounts)
    #expect(try await charge(world) == 0)
    world.billing.time.advance(by: .seconds(600))
    #expect(try await charge(world) == 1)
    #expect(try await invoices(world) == ["paid", "paid"])
  }

  @Test("without a card the invoice waits to be paid by hand; a card that comes pays it")
  func noCard() async throws {
    let world = try await world(card: nil)
    #expect(try await charge(world) == 1)
    #expect(asked(world) == 0)
    #expect(try await status(world) == "active")
    let told = """
      SELECT count(*) FROM outbox WHERE kind = 'renewal.unpaid'
        AND payload ->> 'amount' = '29.00' AND payload ->> 'number' <> ''
      """
    #expect(try await world.billing.number(told) == 1)
    try await keep("pm_1", world)
    try await charge(world)
    #expect(try await invoices(world) == ["paid", "paid"])
  }

  @Test("while the payer pays in another way, the card is left alone; paid by hand it stays so")
  func otherWay() async throws {
    let world = try await world()
    let id = try await world.billing.number("SELECT max(id) FROM invoices")
    let order = try await world.billing.payments().payInvoice(
      Billing.PayInvoiceRequest(id: id, paymentMethod: "bank_transfer"), world.billing.owner)
    let payment = try #require(order.payment?.id)
    try await world.billing.submit(payment)
    try await charge(world)
    #expect(asked(world) == 0)
    try await world.billing.approve(payment)
    world.billing.time.advance(by: .seconds(3_600))
    #expect(try await charge(world) == 1)
    #expect(asked(world) == 0)
    #expect(try await invoices(world) == ["paid", "paid"])
    #expect(try await world.billing.verify().ok)
  }
}

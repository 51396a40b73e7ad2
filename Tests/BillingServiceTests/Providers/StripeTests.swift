import BillingContract
import CommonContract
import Kernel
import PaymentKit
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Stripe", .inTurn, .timeLimit(.minutes(10)))
struct StripeTests {
  /// A purchase, with the provider's number of it.
  private func begun(_ world: ProviderWorld, key: String? = nil) async throws -> (Int64, String) {
    let order = try await world.billing.purchase(by: "stripe", key: key)
    return (try #require(order.payment?.id), try #require(order.payment?.intentID))
  }

  @Test("a purchase begins a PaymentIntent and hands the payer what the browser needs")
  func purchase() async throws {
    let world = try await ProviderWorld.make()
    let order = try await world.billing.purchase(by: "stripe")
    let payment = try #require(order.payment)
    #expect((payment.status, payment.intentID) == ("processing", "pi_1"))
    #expect(order.clientSecret == "pi_1_secret_x")
    #expect(order.publishableKey == "pk_test")
    let call = try #require(world.double.calls.first)
    #expect(call.form["amount"] == "2000")
    #expect(call.form["currency"] == "usd")
    #expect(call.form["metadata[payment_id]"] == "\(payment.id)")
    #expect(call.headers["idempotency-key"] == "igny8-payment-\(payment.id)")
    let secrets = try await world.billing.number(
      "SELECT count(*) FROM idempotency_keys WHERE position('_secret_' IN answer::text) > 0")
    #expect(secrets == 0)
    #expect(try await world.granted() == 0)
  }

  @Test("the money's news grants once, however often it comes and by whichever replica")
  func succeeded() async throws {
    let world = try await ProviderWorld.make()
    let replica = world.billing.replica()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try? await world.stripe(
            "payment_intent.succeeded", intent, event: "evt_\(number % 3)",
            by: number.isMultiple(of: 2) ? nil : replica)
        }
      }
    }
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
    #expect(try await world.granted() == 1)
    #expect(try await world.billing.text("SELECT status FROM invoices") == "paid")
    #expect(try await world.billing.number("SELECT count(*) FROM provider_events") == 3)
    #expect(try await world.billing.verify().ok)
  }

  @Test("news out of order, late and of unknown types come to the same")
  func outOfOrder() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.decline(intent, "Your card was declined.") }
    try await world.stripe("payment_intent.payment_failed", intent, event: "evt_1")
    #expect(try await world.status(id) == "failed")
    world.double.with { $0.stripe.pay(intent) }
    try await world.stripe("payment_intent.succeeded", intent, event: "evt_3")
    try await world.stripe("payment_intent.created", intent, event: "evt_0")
    try await world.stripe("payment_intent.payment_failed", intent, event: "evt_2")
    try await world.stripe("charge.dispute.funds_reinstated", intent, event: "evt_4")
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
  }

  @Test("the news may come before our own number of the payment was written down")
  func beforeCreated() async throws {
    let world = try await ProviderWorld.make()
    world.double.loseAnswers()
    let error = try await refusal { try await world.billing.purchase(by: "stripe", key: "a") }
    #expect(error?.code == .unavailable)
    #expect(try await world.billing.number("SELECT count(intent_id) FROM payments") == 0)
    world.double.with { $0.stripe.pay("pi_1") }
    try await world.stripe("payment_intent.succeeded", "pi_1", event: "evt_1")
    #expect(try await world.billing.balance().credits == 500)
    let order = try await world.billing.purchase(by: "stripe", key: "a")
    #expect((order.payment?.status, order.payment?.intentID) == ("succeeded", "pi_1"))
    #expect(world.double.with { $0.stripe.intents.count } == 1)
    #expect(try await world.granted() == 1)
  }

  @Test("an answer that was lost is asked for again under the same key: one payment there too")
  func lostAnswer() async throws {
    let world = try await ProviderWorld.make()
    world.double.loseAnswers()
    _ = try await refusal { try await world.billing.purchase(by: "stripe", key: "a") }
    let order = try await world.billing.purchase(by: "stripe", key: "a")
    #expect((order.payment?.intentID, order.clientSecret) == ("pi_1", "pi_1_secret_x"))
    let again = try await world.billing.purchase(by: "stripe", key: "a")
    #expect(again == order)
    #expect(world.double.with { $0.stripe.intents.count } == 1)
    #expect(try await world.billing.number("SELECT count(*) FROM payments") == 1)
  }

  @Test("a process that dies before its commit books the news the next time")
  func dies() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    try await world.billing.administer(
      """
      CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'died'; END $$;
      CREATE CONSTRAINT TRIGGER dies AFTER INSERT ON provider_events
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break();
      """)
    await #expect(throws: RPCError.self) {
      try await world.stripe("payment_intent.succeeded", intent, event: "evt_1")
    }
    #expect(try await world.status(id) == "processing")
    #expect(try await world.billing.balance().credits == 0)
    try await world.billing.administer("DROP TRIGGER dies ON provider_events")
    try await world.stripe("payment_intent.succeeded", intent, event: "evt_1")
    #expect(try await world.billing.balance().credits == 500)
    #expect(try await world.billing.verify().ok)
  }

  @Test(
    "what is not signed with the secret, now, is refused and changes nothing",
    arguments: ["other secret", "too old", "too new", "other body", "no header", "no code"])
  func signatures(fault: String) async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    let event = world.double.with {
      $0.stripe.event("evt_1", "payment_intent.succeeded", about: intent)
    }
    var request = world.signed(event)
    switch fault {
    case "other secret": request = world.signed(event, with: "whsec_other")
    case "too old": request = world.signed(event, at: world.now - .seconds(301))
    case "too new": request = world.signed(event, at: world.now + .seconds(301))
    case "other body": request.body.append(0x20)
    case "no header": request.headers = []
    default: request.headers[0].value = "t=\(world.now.seconds)"
    }
    let error = try await refusal { try await world.stripe(request) }
    #expect((error?.code, error?.details.reason) == (.invalidArgument, "signature"))
    #expect(try await world.status(id) == "processing")
    #expect(try await world.billing.number("SELECT count(*) FROM provider_events") == 0)
  }

  @Test("another amount than was asked for grants nothing and is taken, not to come again")
  func otherAmount() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    let event = world.double.with {
      $0.stripe.event("evt_1", "payment_intent.succeeded", about: intent)
    }.replacing("2000", with: "1999")
    try await world.stripe(world.signed(event))
    #expect(try await world.status(id) == "processing")
    #expect(try await world.granted() == 0)
    #expect(
      try await world.billing.text("SELECT outcome FROM provider_events")
        == "refused: other_amount")
  }

  @Test("news of payments that are not ours are taken and noted")
  func unrelated() async throws {
    let world = try await ProviderWorld.make()
    let event = #"""
      {"id":"evt_9","type":"payment_intent.succeeded","data":{"object":{"id":"pi_x",
      "status":"succeeded","amount":1,"amount_received":1,"currency":"usd",
      "metadata":{"account_id":"77","payment_id":"88"}}}}
      """#
    try await world.stripe(world.signed(event))
    #expect(try await world.billing.text("SELECT outcome FROM provider_events") == "unrelated")
  }

  @Test("what no news tell is looked up; what nobody paid in a day is given up")
  func watch() async throws {
    let world = try await ProviderWorld.make()
    let (paid, intent) = try await begun(world)
    let (unpaid, _) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    #expect(try await world.billing.service.watch.look() == 0)
    world.billing.time.advance(by: .seconds(601))
    #expect(try await world.billing.service.watch.look() == 2)
    #expect(try await world.status(paid) == "succeeded")
    #expect(try await world.status(unpaid) == "processing")
    world.billing.time.advance(by: .seconds(86_400))
    #expect(try await world.billing.service.watch.look() == 1)
    #expect(try await world.status(unpaid) == "cancelled")
    #expect(world.double.with { $0.stripe.intents["pi_2"]?.status } == "canceled")
    #expect(try await world.billing.balance().credits == 500)
  }

  @Test("a provider that is away is said to be, and nothing is lost")
  func away() async throws {
    let world = try await ProviderWorld.make()
    world.double.fail(1)
    let error = try await refusal { try await world.billing.purchase(by: "stripe", key: "a") }
    #expect((error?.code, error?.details.reason) == (.unavailable, "upstream"))
    #expect(try await world.billing.purchase(by: "stripe", key: "a").payment?.intentID == "pi_1")
  }

  @Test("a card is kept by the provider; the account is one customer there")
  func keepCard() async throws {
    let world = try await ProviderWorld.make()
    func keep(_ number: String) async throws -> Billing.PaymentMethod {
      try await world.billing.payments().createPaymentMethod(
        Billing.CreatePaymentMethodRequest(
          type: "stripe", displayName: "Card", providerMethod: number), world.billing.owner)
    }
    let card = try await keep("pm_1")
    #expect((card.brand, card.last4) == ("visa", "4242"))
    #expect((card.expYear, card.isChargeable) == (2030, true))
    _ = try await keep("pm_2")
    #expect(world.double.with { $0.stripe.customers } == 1)
    for wrong in ["tok_1", "pm_1/../../customers"] {
      let error = try await refusal { try await keep(wrong) }
      #expect(error?.details.fields.map(\.name) == ["provider_method"])
    }
    #expect(try await refusal { try await keep("pm_1") }?.code == .alreadyExists)
  }
}

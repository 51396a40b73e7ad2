import BillingContract
import CommonContract
import Kernel
import PaymentKit
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Refunds", .inTurn, .timeLimit(.minutes(10)))
struct RefundTests {
  /// A payment of 500 credits that is paid.
  private func paid(_ world: ProviderWorld, by method: String = "stripe") async throws -> Int64 {
    let order = try await world.billing.purchase(by: method)
    let payment = try #require(order.payment)
    if method == "bank_transfer" {
      try await world.billing.submit(payment.id)
      return try await world.billing.approve(payment.id).id
    }
    let intent = try #require(payment.intentID)
    world.double.with { $0.stripe.pay(intent) }
    try await world.stripe("payment_intent.succeeded", intent, event: "paid_\(payment.id)")
    return payment.id
  }

  @discardableResult
  private func refund(
    _ payment: Int64, _ amount: String = "", key: String? = nil, in world: ProviderWorld,
    by service: BillingService? = nil
  ) async throws -> Billing.Refund {
    try await world.billing.payments(service).refundPayment(
      Billing.RefundPaymentRequest(id: payment, amount: amount, reason: "asked for"),
      world.billing.call(as: .developer, account: nil, key: key))
  }

  private func balance(_ world: ProviderWorld) async throws -> Int64 {
    try await world.billing.balance().credits
  }

  @Test("a full refund takes the credits back and gives the money back through the provider")
  func full() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    let refund = try await refund(id, in: world)
    #expect((refund.status, refund.amount, refund.creditsTaken) == ("succeeded", "20.00", 500))
    #expect(refund.providerRefundID == "re_1")
    #expect(try await balance(world) == 0)
    #expect(try await world.status(id) == "refunded")
    let call = try #require(world.double.calls.last)
    #expect(call.form["amount"] == "2000")
    #expect(
      try await world.billing.text(
        "SELECT type || ' ' || reference FROM credit_transactions ORDER BY seq DESC LIMIT 1")
        == "refund refund/\(refund.id)")
    #expect(try await world.billing.verify().ok)
  }

  @Test("credits of the purchase go first, then others that are free; promised and spent ones stay")
  func unusedFirst() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    try await world.billing.adjust(by: 100, expiresAt: march + .seconds(86_400))
    // Takes the 100, which expire, and 300 of the purchase.
    let held = try await world.billing.authorize(400, key: "a")
    try await world.billing.adjust(by: 50)
    let refund = try await refund(id, in: world)
    #expect((refund.credits, refund.creditsTaken) == (500, 250))
    let balance = try await world.billing.balance()
    #expect((balance.credits, balance.availableCredits) == (400, 0))
    try await world.billing.capture(held)
    #expect(try await world.billing.balance().credits == 0)
    #expect(try await world.billing.verify().ok)
  }

  @Test("parts add up: together they take all the credits and never more money than was paid")
  func parts() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    let amounts = ["6.67", "6.67", "6.66"]
    var taken: [Int64] = []
    for amount in amounts {
      #expect(try await world.status(id) == "succeeded")
      taken.append(try await refund(id, amount, in: world).creditsTaken)
    }
    #expect(taken.reduce(0, +) == 500)
    #expect(try await world.status(id) == "refunded")
    let error = try await refusal { try await refund(id, "0.01", in: world) }
    #expect(error?.details.fields.map(\.name) == ["amount"])
    let list = try await world.billing.payments().listRefunds(
      Common.IdRequest(id: id), world.billing.staff)
    #expect(list.results.map(\.amount) == amounts)
    #expect(try await world.billing.verify().ok)
  }

  @Test("with a key it happens once, by however many at once over two replicas")
  func once() async throws {
    let world = try await ProviderWorld.make()
    let replica = world.billing.replica()
    let id = try await paid(world)
    let refunds = await withTaskGroup(of: Int64?.self) { group in
      for number in 0..<12 {
        group.addTask {
          try? await self.refund(
            id, "5", key: "a", in: world, by: number.isMultiple(of: 2) ? nil : replica
          ).id
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(refunds).count == 1)
    #expect(try await balance(world) == 375)
    #expect(world.double.with { $0.stripe.refunds.count } == 1)
    let error = try await refusal { try await refund(id, "6", key: "a", in: world) }
    #expect(error?.details.reason == "idempotency_key_reused")
  }

  @Test("many refunds at once never give back more than was paid")
  func many() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    let done = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<10 {
        group.addTask { (try? await self.refund(id, "3.00", in: world)) != nil }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(done == 6)
    #expect(try await balance(world) == 50)
    #expect(try await world.billing.number("SELECT refunded FROM payments") == 1_800)
    #expect(try await world.billing.verify().ok)
  }

  @Test("a refund that the provider fails returns the credits to the very lots")
  func fails() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    world.double.with { $0.stripe.refundStatus = "pending" }
    let refund = try await refund(id, in: world)
    #expect((refund.status, refund.creditsTaken) == ("processing", 500))
    #expect(try await balance(world) == 0)
    world.double.with { $0.stripe.refunds["re_1"]?.status = "failed" }
    try await world.refundNews("refund.failed", "re_1", event: "evt_r1")
    try await world.refundNews("refund.failed", "re_1", event: "evt_r2")
    #expect(try await balance(world) == 500)
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.number("SELECT free FROM credit_lots WHERE number = 1") == 500)
    let again = try await self.refund(id, in: world)
    #expect(again.creditsTaken == 500)
    #expect(try await world.billing.verify().ok)
  }

  @Test("a refusal by the provider returns them too")
  func refused() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    world.double.with { $0.stripe.refusesRefunds = true }
    let refund = try await refund(id, "10.00", in: world)
    #expect((refund.status, refund.failureReason) == ("failed", "Charge has been disputed"))
    #expect(try await balance(world) == 500)
    #expect(try await world.billing.number("SELECT refunded FROM payments") == 0)
    #expect(try await world.billing.verify().ok)
  }

  @Test("a lost answer is asked for again under the same key, and ends by itself")
  func lostAnswer() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    world.double.loseAnswers()
    #expect(try await refund(id, in: world).status == "processing")
    #expect(try await balance(world) == 0)
    world.billing.time.advance(by: .seconds(61))
    #expect(try await world.billing.service.watch.look() == 1)
    #expect(try await world.billing.text("SELECT status FROM refunds") == "succeeded")
    #expect(world.double.with { $0.stripe.refunds.count } == 1)
  }

  @Test("news of a refund come before our own number of it, twice, and late")
  func news() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    world.double.loseAnswers()
    try await refund(id, in: world)
    for number in 0..<3 {
      try await world.refundNews("refund.updated", "re_1", event: "evt_r\(number)")
    }
    #expect(try await world.billing.text("SELECT status FROM refunds") == "succeeded")
    #expect(try await world.billing.text("SELECT provider_refund FROM refunds") == "re_1")
    #expect(try await balance(world) == 0)
  }

  @Test("a refund made at the provider's own pages takes its credits too, once")
  func elsewhere() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    world.double.with { $0.stripe.refundElsewhere("pi_1", 500) }
    for number in 0..<3 {
      try await world.refundNews("refund.created", "re_1", event: "evt_r\(number)")
    }
    #expect(try await balance(world) == 375)
    #expect(try await world.billing.number("SELECT count(*) FROM refunds") == 1)
    #expect(try await world.status(id) == "succeeded")
  }

  @Test("a manual payment is paid back by hand, and so at once")
  func manual() async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world, by: "bank_transfer")
    #expect(try await refund(id, "10", in: world).status == "succeeded")
    #expect(try await balance(world) == 250)
    #expect(try await world.status(id) == "completed")
  }

  @Test("PayPal gives back through the capture")
  func payPal() async throws {
    let world = try await ProviderWorld.make()
    let order = try await world.billing.purchase(by: "paypal")
    let id = order.payment?.id ?? 0
    world.double.with { $0.payPal.approve("ORDER1") }
    _ = try await world.billing.payments().capturePayment(
      Common.IdRequest(id: id), world.billing.owner)
    let refund = try await refund(id, "4.00", in: world)
    #expect((refund.status, refund.creditsTaken) == ("succeeded", 100))
    let call = try #require(world.double.calls.last)
    #expect(call.path == "/v2/payments/captures/CAPTURE-ORDER1/refund")
  }

  @Test(
    "wrong refunds change nothing",
    arguments: [("0", "amount"), ("-1", "amount"), ("1.001", "amount"), ("x", "amount")])
  func wrong(amount: String, field: String) async throws {
    let world = try await ProviderWorld.make()
    let id = try await paid(world)
    let error = try await refusal { try await refund(id, amount, in: world) }
    #expect(error?.details.fields.map(\.name) == [field])
    #expect(try await balance(world) == 500)
  }

  @Test("what is not paid cannot be paid back")
  func unpaid() async throws {
    let world = try await ProviderWorld.make()
    let order = try await world.billing.purchase(by: "stripe")
    let error = try await refusal { try await refund(order.payment?.id ?? 0, in: world) }
    #expect(error?.details.reason == "not_paid")
    #expect(try await refusal { try await refund(99, in: world) }?.code == .notFound)
  }
}

import BillingContract
import CommonContract
import JSON
import Kernel
import PaymentKit
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Giving payments up", .inTurn, .timeLimit(.minutes(10)))
struct WithdrawalTests {
  private func begun(
    _ world: ProviderWorld, by method: String = "stripe"
  ) async throws -> (Int64, String) {
    let order = try await world.billing.purchase(by: method)
    return (try #require(order.payment?.id), try #require(order.payment?.intentID))
  }

  private func cancel(_ id: Int64, _ world: ProviderWorld) async throws -> Billing.Payment {
    try await world.billing.payments().cancelPayment(
      Common.IdRequest(id: id), world.billing.owner)
  }

  @Test("what the payer gives up is withdrawn at Stripe, once, and cannot be paid there any more")
  func stripe() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    #expect(try await cancel(id, world).status == "cancelled")
    #expect(try await cancel(id, world).status == "cancelled")
    #expect(world.double.with { $0.stripe.intents[intent]?.status } == "canceled")
    #expect(world.double.calls.count { $0.path.hasSuffix("/cancel") } == 1)
    world.double.with { $0.stripe.pay(intent) }
    try await world.stripe("payment_intent.canceled", intent, event: "evt_1")
    #expect(try await world.status(id) == "cancelled")
    #expect(try await world.granted() == 0)
  }

  @Test("money that came before is booked, and the payment is said to be paid")
  func paidBefore() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.pay(intent) }
    #expect(try await refusal { try await cancel(id, world) }?.details.reason == "paid")
    #expect(try await world.status(id) == "succeeded")
    try await world.stripe("payment_intent.succeeded", intent, event: "evt_1")
    #expect(try await world.billing.balance().credits == 500)
    #expect(try await world.granted() == 1)
  }

  @Test("money that is on its way is waited for")
  func underWay() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.with { $0.stripe.intents[intent]?.status = "processing" }
    #expect(try await refusal { try await cancel(id, world) }?.details.reason == "under_way")
    #expect(try await world.status(id) == "processing")
  }

  @Test("while the provider is away nothing is given up; a lost answer is asked for again")
  func away() async throws {
    let world = try await ProviderWorld.make()
    let (id, intent) = try await begun(world)
    world.double.fail(1)
    #expect(try await refusal { try await cancel(id, world) }?.details.reason == "upstream")
    #expect(try await world.status(id) == "processing")
    world.double.loseAnswers()
    #expect(try await refusal { try await cancel(id, world) }?.details.reason == "upstream")
    #expect(try await cancel(id, world).status == "cancelled")
    #expect(world.double.with { $0.stripe.intents[intent]?.status } == "canceled")
  }

  @Test("money of a payment that was given up before its number was known is granted all the same")
  func afterwards() async throws {
    let world = try await ProviderWorld.make()
    world.double.loseAnswers()
    _ = try await refusal { try await world.billing.purchase(by: "stripe") }
    let id = try await world.billing.number("SELECT id FROM payments")
    #expect(try await cancel(id, world).status == "cancelled")
    world.double.with { $0.stripe.pay("pi_1") }
    try await world.stripe("payment_intent.succeeded", "pi_1", event: "evt_1")
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
  }

  @Test("of an order that was given up PayPal's payer agrees in vain: nothing is taken")
  func payPal() async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world, by: "paypal")
    #expect(try await cancel(id, world).status == "cancelled")
    world.double.with { $0.payPal.approve(order) }
    let resource = #"{"id":"\#(order)","status":"APPROVED"}"#
    try await world.payPal("W1", "CHECKOUT.ORDER.APPROVED", resource)
    let looked = try await world.billing.payments().capturePayment(
      Common.IdRequest(id: id), world.billing.owner)
    #expect(looked.status == "cancelled")
    #expect(world.double.with { $0.payPal.orders[order]?.capture } == nil)
    #expect(try await world.granted() == 0)
    #expect(
      try await world.billing.text("SELECT outcome FROM provider_events") == "given up")
  }

  @Test("money that PayPal has taken and that is not there yet is waited for, and booked then")
  func payPalPending() async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world, by: "paypal")
    world.double.with {
      $0.payPal.orders[order]?.captureStatus = "PENDING"
      $0.payPal.approve(order)
    }
    let taken = try await world.billing.payments().capturePayment(
      Common.IdRequest(id: id), world.billing.owner)
    #expect(taken.status == "processing")
    #expect(try await refusal { try await cancel(id, world) }?.details.reason == "under_way")
    let resource = world.double.with { state in
      state.payPal.orders[order]?.captureStatus = "COMPLETED"
      return state.payPal.orders[order]?.captureJSON("CAPTURE-\(order)").text ?? ""
    }
    try await world.payPal("W1", "PAYMENT.CAPTURE.COMPLETED", resource)
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
  }

  @Test("of giving up and paying at once, by two replicas, the money decides")
  func race() async throws {
    let world = try await ProviderWorld.make()
    let replica = world.billing.replica()
    for round in 0..<6 {
      let (id, intent) = try await begun(world)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          try? await RealTime().sleep(for: .milliseconds(4 * round))
          world.double.with { $0.stripe.pay(intent) }
          try? await world.stripe(
            "payment_intent.succeeded", intent, event: "evt_\(round)", by: replica)
        }
        group.addTask { _ = try? await self.cancel(id, world) }
      }
      let isPaid = world.double.with { $0.stripe.intents[intent]?.status } == "succeeded"
      #expect(try await world.status(id) == (isPaid ? "succeeded" : "cancelled"))
    }
    let paid = world.double.with { $0.stripe.intents.values.count { $0.status == "succeeded" } }
    #expect(try await world.granted() == Int64(paid))
    #expect(try await world.billing.verify().ok)
  }
}

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

@Suite("PayPal", .inTurn, .timeLimit(.minutes(10)))
struct PayPalTests {
  private func begun(_ world: ProviderWorld) async throws -> (Int64, String) {
    let order = try await world.billing.purchase(by: "paypal")
    return (try #require(order.payment?.id), try #require(order.payment?.intentID))
  }

  private func capture(_ id: Int64, _ world: ProviderWorld) async throws -> Billing.Payment {
    try await world.billing.payments().capturePayment(
      Common.IdRequest(id: id), world.billing.owner)
  }

  /// The resource of a capture's news.
  private func resource(_ order: String, _ world: ProviderWorld) -> String {
    world.double.with { $0.payPal.orders[order]?.captureJSON("CAPTURE-\(order)").text ?? "" }
  }

  @Test("a purchase begins an order, the payer agrees there, the capture takes the money once")
  func purchase() async throws {
    let world = try await ProviderWorld.make()
    let order = try await world.billing.payments().purchasePackage(
      Billing.PurchasePackageRequest(
        id: try await world.billing.package(), paymentMethod: "paypal",
        returnURL: "https://app.test/done", cancelURL: "https://app.test/back"),
      world.billing.owner)
    let payment = try #require(order.payment)
    #expect(order.approvalURL == "https://paypal.test/approve/ORDER1")
    #expect(try await capture(payment.id, world).status == "processing")
    world.double.with { $0.payPal.approve("ORDER1") }
    let paid = try await capture(payment.id, world)
    #expect((paid.status, paid.chargeID) == ("succeeded", "CAPTURE-ORDER1"))
    #expect(try await capture(payment.id, world).status == "succeeded")
    try await world.payPal("W1", "PAYMENT.CAPTURE.COMPLETED", resource("ORDER1", world))
    #expect(try await world.billing.balance().credits == 500)
    #expect(try await world.granted() == 1)
    #expect(try await world.billing.verify().ok)
    let begin = world.double.calls.first { $0.path == "/v2/checkout/orders" }
    #expect(begin?.body.contains(#""value":"20.00""#) == true)
    #expect(begin?.body.contains("https://app.test/done") == true)
    #expect(world.double.calls.count { $0.path == "/v1/oauth2/token" } == 1)
  }

  @Test("the news that the payer agreed take the money; repeats and captures at once take it once")
  func approved() async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world)
    world.double.with { $0.payPal.approve(order) }
    let resource = #"{"id":"\#(order)","status":"APPROVED"}"#
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask {
          try? await world.payPal("W\(number % 2)", "CHECKOUT.ORDER.APPROVED", resource)
        }
        group.addTask { _ = try? await self.capture(id, world) }
      }
    }
    #expect(try await world.status(id) == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
    #expect(try await world.granted() == 1)
  }

  @Test("a capture whose answer is lost is taken once")
  func lostCapture() async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world)
    world.double.with { $0.payPal.approve(order) }
    world.double.loseAnswers()
    #expect(try await refusal { try await capture(id, world) }?.code == .unavailable)
    #expect(try await world.billing.balance().credits == 0)
    #expect(try await capture(id, world).status == "succeeded")
    #expect(try await world.billing.balance().credits == 500)
  }

  @Test(
    "news that PayPal does not vouch for are refused and change nothing",
    arguments: ["signature", "body", "headers"])
  func forged(fault: String) async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world)
    let error = try await refusal {
      switch fault {
      case "signature":
        try await world.payPal(
          "W1", "PAYMENT.CAPTURE.COMPLETED", resource(order, world), signature: "forged")
      case "body":
        let other = "{\"id\":\"W1\",\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"resource\":"
        try await world.payPal(
          "W1", "PAYMENT.CAPTURE.COMPLETED", "{}", tampered: other + resource(order, world) + "}")
      default:
        try await world.payPal(
          "W1", "PAYMENT.CAPTURE.COMPLETED", resource(order, world), signature: "")
      }
    }
    #expect((error?.code, error?.details.reason) == (.invalidArgument, "signature"))
    #expect(try await world.status(id) == "processing")
  }

  @Test("while PayPal cannot be asked, news are not taken, so that they come again")
  func cannotVerify() async throws {
    let world = try await ProviderWorld.make()
    let (id, order) = try await begun(world)
    world.double.fail(1)
    let error = try await refusal {
      try await world.payPal("W1", "PAYMENT.CAPTURE.COMPLETED", resource(order, world))
    }
    #expect(error?.code == .unavailable)
    try await world.payPal("W1", "PAYMENT.CAPTURE.COMPLETED", resource(order, world))
    #expect(try await world.status(id) == "succeeded")
  }

  @Test("a denied capture fails the payment; its invoice can be paid in another way")
  func denied() async throws {
    let world = try await ProviderWorld.make()
    let order = try await world.billing.purchase(by: "paypal")
    let intent = try #require(order.payment?.intentID)
    try await world.payPal("W1", "PAYMENT.CAPTURE.DENIED", resource(intent, world))
    #expect(try await world.status(order.payment?.id) == "failed")
    let next = try await world.billing.payments().payInvoice(
      Billing.PayInvoiceRequest(id: order.invoiceID, paymentMethod: "stripe"),
      world.billing.owner)
    #expect((next.payment?.intentID, next.payment?.credits) == ("pi_1", 500))
  }
}

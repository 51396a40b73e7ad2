import BillingContract
import CommonContract
import EdgeService
import RPC
import TestKit
import TestTraits
import Testing

@Suite("Requests that are handed on as they came", .inTurn, .timeLimit(.minutes(10)))
struct RawRequestTests {
  private static let path = "/api/v1/billing/webhooks/stripe/"

  /// What the service gets.
  private func taken(
    _ body: String, type: String, headers: [String: String]
  ) async throws -> (status: Int, request: Common.RawRequest) {
    let got = Held(Common.RawRequest())
    var billing = RPCRoutes()
    billing.handle(PaymentsMethods.receiveStripeWebhook) { request, call in
      #expect(call.context.actor == .anonymous)
      got.value = request
      return Billing.WebhookReceipt()
    }
    let world = try EdgeWorld(billing: billing)
    let reply = try await world.askAnonymously(
      "POST", Self.path, body, type: type, headers: headers)
    return (reply.status, got.value)
  }

  @Test(
    "the body's very bytes arrive, whatever they are said to be",
    arguments: [
      ("application/json", "{ \"b\" : 1,  \"a\":[1.0] }\n"), ("text/plain", "no JSON {"),
      ("application/x-www-form-urlencoded", "a=b&c=%20"), ("application/json", ""),
    ])
  func bytes(type: String, body: String) async throws {
    let (status, request) = try await taken(
      body, type: type, headers: ["stripe-signature": "t=1,v1=00"])
    #expect(status == 200)
    #expect(String(decoding: request.body, as: UTF8.self) == body)
    #expect(request.headers.contains(Common.Header(name: "stripe-signature", value: "t=1,v1=00")))
  }

  @Test("headers with credentials stay here")
  func withheld() async throws {
    let (_, request) = try await taken(
      "{}", type: "application/json",
      headers: ["cookie": "a=b", "authorization": "Bearer stale", "paypal-auth-algo": "x"])
    #expect(request.headers.map(\.name) == ["content-type", "paypal-auth-algo"])
  }

  @Test("a body above the limit is refused")
  func tooLarge() async throws {
    let (status, request) = try await taken(
      String(repeating: "x", count: (1 << 20) + 1), type: "application/json", headers: [:])
    #expect(status == 413)
    #expect(request.body.isEmpty)
  }
}

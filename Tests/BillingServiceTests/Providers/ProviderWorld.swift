import BillingContract
import CommonContract
import Cryptography
import JSON
import Kernel
import PaymentKit
import RPC
import Settings
import TestKit

@testable import BillingService

/// The billing service with both providers, which live in the test.
struct ProviderWorld: Sendable {
  static let secret = "whsec_test"

  let billing: BillingWorld
  let double: ProviderDouble

  static func make(credits: Int64 = 0) async throws -> ProviderWorld {
    let double = try await ProviderDouble.start()
    var settings = BillingSettings()
    settings.providers.timeout = .seconds(30)
    settings.providers.stripe = StripeSettings(
      secretKey: Secret(ProviderDouble.stripeKey), publishableKey: "pk_test",
      webhookSecrets: [Secret("whsec_next"), Secret(secret)], url: double.url)
    settings.providers.payPal = PayPalSettings(
      clientID: ProviderDouble.payPalClient, secret: Secret(ProviderDouble.payPalSecret),
      webhookID: ProviderDouble.payPalWebhook, url: double.url)
    let world = ProviderWorld(billing: try await BillingWorld.make(settings), double: double)
    try await world.billing.open(credits: credits)
    return world
  }

  var now: Instant { billing.time.now() }

  /// A request as Stripe sends it, signed at a time.
  func signed(_ event: String, with secret: String = secret, at: Instant? = nil)
    -> Common.RawRequest
  {
    let seconds = (at ?? now).microseconds / 1_000_000
    let code = MessageAuthentication.hmacSHA256(
      key: Array(secret.utf8), "\(seconds).\(event)")
    return Common.RawRequest(
      body: Array(event.utf8),
      headers: [
        Common.Header(
          name: "stripe-signature", value: "t=\(seconds),v1=\(Hex.encode(code)),v0=00")
      ])
  }

  func stripe(_ request: Common.RawRequest, by service: BillingService? = nil) async throws {
    _ = try await billing.payments(service).receiveStripeWebhook(request, anybody)
  }

  /// News of a payment as Stripe has it now.
  func stripe(
    _ type: String, _ intent: String, event: String, by service: BillingService? = nil
  ) async throws {
    let text = double.with { $0.stripe.event(event, type, about: intent) }
    try await stripe(signed(text), by: service)
  }

  /// News of a refund as Stripe has it now.
  func refundNews(_ type: String, _ refund: String, event: String) async throws {
    let json = double.with { $0.stripe.refunds[refund]?.json ?? .null }
    try await stripe(signed(StripeState.event(event, type, json)))
  }

  /// News as PayPal sends them; `tampered` is what arrives instead.
  func payPal(
    _ id: String, _ type: String, _ resource: String, tampered: String? = nil,
    signature: String = "genuine"
  ) async throws {
    // With blanks, which must come back as they are.
    let event = "{\"id\":\"\(id)\", \"event_type\" : \"\(type)\",\"resource\":\(resource)}"
    double.with { $0.payPal.sent["T-\(id)"] = event }
    let headers = [
      ("paypal-auth-algo", "SHA256withRSA"), ("paypal-cert-url", "https://paypal.test/cert"),
      ("paypal-transmission-id", "T-\(id)"), ("paypal-transmission-sig", signature),
      ("paypal-transmission-time", "2026-03-10T00:00:00Z"),
    ]
    _ = try await billing.payments().receivePayPalWebhook(
      Common.RawRequest(
        body: Array((tampered ?? event).utf8),
        headers: headers.map { Common.Header(name: $0.0, value: $0.1) }), anybody)
  }

  private var anybody: OutgoingCall {
    billing.call(as: .viewer, actor: .anonymous, account: nil)
  }

  func status(_ payment: Int64?) async throws -> String {
    try await billing.payments().getPayment(
      Common.IdRequest(id: payment ?? 0), billing.owner
    ).status
  }

  func granted() async throws -> Int64 {
    try await billing.number(
      "SELECT count(*) FROM credit_transactions WHERE type = 'purchase'")
  }
}

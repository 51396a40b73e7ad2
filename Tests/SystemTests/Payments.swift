import Cryptography
import Foundation
import PaymentKit

/// The payment providers of a system under test, which live in the test.
struct Payments {
  static let webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  static let stripeWebhook = "/api/v1/billing/webhooks/stripe/"
  static let payPalWebhook = "/api/v1/billing/webhooks/paypal/"

  let double: ProviderDouble

  /// What makes a system use them.
  var environment: [String: String] {
    [
      "IGNY8_STRIPE_SECRET_KEY": ProviderDouble.stripeKey, "IGNY8_STRIPE_URL": double.url,
      "IGNY8_STRIPE_PUBLISHABLE_KEY": "pk_test_of-the-double",
      "IGNY8_STRIPE_WEBHOOK_SECRETS": Self.webhookSecret,
      "IGNY8_PAYPAL_CLIENT_ID": ProviderDouble.payPalClient, "IGNY8_PAYPAL_URL": double.url,
      "IGNY8_PAYPAL_SECRET": ProviderDouble.payPalSecret,
      "IGNY8_PAYPAL_WEBHOOK_ID": ProviderDouble.payPalWebhook,
    ]
  }

  /// The header with which Stripe signs an event.
  static func signature(of event: String, with secret: String = webhookSecret) -> [String: String] {
    let seconds = Int64(Date().timeIntervalSince1970)
    let code = MessageAuthentication.hmacSHA256(key: Array(secret.utf8), "\(seconds).\(event)")
    return ["Stripe-Signature": "t=\(seconds),v1=\(Hex.encode(code))"]
  }

  /// The headers with which PayPal sends an event that is its own.
  func payPalHeaders(_ id: String, of event: String) -> [String: String] {
    double.with { $0.payPal.sent["T-\(id)"] = event }
    return [
      "PayPal-Auth-Algo": "SHA256withRSA", "PayPal-Cert-URL": "https://paypal.example/cert",
      "PayPal-Transmission-ID": "T-\(id)", "PayPal-Transmission-Sig": "genuine",
      "PayPal-Transmission-Time": "2026-03-10T00:00:00Z",
    ]
  }
}

import Kernel
import Settings

/// The payment providers that an operator has keys of. One without keys is not offered.
package struct ProviderSettings: Sendable {
  package var stripe: StripeSettings?
  package var payPal: PayPalSettings?
  /// The longest that a provider may take to answer.
  package var timeout: Duration = .seconds(10)

  package init() {}

  init(reading settings: SettingsReader) {
    timeout = settings.duration("IGNY8_PAYMENT_TIMEOUT", default: timeout)
    stripe = StripeSettings(reading: settings)
    payPal = PayPalSettings(reading: settings)
  }
}

package struct StripeSettings: Sendable {
  package var secretKey: Secret
  /// What browsers name the account by.
  package var publishableKey: String
  /// Of the webhook's endpoint; two while one is being replaced.
  package var webhookSecrets: [Secret]
  package var url = "https://api.stripe.com"

  package init(
    secretKey: Secret, publishableKey: String, webhookSecrets: [Secret], url: String
  ) {
    (self.secretKey, self.publishableKey) = (secretKey, publishableKey)
    (self.webhookSecrets, self.url) = (webhookSecrets, url)
  }

  init?(reading settings: SettingsReader) {
    let key = settings.optionalSecret("IGNY8_STRIPE_SECRET_KEY")
    let webhook = settings.optionalSecret("IGNY8_STRIPE_WEBHOOK_SECRETS")
    publishableKey = settings.string("IGNY8_STRIPE_PUBLISHABLE_KEY", default: "")
    url = settings.string("IGNY8_STRIPE_URL", default: url)
    guard let key else { return nil }
    secretKey = key
    webhookSecrets = (webhook?.value ?? "").split(separator: ",").map { Secret(String($0)) }
    if webhookSecrets.isEmpty { settings.refuse("IGNY8_STRIPE_WEBHOOK_SECRETS", "is missing") }
  }
}

package struct PayPalSettings: Sendable {
  package var clientID: String
  package var secret: Secret
  /// PayPal's number of the webhook, which it verifies signatures with.
  package var webhookID: String
  package var url = "https://api-m.paypal.com"

  package init(clientID: String, secret: Secret, webhookID: String, url: String) {
    (self.clientID, self.secret) = (clientID, secret)
    (self.webhookID, self.url) = (webhookID, url)
  }

  init?(reading settings: SettingsReader) {
    clientID = settings.string("IGNY8_PAYPAL_CLIENT_ID", default: "")
    let secret = settings.optionalSecret("IGNY8_PAYPAL_SECRET")
    webhookID = settings.string("IGNY8_PAYPAL_WEBHOOK_ID", default: "")
    url = settings.string("IGNY8_PAYPAL_URL", default: url)
    guard let secret else { return nil }
    self.secret = secret
    if clientID.isEmpty { settings.refuse("IGNY8_PAYPAL_CLIENT_ID", "is missing") }
    if webhookID.isEmpty { settings.refuse("IGNY8_PAYPAL_WEBHOOK_ID", "is missing") }
  }
}

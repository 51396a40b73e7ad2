import BillingContract
import BillingCore
import CommonContract
import RPC
import Resources

/// What payment providers say. Anybody may call: what is said has to prove itself.
struct WebhookHandlers: Sendable {
  let providers: ProviderDesk

  func register(in routes: inout RPCRoutes) {
    routes.answer(PaymentsMethods.receiveStripeWebhook) { request, call in
      try await providers.receive(request, from: .stripe, deadline: call.deadline)
      return Billing.WebhookReceipt(received: true)
    }
    routes.answer(PaymentsMethods.receivePayPalWebhook) { request, call in
      try await providers.receive(request, from: .paypal, deadline: call.deadline)
      return Billing.WebhookReceipt(received: true)
    }
  }
}

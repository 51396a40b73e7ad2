import BillingCore
import CommonContract
import Cryptography
import JSON
import Kernel
import NIOHTTP1
import RPC
import Settings

/// Stripe's PaymentIntents, and its webhooks. See docs/payment-providers.md for the parts used.
struct Stripe: PaymentProvider {
  /// The version of their interface that this was written for.
  private static let version = "2024-06-20"

  let settings: StripeSettings
  let http: ProviderHTTP

  var way: PaymentWay { .stripe }
  var publishableKey: String { settings.publishableKey }

  // MARK: Payments

  func begin(_ order: ProviderOrder) async throws -> ProviderPayment {
    var fields = [
      ("amount", "\(order.amount.minor)"),
      ("currency", order.amount.currency.code.lowercased()),
      ("description", order.description),
      ("metadata[account_id]", "\(order.account)"),
      ("metadata[payment_id]", "\(order.payment)"),
    ]
    if let card = order.card {
      fields += [
        ("customer", card.customer), ("payment_method", card.method), ("off_session", "true"),
        ("confirm", "true"),
      ]
    } else {
      fields.append(("automatic_payment_methods[enabled]", "true"))
    }
    return try Self.payment(try await post("payment_intents", fields, key: order.key))
  }

  func keep(
    _ method: String, of account: AccountID, as known: String?
  ) async throws -> KeptCard {
    guard method.utf8.allSatisfy({ Self.isName($0) }) else {
      throw ProviderFailure.refused(code: "resource_missing", message: "No such payment method")
    }
    var customer = known ?? ""
    if customer.isEmpty { customer = try await self.customer(of: account) }
    let json = try await post(
      "payment_methods/\(method)/attach", [("customer", customer)], key: "igny8-attach-\(method)")
    let card = json["card"]
    return KeptCard(
      customer: customer, method: method, brand: card?["brand"]?.string ?? "",
      last4: card?["last4"]?.string ?? "", expiryMonth: card?["exp_month"]?.int,
      expiryYear: card?["exp_year"]?.int)
  }

  private func customer(of account: AccountID) async throws -> String {
    let json = try await post(
      "customers", [("metadata[account_id]", "\(account)")], key: "igny8-customer-\(account)")
    guard let id = json["id"]?.string else { throw ProviderFailure.malformed }
    return id
  }

  /// Nothing that means something in a URL.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
    default: false
    }
  }

  func look(at intent: String) async throws -> ProviderPayment {
    try Self.payment(try await call(.GET, "payment_intents/\(intent)"))
  }

  /// Stripe takes the money by itself once the payer has agreed.
  func capture(_ intent: String) async throws -> ProviderPayment { try await look(at: intent) }

  func cancel(_ intent: String) async throws -> ProviderPayment {
    do {
      return try Self.payment(
        try await post(
          "payment_intents/\(intent)/cancel", [("cancellation_reason", "requested_by_customer")],
          key: "igny8-cancel-\(intent)"))
    } catch ProviderFailure.refused("payment_intent_unexpected_state", _) {
      return try await look(at: intent)
    }
  }

  static func payment(_ json: JSONValue) throws -> ProviderPayment {
    guard let intent = json["id"]?.string, let outcome = outcome(json) else {
      throw ProviderFailure.malformed
    }
    return ProviderPayment(
      intent: intent, outcome: outcome, clientSecret: json["client_secret"]?.string)
  }

  /// Of a PaymentIntent.
  private static func outcome(_ json: JSONValue) -> ProviderOutcome? {
    switch json["status"]?.string {
    case "succeeded":
      guard let minor = (json["amount_received"] ?? json["amount"])?.int,
        let currency = json["currency"]?.string.flatMap({ Currency($0.uppercased()) })
      else { return nil }
      return .paid(Money(minor: minor, currency), charge: json["latest_charge"]?.string)
    case "canceled":
      return .withdrawn(reason: json["cancellation_reason"]?.string ?? "Cancelled at the provider")
    case "requires_payment_method" where json["last_payment_error"]?["message"]?.string != nil:
      return .declined(reason: json["last_payment_error"]?["message"]?.string ?? "")
    case .some: return .waiting
    case nil: return nil
    }
  }

  // MARK: Refunds

  func refund(_ order: RefundOrder) async throws -> ProviderRefund {
    let fields = [
      ("payment_intent", order.intent), ("amount", "\(order.amount.minor)"),
      ("metadata[account_id]", "\(order.account)"), ("metadata[refund_id]", "\(order.refund)"),
    ]
    return try Self.refund(try await post("refunds", fields, key: order.key))
  }

  func look(atRefund id: String) async throws -> ProviderRefund {
    try Self.refund(try await call(.GET, "refunds/\(id)"))
  }

  private static func refund(_ json: JSONValue) throws -> ProviderRefund {
    guard let id = json["id"]?.string else { throw ProviderFailure.malformed }
    let outcome: RefundOutcome =
      switch json["status"]?.string {
      case "succeeded": .succeeded
      case "failed", "canceled":
        .failed(reason: json["failure_reason"]?.string ?? "The provider could not refund it")
      default: .waiting
      }
    return ProviderRefund(id: id, outcome: outcome)
  }

  private static func refundNews(_ json: JSONValue) throws -> RefundNews? {
    guard let minor = json["amount"]?.int,
      let currency = json["currency"]?.string.flatMap({ Currency($0.uppercased()) })
    else { return nil }
    return RefundNews(
      found: try refund(json), amount: Money(minor: minor, currency),
      refund: json["metadata"]?.number("refund_id").map { RefundID($0) })
  }

  // MARK: Calls

  func post(
    _ path: String, _ fields: [(String, String)], key: String
  ) async throws -> JSONValue {
    try await call(.POST, path, FormBody.encode(fields), [("Idempotency-Key", key)])
  }

  func call(
    _ method: HTTPMethod, _ path: String, _ body: [UInt8] = [],
    _ more: [(String, String)] = []
  ) async throws -> JSONValue {
    let headers = [
      ("Authorization", "Bearer \(settings.secretKey.value)"), ("Stripe-Version", Self.version),
      ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    let answer = try await http.send(
      method, "\(settings.url)/v1/\(path)", headers: headers + more, body: body)
    guard answer.status >= 300 else { return answer.body }
    let error = answer.body["error"]
    // The same call is under way, or was not let through: it may be repeated.
    if answer.status == 409 { throw ProviderFailure.busy }
    throw ProviderFailure.refused(
      code: error?["code"]?.string ?? error?["type"]?.string ?? "\(answer.status)",
      message: error?["message"]?.string ?? "status \(answer.status)")
  }

  // MARK: Webhooks

  func news(in request: Common.RawRequest, at now: Instant) async throws -> ProviderNews {
    try check(request, at: now)
    guard let text = String(validating: request.body, as: UTF8.self),
      let json = try? JSONValue(parsing: text, strictly: true), let id = json["id"]?.string,
      let type = json["type"]?.string, let object = json["data"]?["object"]
    else { throw RPCError(.invalidArgument, "The event cannot be read", reason: "event") }
    var news = ProviderNews(id: id, type: type)
    switch type {
    case "payment_intent.succeeded", "payment_intent.canceled", "payment_intent.processing":
      news.outcome = Self.outcome(object)
    case "payment_intent.payment_failed":
      news.outcome = .declined(
        reason: object["last_payment_error"]?["message"]?.string ?? "The payment was declined")
    case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated":
      news.refund = try? Self.refundNews(object)
      news.intent = object["payment_intent"]?.string
      return news
    default: return news
    }
    news.intent = object["id"]?.string
    news.account = object["metadata"]?.number("account_id").map { AccountID($0) }
    news.payment = object["metadata"]?.number("payment_id").map { PaymentID($0) }
    return news
  }

  private func check(_ request: Common.RawRequest, at now: Instant) throws {
    let header = request.header("stripe-signature") ?? ""
    do throws(SignatureRefusal) {
      guard let signature = StripeSignature(header) else { throw .malformed }
      try signature.check(request.body, at: now) { code, message in
        settings.webhookSecrets.contains { secret in
          let key = Array(secret.value.utf8)
          let expected = MessageAuthentication.hmacSHA256(key: key, message)
          return MessageAuthentication.constantTimeEquals(Hex.encode(expected), code)
        }
      }
    } catch {
      throw RPCError(.invalidArgument, "The signature is not valid", reason: "signature")
    }
  }
}

extension Common.RawRequest {
  /// - Parameter name: in small letters.
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension JSONValue {
  /// A number that may be written as text.
  func number(_ name: String) -> Int64? {
    self[name]?.int ?? self[name]?.string.flatMap { Int64($0) }
  }
}

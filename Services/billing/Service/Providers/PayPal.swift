import BillingCore
import CommonContract
import Cryptography
import JSON
import Kernel
import NIOHTTP1
import RPC
import Settings
import Synchronization

/// PayPal's orders, version 2, and its webhooks. See docs/payment-providers.md for the parts used.
final class PayPal: PaymentProvider {
  let settings: PayPalSettings
  private let http: ProviderHTTP
  private let time: any TimeSource
  private let token = Mutex<(text: String, until: Instant)?>(nil)

  init(settings: PayPalSettings, http: ProviderHTTP, time: any TimeSource) {
    (self.settings, self.http, self.time) = (settings, http, time)
  }

  var way: PaymentWay { .paypal }
  var publishableKey: String { settings.clientID }

  // MARK: Payments

  func begin(_ order: ProviderOrder) async throws -> ProviderPayment {
    let unit: JSONValue = .object([
      .init("reference_id", .string("\(order.payment)")),
      .init("custom_id", .string(Self.customID(order))),
      .init("description", .string(String(order.description.prefix(127)))),
      .init("amount", Self.amount(order.amount)),
    ])
    var context: [JSONValue.Member] = [.init("user_action", "PAY_NOW")]
    if !order.returnURL.isEmpty { context.append(.init("return_url", .string(order.returnURL))) }
    if !order.cancelURL.isEmpty { context.append(.init("cancel_url", .string(order.cancelURL))) }
    let body: JSONValue = .object([
      .init("intent", "CAPTURE"), .init("purchase_units", .array([unit])),
      .init("application_context", .object(context)),
    ])
    return try Self.payment(try await post("v2/checkout/orders", body, key: order.key))
  }

  func look(at intent: String) async throws -> ProviderPayment {
    try Self.payment(try await call(.GET, "v2/checkout/orders/\(intent)"))
  }

  /// Asked only once the payer has agreed: PayPal may keep a refusal under the key.
  func capture(_ intent: String) async throws -> ProviderPayment {
    let seen = try await look(at: intent)
    guard seen.outcome == .agreed else { return seen }
    do {
      return try Self.payment(
        try await post(
          "v2/checkout/orders/\(intent)/capture", .object([]), key: "igny8-capture-\(intent)"))
    } catch ProviderFailure.refused(let code, _)
      where ["ORDER_ALREADY_CAPTURED", "ORDER_NOT_APPROVED", "DUPLICATE_INVOICE_ID"]
      .contains(code)
    {
      return try await look(at: intent)
    }
  }

  /// An order of which nobody takes the money comes to nothing by itself; there is no call for it.
  /// Money that was taken and is still on its way is waited for.
  func cancel(_ intent: String) async throws -> ProviderPayment {
    let order = try await call(.GET, "v2/checkout/orders/\(intent)")
    let seen = try Self.payment(order)
    switch seen.outcome {
    case .waiting where order["status"]?.string == "COMPLETED": return seen
    case .waiting, .agreed: return ProviderPayment(intent: intent, outcome: Self.voided)
    case .paid, .declined, .withdrawn: return seen
    }
  }

  /// Our numbers, in the one free field that comes back with everything.
  private static func customID(_ order: ProviderOrder) -> String {
    "\(order.account):\(order.payment)"
  }

  static func amount(_ money: Money) -> JSONValue {
    .object([
      .init("currency_code", .string(money.currency.code)), .init("value", .string(money.text)),
    ])
  }

  private static func money(_ json: JSONValue?) -> Money? {
    guard let code = json?["currency_code"]?.string, let currency = Currency(code) else {
      return nil
    }
    return json?["value"]?.string.flatMap { Money($0, currency) }
  }

  /// An order.
  private static func payment(_ json: JSONValue) throws -> ProviderPayment {
    guard let intent = json["id"]?.string, let status = json["status"]?.string else {
      throw ProviderFailure.malformed
    }
    let unit = json["purchase_units"]?.array?.first
    let captures = unit?["payments"]?["captures"]?.array ?? []
    let outcome =
      captures.lazy.compactMap(outcome(ofCapture:)).first
      ?? (status == "APPROVED" ? .agreed : status == "VOIDED" ? voided : .waiting)
    let links = json["links"]?.array ?? []
    let approval = links.first { ["approve", "payer-action"].contains($0["rel"]?.string ?? "") }
    return ProviderPayment(
      intent: intent, outcome: outcome, approvalURL: approval?["href"]?.string)
  }

  private static let voided = ProviderOutcome.withdrawn(reason: "Voided at the provider")

  /// Nil while nothing came of it.
  private static func outcome(ofCapture json: JSONValue) -> ProviderOutcome? {
    switch json["status"]?.string {
    case "COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED":
      money(json["amount"]).map { .paid($0, charge: json["id"]?.string) }
    case "DECLINED", "FAILED":
      .declined(reason: json["status_details"]?["reason"]?.string ?? "The payment was declined")
    default: nil
    }
  }

  // MARK: Refunds

  func refund(_ order: RefundOrder) async throws -> ProviderRefund {
    let body: JSONValue = .object([
      .init("amount", Self.amount(order.amount)),
      .init("custom_id", .string("\(order.account):refund:\(order.refund)")),
    ])
    return try Self.refund(
      try await post("v2/payments/captures/\(order.charge)/refund", body, key: order.key))
  }

  func look(atRefund id: String) async throws -> ProviderRefund {
    try Self.refund(try await call(.GET, "v2/payments/refunds/\(id)"))
  }

  private static func refund(_ json: JSONValue) throws -> ProviderRefund {
    guard let id = json["id"]?.string else { throw ProviderFailure.malformed }
    let outcome: RefundOutcome =
      switch json["status"]?.string {
      case "COMPLETED": .succeeded
      case "FAILED", "CANCELLED": .failed(reason: "The provider could not refund it")
      default: .waiting
      }
    return ProviderRefund(id: id, outcome: outcome)
  }

  /// News of a refund name the capture that it is of in a link.
  private static func refundNews(_ json: JSONValue) -> (RefundNews, charge: String?)? {
    guard let amount = money(json["amount"]), let found = try? refund(json) else { return nil }
    let up = json["links"]?.array?.first { $0["rel"]?.string == "up" }?["href"]?.string
    let custom = (json["custom_id"]?.string ?? "").split(separator: ":")
    let ours = custom.count == 3 && custom[1] == "refund" ? Int64(custom[2]) : nil
    return (
      RefundNews(found: found, amount: amount, refund: ours.map { RefundID($0) }),
      up?.split(separator: "/").last.map(String.init)
    )
  }

  // MARK: Calls

  func post(_ path: String, _ body: JSONValue, key: String? = nil) async throws -> JSONValue {
    let headers = key.map { [("PayPal-Request-Id", $0), ("Prefer", "return=representation")] }
    return try await call(.POST, path, Array(body.text.utf8), headers ?? [])
  }

  private func call(
    _ method: HTTPMethod, _ path: String, _ body: [UInt8] = [],
    _ more: [(String, String)] = []
  ) async throws -> JSONValue {
    let headers = [
      ("Authorization", "Bearer \(try await accessToken())"), ("Content-Type", "application/json"),
    ]
    let answer = try await http.send(
      method, "\(settings.url)/\(path)", headers: headers + more, body: body)
    guard answer.status >= 300 else { return answer.body }
    if answer.status == 401 { token.withLock { $0 = nil } }
    if answer.status == 401 || answer.status == 409 { throw ProviderFailure.busy }
    throw Self.refusal(answer)
  }

  private static func refusal(_ answer: ProviderHTTP.Answer) -> ProviderFailure {
    let detail = answer.body["details"]?.array?.first
    return .refused(
      code: detail?["issue"]?.string ?? answer.body["name"]?.string ?? "\(answer.status)",
      message: detail?["description"]?.string ?? answer.body["message"]?.string
        ?? "status \(answer.status)")
  }

  /// Asked for again a minute before it ends.
  private func accessToken() async throws -> String {
    let now = time.now()
    if let known = token.withLock({ $0 }), known.until > now { return known.text }
    let identity = Base64.encode(Array("\(settings.clientID):\(settings.secret.value)".utf8))
    let answer = try await http.send(
      .POST, "\(settings.url)/v1/oauth2/token",
      headers: [
        ("Authorization", "Basic \(identity)"),
        ("Content-Type", "application/x-www-form-urlencoded"),
      ], body: FormBody.encode([("grant_type", "client_credentials")]))
    guard answer.status < 300 else { throw Self.refusal(answer) }
    guard let text = answer.body["access_token"]?.string else { throw ProviderFailure.malformed }
    let life = min(max(answer.body["expires_in"]?.int ?? 0, 0), 86_400)
    token.withLock { $0 = (text, now + .seconds(life - 60)) }
    return text
  }

  // MARK: Webhooks

  func news(in request: Common.RawRequest, at now: Instant) async throws -> ProviderNews {
    guard let text = String(validating: request.body, as: UTF8.self),
      let json = try? JSONValue(parsing: text, strictly: true), let id = json["id"]?.string,
      let type = json["event_type"]?.string, let resource = json["resource"]
    else { throw RPCError(.invalidArgument, "The event cannot be read", reason: "event") }
    guard try await isGenuine(request, text) else {
      throw RPCError(.invalidArgument, "The signature is not valid", reason: "signature")
    }
    return Self.news(id, type, resource)
  }

  private static func news(_ id: String, _ type: String, _ resource: JSONValue) -> ProviderNews {
    var news = ProviderNews(id: id, type: type)
    let number = resource["id"]?.string
    switch type {
    case "CHECKOUT.ORDER.APPROVED":
      (news.intent, news.outcome) = (number, .agreed)
    case "CHECKOUT.ORDER.VOIDED":
      (news.intent, news.outcome) = (number, voided)
    case "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DECLINED":
      news.intent = resource["supplementary_data"]?["related_ids"]?["order_id"]?.string
      news.outcome =
        type == "PAYMENT.CAPTURE.COMPLETED"
        ? money(resource["amount"]).map { .paid($0, charge: number) }
        : .declined(
          reason: resource["status_details"]?["reason"]?.string ?? "The payment was declined")
    case "PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.FAILED", "PAYMENT.REFUND.CANCELLED":
      if let (refund, charge) = refundNews(resource) {
        (news.refund, news.charge) = (refund, charge)
      }
      return news
    default: return news
    }
    let custom = resource["custom_id"] ?? resource["purchase_units"]?.array?.first?["custom_id"]
    let numbers = (custom?.string ?? "").split(separator: ":").map { Int64($0) }
    if numbers.count == 2, let account = numbers[0], let payment = numbers[1] {
      (news.account, news.payment) = (AccountID(account), PaymentID(payment))
    }
    return news
  }

  /// Asks PayPal. The event goes back in the very bytes that it came in: their order and spacing
  /// are signed.
  private func isGenuine(_ request: Common.RawRequest, _ event: String) async throws -> Bool {
    let names = [
      ("auth_algo", "paypal-auth-algo"), ("cert_url", "paypal-cert-url"),
      ("transmission_id", "paypal-transmission-id"),
      ("transmission_sig", "paypal-transmission-sig"),
      ("transmission_time", "paypal-transmission-time"),
    ]
    var members: [JSONValue.Member] = [.init("webhook_id", .string(settings.webhookID))]
    for (member, header) in names {
      guard let value = request.header(header), !value.isEmpty else { return false }
      members.append(.init(member, .string(value)))
    }
    let head = JSONValue.object(members).text.dropLast()
    let body = Array("\(head),\"webhook_event\":\(event)}".utf8)
    do {
      let answer = try await call(.POST, "v1/notifications/verify-webhook-signature", body)
      return answer["verification_status"]?.string == "SUCCESS"
    } catch ProviderFailure.refused {
      return false
    } catch let failure as ProviderFailure {
      throw failure.rpcError
    }
  }
}

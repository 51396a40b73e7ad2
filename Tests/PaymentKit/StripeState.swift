import JSON

/// What Stripe knows.
package struct StripeState {
  package struct Intent {
    package let id: String
    package let amount: Int64
    package let currency: String
    package let account: String
    package let payment: String
    package var status = "requires_payment_method"
    package var charge: String?
    package var error: String?

    package var json: JSONValue {
      .object([
        .init("id", .string(id)), .init("object", "payment_intent"),
        .init("amount", .int(amount)),
        .init("amount_received", .int(status == "succeeded" ? amount : 0)),
        .init("currency", .string(currency)), .init("status", .string(status)),
        .init("client_secret", .string("\(id)_secret_x")),
        .init("latest_charge", charge.map { .string($0) } ?? .null),
        .init(
          "last_payment_error",
          error.map { .object([.init("message", .string($0))]) } ?? .null),
        .init(
          "metadata",
          .object([
            .init("account_id", .string(account)), .init("payment_id", .string(payment)),
          ])),
      ])
    }
  }

  package var intents: [String: Intent] = [:]
  package struct Refund {
    package let id: String
    package let intent: Intent
    package let amount: Int64
    package let metadata: [JSONValue.Member]
    package var status: String

    package var json: JSONValue {
      .object([
        .init("id", .string(id)), .init("object", "refund"), .init("amount", .int(amount)),
        .init("currency", .string(intent.currency)), .init("status", .string(status)),
        .init("payment_intent", .string(intent.id)), .init("metadata", .object(metadata)),
      ])
    }
  }

  package var refunds: [String: Refund] = [:]
  /// What refunds begin as.
  package var refundStatus = "succeeded"
  package var refusesRefunds = false
  package var customers = 0
  /// Cards that charge nothing, with what they say.
  package var brokenCards: [String: String] = [:]
  private var count = 0

  package static func error(
    _ status: Int, _ code: String, _ message: String
  ) -> ProviderDouble.Answer {
    let error = JSONValue.object([
      .init("code", .string(code)), .init("message", .string(message)),
      .init("type", status == 402 ? "card_error" : "invalid_request_error"),
    ])
    return ProviderDouble.Answer(status: status, body: .object([.init("error", error)]))
  }

  package mutating func answer(_ call: ProviderDouble.Call) -> ProviderDouble.Answer {
    let parts = call.path.split(separator: "/").map(String.init)
    switch (call.method, parts.count, parts.count > 1 ? parts[1] : "") {
    case ("POST", 2, "payment_intents"): return begin(call.form)
    case ("GET", 3, "payment_intents"):
      guard let intent = intents[parts[2]] else {
        return Self.error(404, "resource_missing", "No such payment_intent")
      }
      return ProviderDouble.Answer(body: intent.json)
    case ("POST", 4, "payment_intents") where parts[3] == "cancel": return cancel(parts[2])
    case ("POST", 2, "customers"):
      customers += 1
      return ProviderDouble.Answer(body: .object([.init("id", .string("cus_\(customers)"))]))
    case ("POST", 4, "payment_methods"): return attach(parts[2])
    case ("POST", 2, "refunds"): return refund(call.form)
    case ("GET", 3, "refunds"):
      return ProviderDouble.Answer(body: refunds[parts[2]]?.json ?? .null)
    default: return Self.error(404, "resource_missing", "Unrecognized request URL")
    }
  }

  private mutating func begin(_ form: [String: String]) -> ProviderDouble.Answer {
    guard let amount = form["amount"].flatMap({ Int64($0) }), amount >= 50,
      let currency = form["currency"]
    else { return Self.error(400, "amount_too_small", "Amount must be at least 50 cents") }
    count += 1
    var intent = Intent(
      id: "pi_\(count)", amount: amount, currency: currency,
      account: form["metadata[account_id]"] ?? "", payment: form["metadata[payment_id]"] ?? "")
    if form["confirm"] == "true" {
      if let broken = brokenCards[form["payment_method"] ?? ""] {
        intent.error = broken
        intents[intent.id] = intent
        return Self.error(402, "card_declined", broken)
      }
      (intent.status, intent.charge) = ("succeeded", "ch_\(count)")
    }
    intents[intent.id] = intent
    return ProviderDouble.Answer(body: intent.json)
  }

  /// Possible until the money is on its way.
  private mutating func cancel(_ id: String) -> ProviderDouble.Answer {
    guard let intent = intents[id] else {
      return Self.error(404, "resource_missing", "No such payment_intent")
    }
    guard intent.status.hasPrefix("requires_") else {
      return Self.error(
        400, "payment_intent_unexpected_state",
        "You cannot cancel this PaymentIntent because it has a status of \(intent.status).")
    }
    intents[id]?.status = "canceled"
    return ProviderDouble.Answer(body: intents[id]?.json ?? .null)
  }

  private func attach(_ method: String) -> ProviderDouble.Answer {
    guard method.hasPrefix("pm_") else {
      return Self.error(400, "resource_missing", "No such PaymentMethod: '\(method)'")
    }
    let card = JSONValue.object([
      .init("brand", "visa"), .init("last4", "4242"), .init("exp_month", 12),
      .init("exp_year", 2030),
    ])
    return ProviderDouble.Answer(
      body: .object([.init("id", .string(method)), .init("card", card)]))
  }

  private mutating func refund(_ form: [String: String]) -> ProviderDouble.Answer {
    guard !refusesRefunds else {
      return Self.error(400, "charge_disputed", "Charge has been disputed")
    }
    guard let intent = intents[form["payment_intent"] ?? ""], intent.status == "succeeded",
      let amount = form["amount"].flatMap({ Int64($0) }),
      refunds.values.filter({ $0.intent.id == intent.id && $0.status != "failed" })
        .reduce(amount, { $0 + $1.amount }) <= intent.amount
    else { return Self.error(400, "charge_already_refunded", "Has already been refunded.") }
    let metadata = ["account_id", "refund_id"].compactMap { name in
      form["metadata[\(name)]"].map { JSONValue.Member(name, .string($0)) }
    }
    let refund = Refund(
      id: "re_\(refunds.count + 1)", intent: intent, amount: amount, metadata: metadata,
      status: refundStatus)
    refunds[refund.id] = refund
    return ProviderDouble.Answer(body: refund.json)
  }

  /// Somebody refunds at Stripe's own pages.
  package mutating func refundElsewhere(_ intent: String, _ amount: Int64) {
    _ = refund(["payment_intent": intent, "amount": "\(amount)"])
  }

  /// The payer agrees and the money comes, unless it was withdrawn before.
  package mutating func pay(_ id: String) {
    guard intents[id]?.status != "canceled" else { return }
    intents[id]?.status = "succeeded"
    intents[id]?.charge = "ch_of_\(id)"
    intents[id]?.error = nil
  }

  package mutating func decline(_ id: String, _ message: String) { intents[id]?.error = message }

  /// An event about a payment as it stands.
  package func event(_ id: String, _ type: String, about intent: String) -> String {
    Self.event(id, type, intents[intent]?.json ?? .null)
  }

  package static func event(_ id: String, _ type: String, _ object: JSONValue) -> String {
    JSONValue.object([
      .init("id", .string(id)), .init("object", "event"), .init("type", .string(type)),
      .init("data", .object([.init("object", object)])),
    ]).text
  }
}

import Cryptography
import JSON

/// What PayPal knows.
package struct PayPalState {
  package struct Order {
    package let id: String
    package let customID: String
    package let amount: JSONValue
    package var status = "CREATED"
    package var capture: String?
    /// What becomes of the money: COMPLETED, or PENDING while it is on its way.
    package var captureStatus = "COMPLETED"

    package var json: JSONValue {
      var unit: [JSONValue.Member] = [
        .init("custom_id", .string(customID)), .init("amount", amount),
      ]
      if let capture { unit.append(.init("payments", captures(capture))) }
      let link = JSONValue.object([
        .init("rel", "approve"), .init("href", .string("https://paypal.test/approve/\(id)")),
      ])
      return .object([
        .init("id", .string(id)), .init("status", .string(status)),
        .init("purchase_units", .array([.object(unit)])), .init("links", .array([link])),
      ])
    }

    private func captures(_ id: String) -> JSONValue {
      .object([.init("captures", .array([captureJSON(id)]))])
    }

    package func captureJSON(_ id: String) -> JSONValue {
      .object([
        .init("id", .string(id)), .init("status", .string(captureStatus)), .init("amount", amount),
        .init("custom_id", .string(customID)),
        .init(
          "supplementary_data",
          .object([
            .init("related_ids", .object([.init("order_id", .string(self.id))]))
          ])),
      ])
    }
  }

  package var orders: [String: Order] = [:]
  /// The very texts of the events that were sent, by their transmission.
  package var sent: [String: String] = [:]
  private var count = 0

  private static func error(
    _ status: Int, _ issue: String, _ description: String
  ) -> ProviderDouble.Answer {
    let detail = JSONValue.object([
      .init("issue", .string(issue)), .init("description", .string(description)),
    ])
    return ProviderDouble.Answer(
      status: status,
      body: .object([
        .init("name", "UNPROCESSABLE_ENTITY"), .init("details", .array([detail])),
      ]))
  }

  package mutating func answer(_ call: ProviderDouble.Call) -> ProviderDouble.Answer {
    let json = try? JSONValue(parsing: call.body)
    if call.path == "/v1/oauth2/token" {
      let pair = "\(ProviderDouble.payPalClient):\(ProviderDouble.payPalSecret)"
      guard call.headers["authorization"] == "Basic \(Base64.encode(Array(pair.utf8)))" else {
        return Self.error(401, "invalid_client", "Client Authentication failed")
      }
      return ProviderDouble.Answer(
        body: .object([
          .init("access_token", .string(ProviderDouble.payPalToken)), .init("expires_in", 32_400),
        ]))
    }
    guard call.headers["authorization"] == "Bearer \(ProviderDouble.payPalToken)" else {
      return ProviderDouble.Answer(status: 401, body: .object([.init("name", "invalid_token")]))
    }
    let parts = call.path.split(separator: "/").map(String.init)
    switch (call.method, parts.count, parts.last ?? "") {
    case ("POST", 3, "orders"): return begin(json)
    case ("POST", 5, "capture"): return capture(parts[3])
    case ("GET", 4, let id):
      guard let order = orders[id] else {
        return Self.error(404, "INVALID_RESOURCE_ID", "Specified resource ID does not exist")
      }
      return ProviderDouble.Answer(body: order.json)
    case ("POST", 5, "refund"):
      count += 1
      return ProviderDouble.Answer(
        status: 201,
        body: .object([.init("id", .string("REFUND\(count)")), .init("status", "COMPLETED")]))
    case ("POST", 3, "verify-webhook-signature"): return verify(json, call.body)
    default: return Self.error(404, "NOT_FOUND", "Not found")
    }
  }

  private mutating func begin(_ json: JSONValue?) -> ProviderDouble.Answer {
    let unit = json?["purchase_units"]?.array?.first
    guard let amount = unit?["amount"], let custom = unit?["custom_id"]?.string else {
      return Self.error(400, "MISSING_REQUIRED_PARAMETER", "A required field is missing")
    }
    count += 1
    let order = Order(id: "ORDER\(count)", customID: custom, amount: amount)
    orders[order.id] = order
    return ProviderDouble.Answer(status: 201, body: order.json)
  }

  private mutating func capture(_ id: String) -> ProviderDouble.Answer {
    guard let order = orders[id] else {
      return Self.error(404, "INVALID_RESOURCE_ID", "Specified resource ID does not exist")
    }
    switch order.status {
    case "COMPLETED": return Self.error(422, "ORDER_ALREADY_CAPTURED", "Order already captured")
    case "APPROVED": break
    default: return Self.error(422, "ORDER_NOT_APPROVED", "Payer has not yet approved the Order")
    }
    var captured = order
    (captured.status, captured.capture) = ("COMPLETED", "CAPTURE-\(id)")
    orders[id] = captured
    return ProviderDouble.Answer(status: 201, body: captured.json)
  }

  /// Genuine is only what was sent, byte for byte.
  private func verify(_ json: JSONValue?, _ body: String) -> ProviderDouble.Answer {
    let event = sent[json?["transmission_id"]?.string ?? ""]
    let isGenuine =
      event.map { body.contains("\"webhook_event\":\($0)}") } == true
      && json?["webhook_id"]?.string == ProviderDouble.payPalWebhook
      && json?["transmission_sig"]?.string == "genuine"
    return ProviderDouble.Answer(
      body: .object([.init("verification_status", isGenuine ? "SUCCESS" : "FAILURE")]))
  }

  package mutating func approve(_ id: String) { orders[id]?.status = "APPROVED" }
}

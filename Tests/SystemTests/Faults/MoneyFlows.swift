import Foundation
import JSON
import PaymentKit
import Testing

/// What people do with money, each carried through however often services die.
struct MoneyFlows: Sendable {
  typealias Check = AccountFlows.Check

  let accounts: AccountFlows
  let payments: Payments

  private var anonymous: RESTClient { accounts.anonymous }
  private var staff: RESTClient { accounts.staff }

  /// Paid at the provider, told of again and again: booked once.
  func webhook() async throws -> Check {
    let (owner, _, account) = try await accounts.newcomer()
    let order = try await purchase(by: owner, "stripe")
    let intent = try #require(order["payment"]?["intent_id"]?.string, "\(order.text)")
    payments.double.with { $0.stripe.pay(intent) }
    let event = payments.double.with {
      $0.stripe.event("evt_\(UUID().uuidString)", "payment_intent.succeeded", about: intent)
    }
    let anonymous = anonymous
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask {
          _ = try await anonymous.expect(
            "POST", Payments.stripeWebhook, bytes: Data(event.utf8),
            headers: Payments.signature(of: event))
        }
      }
      try await group.waitForAll()
    }
    return { try await expectBought(order, owner, account) }
  }

  /// Submitted by the payer and approved by staff: booked once.
  func approval() async throws -> Check {
    let (owner, _, account) = try await accounts.newcomer()
    let order = try await purchase(by: owner, "bank_transfer")
    let payment = try #require(order["payment"]?["id"]?.int, "\(order.text)")
    try await submit(["payment_id": .int(payment), "reference": "TX-1"], by: owner)
    return { try await expectBought(order, owner, account) }
  }

  /// Asked for, invoiced and paid once, and then the plan is another.
  func subscription() async throws -> Check {
    let (owner, _, account) = try await accounts.newcomer()
    let id = try await subscriptionID(of: owner)
    let change = try await owner.post(
      "/api/v1/billing/subscriptions/\(id)/change_plan/", ["plan_slug": "starter"])
    let invoice = try #require(change["invoice"]?["id"]?.int, "\(change.text)")
    try await submit(
      ["invoice_id": .int(invoice), "payment_method": "bank_transfer", "reference": "TX-2"],
      by: owner)
    return {
      let path = "/api/v1/billing/subscriptions/\(id)/"
      for _ in 0..<100 where try await owner.get(path)["plan"]?["slug"]?.string != "starter" {
        try await Task.sleep(for: .milliseconds(100))
      }
      let now = try await owner.get(path)
      #expect(now["plan"]?["slug"]?.string == "starter", "\(now.text)")
      let invoices = try await owner.all("/api/v1/billing/invoices/")
      #expect(invoices.map { $0["status"]?.string } == ["paid"], "\(invoices)")
      try await accounts.expectBooks(account)
    }
  }

  // MARK: Steps

  /// The account at billing is opened by a promise that may be late.
  private func subscriptionID(of owner: RESTClient) async throws -> Int64 {
    for _ in 0..<200 {
      let found = try await owner.all("/api/v1/billing/subscriptions/")
      if let id = found.first?["id"]?.int { return id }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw RESTClient.Refused(description: "no subscription")
  }

  private func purchase(by owner: RESTClient, _ method: String) async throws -> JSONValue {
    _ = try await subscriptionID(of: owner)
    let package = try #require(
      try await owner.all("/api/v1/billing/credit-packages/").first?["id"]?.int)
    return try await owner.post(
      "/api/v1/billing/credit-packages/\(package)/purchase/", ["payment_method": .string(method)])
  }

  private func submit(_ body: JSONValue, by owner: RESTClient) async throws {
    let submitted = try await owner.post("/api/v1/billing/payments/manual/", body)
    let payment = try #require(submitted["id"]?.int, "\(submitted.text)")
    _ = try await staff.post("/api/v1/admin/payments/\(payment)/approve/", [:])
  }

  private func expectBought(
    _ order: JSONValue, _ owner: RESTClient, _ account: Int64
  ) async throws {
    let id = order["payment"]?["id"]?.int ?? 0
    let payment = try await owner.get("/api/v1/billing/payments/\(id)/")
    #expect(["succeeded", "completed"].contains(payment["status"]?.string), "\(payment.text)")
    let invoices = try await owner.all("/api/v1/billing/invoices/")
    #expect(invoices.map { $0["status"]?.string } == ["paid"], "\(invoices)")
    let bought = try await owner.all("/api/v1/billing/credits/transactions/").filter {
      $0["transaction_type"]?.string == "purchase"
    }
    #expect(bought.map { $0["amount"]?.int } == [payment["credits"]?.int], "\(bought)")
    let balance = try await owner.get("/api/v1/billing/credits/balance/")
    #expect(balance["credits"]?.int == 100 + (payment["credits"]?.int ?? 0))
    try await accounts.expectBooks(account)
  }
}

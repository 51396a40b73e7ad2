import BillingContract
import BillingCore
import CommonContract
import Kernel
import Postgres
import RPC
import RPCTestKit

@testable import BillingService

extension BillingWorld {
  func payments(_ service: BillingService? = nil) -> PaymentsClient {
    PaymentsClient(InProcessTransport((service ?? self.service).routes))
  }

  var owner: OutgoingCall { call(as: .owner) }
  var staff: OutgoingCall { call(as: .developer, account: nil) }

  /// The number of the seeded package with so many credits.
  func package(_ credits: Int64 = 500) async throws -> Int64 {
    try await number("SELECT id FROM credit_packages WHERE credits = \(credits)")
  }

  @discardableResult
  func purchase(
    _ credits: Int64 = 500, by method: String = "bank_transfer", key: String? = nil,
    account: Int64 = 1, with service: BillingService? = nil
  ) async throws -> Billing.PaymentOrder {
    try await payments(service).purchasePackage(
      Billing.PurchasePackageRequest(
        id: try await package(credits), paymentMethod: method),
      call(as: .owner, account: account, key: key))
  }

  @discardableResult
  func submit(
    _ payment: Int64, reference: String = "TX-1", account: Int64 = 1, key: String? = nil
  ) async throws -> Billing.Payment {
    try await payments().submitManualPayment(
      Billing.SubmitManualPaymentRequest(
        paymentID: payment, reference: reference, proofText: "receipt",
        proofURL: "https://example.com/receipt.png"),
      call(as: .owner, account: account, key: key))
  }

  @discardableResult
  func approve(
    _ payment: Int64, by service: BillingService? = nil
  ) async throws -> Billing.Payment {
    try await payments(service).approvePayment(
      Billing.ApprovePaymentRequest(id: payment, adminNotes: "seen"), staff)
  }

  /// A payment that waits for staff.
  func pending(_ credits: Int64 = 500, account: Int64 = 1) async throws -> Int64 {
    let order = try await purchase(credits, account: account)
    return try await submit(order.payment?.id ?? 0, account: account).id
  }

  func text(_ sql: String) async throws -> String {
    try await database.run(Statement("test.text", sql), in: .allAccounts).one().text(0)
  }
}

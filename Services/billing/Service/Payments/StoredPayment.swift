import BillingContract
import BillingCore
import JSON
import Kernel
import Postgres

/// A payment with everything that is kept of it.
struct StoredPayment: Sendable {
  let account: AccountID
  let invoice: InvoiceID
  var payment: Payment
  /// What was given back, with what is under way.
  var refunded: Money
  let description: String
  let package: Int64?
  let credits: Credits?
  /// The lot that its credits came in.
  var lot: LotID?
  /// The provider's number of the payment, and of the charge that came of it.
  var intent: String?
  var charge: String?
  var claim: TransferClaim
  var approvedBy: UserID?
  var approvedAt: Instant?
  var adminNotes: String
  var processedAt: Instant?
  let user: UserID?
  let createdAt: Instant
  var updatedAt: Instant

  /// A row with `PaymentQueries.columns`.
  init(row: Row) throws {
    let money = try MoneyReading(currency: row.text(6))
    account = AccountID(try row.int(1))
    invoice = InvoiceID(try row.int(2))
    payment = Payment(
      id: PaymentID(try row.int(0)), way: try row.state(4), amount: money(try row.int(5)),
      state: try row.state(3), failure: try row.optionalText(21))
    refunded = money(try row.int(7))
    description = try row.text(8)
    package = try row.optionalInt(9)
    credits = try row.optionalInt(10).map { Credits($0) }
    lot = try row.optionalInt(11).map { LotID($0) }
    (intent, charge) = (try row.optionalText(12), try row.optionalText(13))
    claim = TransferClaim(
      reference: try row.text(14), notes: try row.text(15), proof: try row.text(16),
      proofURL: try row.text(17))
    approvedBy = try row.optionalID(18)
    approvedAt = try row.optionalInstant(19)
    adminNotes = try row.text(20)
    processedAt = try row.optionalInstant(22)
    (createdAt, updatedAt) = (try row.instant(23), try row.instant(24))
    user = try row.optionalID(25)
  }

  var id: PaymentID { payment.id }

  /// What `billing.payment.update` stores.
  var update: [SQLValue] {
    [
      .id(account), .id(id), .text(payment.state.rawValue), .int(refunded.minor), .id(lot),
      .text(intent), .text(charge), .text(claim.reference), .text(claim.notes),
      .text(claim.proof), .text(claim.proofURL), .id(approvedBy), .instant(approvedAt),
      .text(adminNotes), .text(payment.failure), .instant(processedAt), .instant(updatedAt),
    ]
  }

  var reply: Billing.Payment {
    Billing.Payment(
      id: id.value, accountID: account.value, invoiceID: invoice.value,
      status: payment.state.rawValue, paymentMethod: payment.way.rawValue,
      amount: payment.amount.text, currency: payment.amount.currency.code,
      refundedAmount: refunded.text, description: description, packageID: package,
      credits: credits?.value, intentID: intent, chargeID: charge,
      manualReference: claim.reference, manualNotes: claim.notes, proofText: claim.proof,
      proofURL: claim.proofURL, approvedBy: approvedBy?.value, approvedAt: approvedAt,
      adminNotes: adminNotes, failureReason: payment.failure, processedAt: processedAt,
      createdAt: createdAt, updatedAt: updatedAt)
  }

  /// What other contexts and the audit are told; no user where nobody was there to pay.
  var told: JSONValue {
    .object([
      .init("account_id", .int(account.value)), .init("payment_id", .int(id.value)),
      .init("invoice_id", .int(invoice.value)),
      .init("user_id", user.map { .int($0.value) } ?? .null),
      .init("status", .string(payment.state.rawValue)),
      .init("method", .string(payment.way.rawValue)),
      .init("amount", .string(payment.amount.text)),
      .init("currency", .string(payment.amount.currency.code)),
      .init("refunded", .string(refunded.text)),
      .init("credits", credits.map { .int($0.value) } ?? .null),
      .init("reason", payment.failure.map { .string($0) } ?? .null),
    ])
  }
}

/// What a payer says about a transfer.
struct TransferClaim: Sendable, Hashable {
  var reference = ""
  var notes = ""
  var proof = ""
  var proofURL = ""
}

/// Reads amounts of one currency.
struct MoneyReading {
  private let currency: Currency

  init(currency code: String) throws {
    guard let currency = Currency(code) else {
      throw PostgresError(.value, "\(code) is no currency")
    }
    self.currency = currency
  }

  func callAsFunction(_ minor: Int64) -> Money { Money(minor: minor, currency) }
}

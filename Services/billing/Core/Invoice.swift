import Kernel

package enum InvoiceSubject {}
package typealias InvoiceID = Identifier<InvoiceSubject>

/// ```mermaid
/// stateDiagram-v2
///   [*] --> draft
///   draft --> sent: issue, which gives it its number
///   draft --> void: void
///   sent --> paid: pay
///   sent --> void: void
///   sent --> uncollectible: give up
///   uncollectible --> paid: pay
///   uncollectible --> void: void
///   paid --> [*]
///   void --> [*]
/// ```
package enum InvoiceState: String, Sendable, CaseIterable {
  case draft, sent, paid, void, uncollectible

  /// What the event makes of it; an event that happened already changes nothing.
  package func after(_ event: InvoiceEvent) throws(InvoiceRefusal) -> InvoiceState {
    switch (event, self) {
    case (.issue, .draft), (.issue, .sent): .sent
    case (.pay, .sent), (.pay, .uncollectible), (.pay, .paid): .paid
    case (.void, .draft), (.void, .sent), (.void, .uncollectible), (.void, .void): .void
    case (.giveUp, .sent), (.giveUp, .uncollectible): .uncollectible
    case (.pay, .draft), (.giveUp, .draft): throw .notIssued
    case (_, .paid): throw .paid
    case (_, .void): throw .void
    case (.issue, .uncollectible): throw .issued
    }
  }
}

package enum InvoiceEvent: String, Sendable, CaseIterable { case issue, pay, void, giveUp }

/// Why an invoice was not made or not changed, in order of precedence.
package enum InvoiceRefusal: Error, Hashable {
  case noLines
  case tooManyLines
  case lineWithoutDescription
  case quantityNotPositive
  case amountTooLarge
  case totalNegative
  case notIssued
  case issued
  case paid
  case void
}

/// One thing that is charged, or taken off.
package struct InvoiceLine: Sendable, Hashable {
  package let description: String
  package let quantity: Int64
  /// In the invoice's currency; negative for what is taken off.
  package let unitAmount: Int64

  package init(_ description: String, quantity: Int64 = 1, unitAmount: Int64) {
    (self.description, self.quantity, self.unitAmount) = (description, quantity, unitAmount)
  }

  /// Of lines that passed `InvoiceDraft.totals`.
  package var amount: Int64 { quantity &* unitAmount }
}

/// What an invoice is for; says who acts when it is paid.
package enum InvoicePurpose: String, Sendable, CaseIterable {
  /// A month or a year of a plan that goes on.
  case renewal
  /// A plan that begins once it is paid.
  case change
  /// Credits that are bought once.
  case package
  case topUp = "top_up"
  case other
}

/// What somebody wants to be invoiced.
package struct InvoiceDraft: Sendable, Hashable {
  package var purpose: InvoicePurpose
  package var lines: [InvoiceLine]
  package var currency: Currency
  /// What it is about: "package/3", "period/2026-04-01".
  package var reference: String
  /// Names the fact that is invoiced; unique in the account, so that no fact is invoiced twice.
  package var key: String?
  /// The time that it charges for, if it is about time.
  package var period: Period?
  package var dueAfter: Duration

  package static let mostLines = 100
  package static let longestDescription = 500
  package static let defaultDueAfter = Duration.seconds(14 * 86_400)

  package init(
    _ purpose: InvoicePurpose, lines: [InvoiceLine], currency: Currency = .dollar,
    reference: String = "", key: String? = nil, period: Period? = nil,
    dueAfter: Duration = InvoiceDraft.defaultDueAfter
  ) {
    (self.purpose, self.lines, self.currency) = (purpose, lines, currency)
    (self.reference, self.key, self.period) = (reference, key, period)
    self.dueAfter = dueAfter
  }

  package func totals(_ tax: Tax) throws(InvoiceRefusal) -> InvoiceTotals {
    guard !lines.isEmpty else { throw .noLines }
    guard lines.count <= Self.mostLines else { throw .tooManyLines }
    var subtotal: Int64 = 0
    for line in lines {
      guard !line.description.isEmpty, line.description.count <= Self.longestDescription else {
        throw .lineWithoutDescription
      }
      guard line.quantity > 0 else { throw .quantityNotPositive }
      let (amount, overflow) = line.quantity.multipliedReportingOverflow(by: line.unitAmount)
      guard !overflow, amount.magnitude <= Money.largest else { throw .amountTooLarge }
      subtotal += amount
    }
    guard subtotal >= 0 else { throw .totalNegative }
    let taxAmount = tax.amount(on: subtotal)
    guard subtotal + taxAmount <= Money.largest else { throw .amountTooLarge }
    return InvoiceTotals(subtotal: subtotal, tax: taxAmount)
  }
}

/// What an invoice comes to, in its currency's smallest unit.
package struct InvoiceTotals: Sendable, Hashable {
  package let subtotal: Int64
  package let tax: Int64

  package init(subtotal: Int64, tax: Int64) { (self.subtotal, self.tax) = (subtotal, tax) }

  package var total: Int64 { subtotal + tax }
}

/// An invoice as it is stored.
package struct Invoice: Sendable, Hashable {
  package let id: InvoiceID
  package let account: AccountID
  /// "2026-000042"; nil before it is issued.
  package let number: String?
  package let state: InvoiceState
  package let purpose: InvoicePurpose
  package let reference: String
  package let key: String?
  package let currency: Currency
  package let totals: InvoiceTotals
  package let tax: Tax
  package let seller: Party
  package let buyer: Party
  package let lines: [InvoiceLine]
  package let period: Period?
  package let createdAt: Instant
  package let issuedAt: Instant?
  package let dueAt: Instant?
  package let paidAt: Instant?
  /// How it was paid: "stripe", "bank_transfer", …
  package let paymentMethod: String

  package init(
    id: InvoiceID, account: AccountID, number: String?, state: InvoiceState,
    purpose: InvoicePurpose, reference: String, key: String?, currency: Currency,
    totals: InvoiceTotals, tax: Tax, seller: Party, buyer: Party, lines: [InvoiceLine],
    period: Period?, createdAt: Instant, issuedAt: Instant?, dueAt: Instant?, paidAt: Instant?,
    paymentMethod: String
  ) {
    (self.id, self.account, self.number, self.state) = (id, account, number, state)
    (self.purpose, self.reference, self.key) = (purpose, reference, key)
    (self.currency, self.totals, self.tax) = (currency, totals, tax)
    (self.seller, self.buyer, self.lines) = (seller, buyer, lines)
    (self.period, self.createdAt, self.issuedAt) = (period, createdAt, issuedAt)
    (self.dueAt, self.paidAt, self.paymentMethod) = (dueAt, paidAt, paymentMethod)
  }

  /// An amount of it.
  package func money(_ minor: Int64) -> Money { Money(minor: minor, currency) }

  /// Whether it waits for its money longer than it should.
  package func isOverdue(at now: Instant) -> Bool {
    state == .sent && dueAt.map { $0 < now } ?? false
  }
}

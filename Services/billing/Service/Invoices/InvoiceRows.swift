import BillingCore
import Kernel
import Postgres
import RPC

extension Invoice {
  /// A row with the columns of `billing.invoice.get`.
  init(row: Row, lines: [InvoiceLine]) throws {
    let code = try row.text(7)
    guard let currency = Currency(code) else {
      throw PostgresError(.value, "\(code) is no currency")
    }
    let period: Period? = try row.optionalInstant(23).flatMap { start in
      try row.optionalInstant(24).map { Period(start: start, end: $0) }
    }
    self.init(
      id: InvoiceID(try row.int(0)), account: AccountID(try row.int(1)),
      number: try row.optionalText(2), state: try row.state(3), purpose: try row.state(4),
      reference: try row.text(5), key: try row.optionalText(6), currency: currency,
      totals: InvoiceTotals(subtotal: try row.int(8), tax: try row.int(9)),
      tax: Tax(try row.state(10), name: try row.text(11), basisPoints: try row.int(12)),
      seller: try Party(row: row, from: 13), buyer: try Party(row: row, from: 18), lines: lines,
      period: period, createdAt: try row.instant(25), issuedAt: try row.optionalInstant(26),
      dueAt: try row.optionalInstant(27), paidAt: try row.optionalInstant(28),
      paymentMethod: try row.text(29))
  }
}

extension Party {
  /// Five columns of a row: name, address, country, tax id, email.
  init(row: Row, from column: Int = 0) throws {
    self.init(
      name: try row.text(column), address: try row.text(column + 1),
      country: try row.text(column + 2), taxID: try row.text(column + 3),
      email: try row.text(column + 4))
  }

  var bindings: [SQLValue] {
    [.text(name), .text(address), .text(country), .text(taxID), .text(email)]
  }
}

extension InvoiceLine {
  /// A row of `billing.invoice.lines`.
  init(row: Row) throws {
    self.init(try row.text(1), quantity: try row.int(2), unitAmount: try row.int(3))
  }
}

extension TaxRate {
  /// A row of `billing.tax.find`.
  init(row: Row) throws {
    let text = try row.text(4)
    guard let day = Instant(rfc3339: text + "T00:00:00Z") else {
      throw PostgresError(.value, "\(text) is no day")
    }
    self.init(
      country: try row.text(1), name: try row.text(2), basisPoints: try row.int(3),
      from: day.date)
  }
}

extension InvoiceRefusal {
  var rpcError: RPCError {
    switch self {
    case .noLines: RPCError(required: "line_items")
    case .tooManyLines:
      RPCError(field: "line_items", "At most \(InvoiceDraft.mostLines) lines are possible")
    case .lineWithoutDescription:
      RPCError(
        field: "line_items",
        "A description of 1 to \(InvoiceDraft.longestDescription) characters is needed")
    case .quantityNotPositive: RPCError(field: "line_items", "Quantity must be positive")
    case .amountTooLarge: RPCError(field: "line_items", "Amount is too large")
    case .totalNegative: RPCError(field: "line_items", "The total must not be negative")
    case .notIssued:
      RPCError(.failedPrecondition, "The invoice is a draft", reason: "invoice_draft")
    case .issued: RPCError(.failedPrecondition, "The invoice was issued", reason: "invoice_issued")
    case .paid: RPCError(.failedPrecondition, "The invoice is paid", reason: "invoice_paid")
    case .void: RPCError(.failedPrecondition, "The invoice is void", reason: "invoice_void")
    }
  }
}

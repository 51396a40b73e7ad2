import BillingContract
import BillingCore
import Kernel
import Postgres

extension Invoice {
  func reply(at now: Instant) -> Billing.Invoice {
    let (subtotal, tax, total) = (
      money(totals.subtotal).text, money(totals.tax).text, money(totals.total).text
    )
    return Billing.Invoice(
      id: id.value, accountID: account.value, number: number,
      status: isOverdue(at: now) ? "overdue" : state.rawValue, purpose: purpose.rawValue,
      reference: reference, currency: currency.code, subtotal: subtotal, tax: tax, total: total,
      subtotalAmount: subtotal, taxAmount: tax, totalAmount: total, totalMinor: totals.total,
      taxTreatment: self.tax.treatment.rawValue, taxName: self.tax.name,
      taxRate: self.tax.percent, taxNote: self.tax.note, seller: seller.reply, buyer: buyer.reply,
      lineItems: lines.map { line in
        Billing.InvoiceLine(
          description: line.description, quantity: line.quantity,
          unitPrice: money(line.unitAmount).text, amount: money(line.amount).text)
      },
      billingPeriodStart: period?.start, billingPeriodEnd: period?.end, invoiceDate: issuedAt,
      dueDate: dueAt, paidAt: paidAt, paymentMethod: paymentMethod, createdAt: createdAt)
  }
}

extension Party {
  fileprivate var reply: Billing.InvoiceParty {
    Billing.InvoiceParty(
      name: name, address: address, country: country, taxID: taxID, email: email)
  }
}

extension Billing.TaxRate {
  /// A row of `billing.tax.list`.
  init(row: Row) throws {
    let points = try row.int(3)
    self.init(
      id: try row.int(0), country: try row.text(1), name: try row.text(2), basisPoints: points,
      rate: Tax(.standard, basisPoints: points).percent, effectiveFrom: try row.text(4),
      updatedAt: try row.instant(5))
  }
}

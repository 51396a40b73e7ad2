import BillingCore
import Kernel
import Testing

@Suite("Invoices")
struct InvoiceTests {
  private func totals(
    _ lines: [InvoiceLine], _ tax: Tax = Tax(.standard, name: "VAT", basisPoints: 1_900)
  ) -> Result<InvoiceTotals, InvoiceRefusal> {
    Result { () throws(InvoiceRefusal) in
      try InvoiceDraft(.other, lines: lines).totals(tax)
    }
  }

  @Test("lines add up, what is taken off included, and the tax is on the sum")
  func sums() throws {
    let totals = try totals([
      InvoiceLine("Growth", unitAmount: 9_900), InvoiceLine("Unused Starter", unitAmount: -1_450),
      InvoiceLine("Credits", quantity: 3, unitAmount: 33),
    ]).get()
    #expect((totals.subtotal, totals.tax, totals.total) == (8_549, 1_624, 10_173))
  }

  @Test(
    "what cannot be invoiced",
    arguments: [
      ([], .noLines),
      (Array(repeating: InvoiceLine("a", unitAmount: 1), count: 101), .tooManyLines),
      ([InvoiceLine("", unitAmount: 1)], .lineWithoutDescription),
      (
        [InvoiceLine(String(repeating: "x", count: 501), unitAmount: 1)],
        .lineWithoutDescription
      ),
      ([InvoiceLine("a", quantity: 0, unitAmount: 1)], .quantityNotPositive),
      ([InvoiceLine("a", quantity: -1, unitAmount: -1)], .quantityNotPositive),
      ([InvoiceLine("a", quantity: .max, unitAmount: 2)], .amountTooLarge),
      ([InvoiceLine("a", unitAmount: .min)], .amountTooLarge),
      ([InvoiceLine("a", unitAmount: Money.largest)], .amountTooLarge),
      ([InvoiceLine("a", unitAmount: -1)], .totalNegative),
    ] as [([InvoiceLine], InvoiceRefusal)])
  func wrong(lines: [InvoiceLine], refusal: InvoiceRefusal) {
    #expect(throws: refusal) { try totals(lines).get() }
  }

  /// What every event makes of every state; nil for what it must not do.
  static let table: [(InvoiceState, InvoiceEvent, InvoiceState?)] = [
    (.draft, .issue, .sent), (.draft, .pay, nil), (.draft, .void, .void), (.draft, .giveUp, nil),
    (.sent, .issue, .sent), (.sent, .pay, .paid), (.sent, .void, .void),
    (.sent, .giveUp, .uncollectible),
    (.paid, .issue, nil), (.paid, .pay, .paid), (.paid, .void, nil), (.paid, .giveUp, nil),
    (.void, .issue, nil), (.void, .pay, nil), (.void, .void, .void), (.void, .giveUp, nil),
    (.uncollectible, .issue, nil), (.uncollectible, .pay, .paid), (.uncollectible, .void, .void),
    (.uncollectible, .giveUp, .uncollectible),
  ]

  @Test("every event in every state", arguments: table)
  func transitions(from: InvoiceState, event: InvoiceEvent, to: InvoiceState?) {
    let after = Result { () throws(InvoiceRefusal) in try from.after(event) }
    #expect((try? after.get()) == to)
  }

  @Test("the table knows every state and every event")
  func complete() {
    #expect(Self.table.count == InvoiceState.allCases.count * InvoiceEvent.allCases.count)
    #expect(Set(Self.table.map { "\($0.0) \($0.1)" }).count == Self.table.count)
  }
}

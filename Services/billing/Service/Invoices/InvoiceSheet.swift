import BillingCore
import Kernel
import PDF

/// An invoice on paper. The same invoice makes the same bytes.
struct InvoiceSheet {
  let invoice: Invoice

  private static let margin = 50.0
  private static let width = PDFDocument.pageWidth - 2 * margin
  private static let bottom = PDFDocument.pageHeight - 80
  private static let small = PDFStyle(size: 8, gray: 0.35)
  private static let bold = PDFStyle(isBold: true)
  private static let right = PDFStyle(alignment: .right)

  /// Description, quantity, price, amount: where each begins, and how wide it is.
  private static let columns = [
    (x: margin, width: 265.0), (x: margin + 275, width: 40.0), (x: margin + 325, width: 75.0),
    (x: margin + 410, width: width - 410),
  ]

  /// Drawn twice: the first time only counts the pages.
  func pdf() throws(PDFFault) -> [UInt8] {
    var count = Drawing(document: document(), invoice: invoice, pages: 0)
    count.all()
    let document = document()
    var drawing = Drawing(document: document, invoice: invoice, pages: count.page)
    drawing.all()
    return try document.finish()
  }

  private func document() -> PDFDocument {
    PDFDocument(
      title: "Invoice \(invoice.number ?? "")", author: invoice.seller.name,
      createdAt: invoice.issuedAt ?? invoice.createdAt)
  }

  private struct Drawing {
    let document: PDFDocument
    let invoice: Invoice
    /// How many there are in all.
    let pages: Int
    var page = 1
    var y = margin

    mutating func all() {
      head()
      parties()
      tableHead()
      for line in invoice.lines { row(line) }
      totals()
      notes()
      foot()
    }

    private func head() {
      document.draw(
        "Invoice", x: margin, y: y, width: 250, PDFStyle(size: 22, isBold: true))
      let facts = [
        ("Number", invoice.number ?? ""), ("Date", invoice.issuedAt?.date.text ?? ""),
        ("Due", invoice.dueAt?.date.text ?? ""), ("Status", status),
      ]
      for (index, fact) in facts.enumerated() {
        let line = y + 14 * Double(index)
        document.draw(fact.0, x: margin + 300, y: line, width: 70, small)
        document.draw(fact.1, x: margin + 370, y: line, width: width - 370, right)
      }
    }

    private var status: String {
      switch invoice.state {
      case .paid: "Paid \(invoice.paidAt?.date.text ?? "")"
      case .void: "Void"
      case .draft: "Draft"
      case .sent, .uncollectible: "Open"
      }
    }

    private mutating func parties() {
      y += 75
      let half = width / 2 - 10
      let left = party("From", invoice.seller, x: margin, width: half)
      let other = party("Bill to", invoice.buyer, x: margin + half + 20, width: half)
      y += max(left, other) + 16
      if let period = invoice.period {
        let last = (period.end - .microseconds(1)).date.text
        y += document.draw(
          "Billing period: \(period.start.date.text) – \(last)", x: margin, y: y, width: width)
        y += 8
      }
    }

    private func party(_ title: String, _ party: Party, x: Double, width: Double) -> Double {
      let lines = [
        party.address, party.country, party.taxID.isEmpty ? "" : "Tax id \(party.taxID)",
        party.email,
      ]
      var height = document.draw(title, x: x, y: y, width: width, small) + 2
      height += document.draw(party.name, x: x, y: y + height, width: width, bold)
      for line in lines where !line.isEmpty {
        height += document.draw(line, x: x, y: y + height, width: width)
      }
      return height
    }

    private mutating func tableHead() {
      y += 10
      let titles = ["Description", "Quantity", "Price", "Amount (\(invoice.currency))"]
      cells(titles, small)
      y += 14
      document.rule(x: margin, y: y, width: width)
      y += 6
    }

    private func cells(_ texts: [String], _ style: PDFStyle = PDFStyle()) {
      for (index, text) in texts.enumerated() {
        var style = style
        style.alignment = index == 0 ? .left : .right
        document.draw(
          text, x: columns[index].x, y: y, width: columns[index].width, style)
      }
    }

    private mutating func row(_ line: InvoiceLine) {
      let height = document.height(
        of: line.description, width: columns[0].width, PDFStyle())
      if y + height > bottom {
        nextPage()
        tableHead()
      }
      cells([
        line.description, String(line.quantity), invoice.money(line.unitAmount).text,
        invoice.money(line.amount).text,
      ])
      y += height + 6
    }

    private mutating func totals() {
      if y + 70 > bottom { nextPage() }
      document.rule(x: margin, y: y, width: width)
      y += 8
      let name = invoice.tax.name.isEmpty ? "Tax" : invoice.tax.name
      sum("Subtotal", invoice.totals.subtotal, PDFStyle())
      sum("\(name) \(invoice.tax.percent) %", invoice.totals.tax, PDFStyle())
      sum("Total \(invoice.currency)", invoice.totals.total, PDFStyle(size: 11, isBold: true))
    }

    private mutating func sum(_ title: String, _ amount: Int64, _ style: PDFStyle) {
      var style = style
      style.alignment = .right
      document.draw(title, x: margin + 200, y: y, width: 200, style)
      y +=
        document.draw(
          invoice.money(amount).text, x: columns[3].x, y: y, width: columns[3].width, style) + 5
    }

    private mutating func notes() {
      guard !invoice.tax.note.isEmpty else { return }
      if y + 40 > bottom { nextPage() }
      y += 12
      y += document.draw(invoice.tax.note, x: margin, y: y, width: width)
    }

    private func foot() {
      let parts = [
        invoice.seller.name, "Invoice \(invoice.number ?? "")", "Page \(page) of \(pages)",
      ]
      document.draw(
        parts.filter { !$0.isEmpty }.joined(separator: " · "), x: margin,
        y: PDFDocument.pageHeight - 50, width: width,
        PDFStyle(size: 8, gray: 0.35, alignment: .center))
      document.endPage()
    }

    private mutating func nextPage() {
      foot()
      page += 1
      y = margin
    }
  }
}

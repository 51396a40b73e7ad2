import BillingContract
import BillingCore
import CommonContract
import Foundation
import Kernel
import RPC
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import BillingService

extension BillingWorld {
  func invoicesClient(_ service: BillingService? = nil) -> InvoicesClient {
    InvoicesClient(InProcessTransport((service ?? self.service).routes))
  }

  var bookkeeper: OutgoingCall { call(as: .developer, account: 99) }

  func profile(
    _ request: Billing.UpdateBillingProfileRequest, _ account: Int64 = 1
  ) async throws -> Billing.BillingProfile {
    try await invoicesClient().updateBillingProfile(request, call(as: .owner, account: account))
  }
}

@Suite("Invoices for people", .inTurn, .timeLimit(.minutes(10)))
struct InvoiceHandlerTests {
  private let lines = [
    Billing.InvoiceLine(description: "Setup", quantity: 2, unitPrice: "40.00"),
    Billing.InvoiceLine(description: "Rebate", unitPrice: "-5.50"),
  ]

  private func world(_ country: String = "FR", taxID: String = "") async throws -> BillingWorld {
    let world = try await BillingWorld.make()
    try await world.open(credits: 0)
    _ = try await world.profile(
      .init(
        name: "Ελληνικά Łódź GmbH", address: "Rue 1\nParis", country: country, taxID: taxID,
        email: "a@b.example"))
    return world
  }

  private func create(
    _ world: BillingWorld, issue: Bool = true, key: String? = nil, account: Int64 = 1
  ) async throws -> Billing.Invoice {
    try await world.invoicesClient().createInvoice(
      .init(
        accountID: account, lineItems: lines, currency: "EUR", reference: "by hand", issue: issue),
      world.call(as: .developer, account: 99, key: key))
  }

  @Test("staff that names an account which is not open is told so")
  func unknown() async throws {
    let world = try await world()
    let error = try await refusal { try await create(world, account: 3) }
    #expect(error?.code == .notFound && error?.details.reason == "no_credit_account")
  }

  @Test("an invoice shows its lines, its sums in text and in minor units, and its tax")
  func shows() async throws {
    let world = try await world()
    let made = try await create(world)
    #expect((made.number, made.status, made.currency) == ("2026-000001", "sent", "EUR"))
    #expect((made.subtotal, made.tax, made.total) == ("74.50", "14.90", "89.40"))
    #expect((made.totalMinor, made.totalAmount, made.taxAmount) == (8_940, "89.40", "14.90"))
    #expect((made.taxTreatment, made.taxRate, made.taxName) == ("standard", "20", "VAT"))
    #expect(made.lineItems.map(\.amount) == ["80.00", "-5.50"])
    #expect((made.invoiceDate, made.dueDate) == (march, march + .seconds(14 * 86_400)))
    #expect(made.buyer?.name == "Ελληνικά Łódź GmbH")
    let call = world.call(as: .admin)
    #expect(try await world.invoicesClient().getInvoice(.init(id: made.id), call) == made)
    #expect(try await world.invoicesClient().listInvoices(.init(), call).results == [made])
  }

  @Test("a business of the union in another country accounts for the tax itself")
  func reverseCharge() async throws {
    let world = try await world("FR", taxID: "fr 12 345678901")
    let made = try await create(world)
    #expect((made.tax, made.total, made.taxTreatment) == ("0.00", "74.50", "reverse_charge"))
    #expect(made.buyer?.taxID == "FR12345678901")
    #expect(made.taxNote.hasPrefix("Reverse charge"))
  }

  @Test("a changed profile counts from the next invoice on, and leaves a line in the audit")
  func profileChanges() async throws {
    let world = try await world()
    let first = try await create(world)
    let changed = try await world.profile(.init(country: "de"))
    #expect((changed.country, changed.name) == ("DE", "Ελληνικά Łódź GmbH"))
    #expect((changed.taxTreatment, changed.taxRate) == ("standard", "19"))
    #expect(try await create(world).taxRate == "19")
    let call = world.call(as: .admin)
    #expect(try await world.invoicesClient().getInvoice(.init(id: first.id), call).taxRate == "20")
    #expect(
      try await world.number(
        "SELECT count(*) FROM audit_log WHERE action = 'billing_profile.updated'") == 2)
    _ = try await world.profile(.init(country: "DE"))
    #expect(
      try await world.number(
        "SELECT count(*) FROM audit_log WHERE action = 'billing_profile.updated'") == 2)
  }

  @Test(
    "a wrong profile is refused by its field and changes nothing",
    arguments: [
      (.init(country: "Germany"), "country"), (.init(country: "D1"), "country"),
      (.init(country: "ÄÖ"), "country"), (.init(taxID: "DE123456789"), "tax_id"),
      (.init(taxID: "x"), "tax_id"), (.init(email: "nobody"), "email"),
      (.init(email: "a@"), "email"), (.init(name: "New", email: "a@b@c"), "email"),
    ] as [(Billing.UpdateBillingProfileRequest, String)])
  func wrongProfile(request: Billing.UpdateBillingProfileRequest, field: String) async throws {
    let world = try await world()
    let before = try await world.invoicesClient().getBillingProfile(
      Common.Empty(), world.call(as: .admin))
    let error = try await refusal { try await world.profile(request) }
    #expect(error?.details.fields.map(\.name) == [field])
    #expect(
      try await world.invoicesClient().getBillingProfile(Common.Empty(), world.call(as: .admin))
        == before)
  }

  @Test("the PDF shows number, names of any script, lines, sums and the law's sentence")
  func pdf() async throws {
    let world = try await world("FR", taxID: "FR12345678901")
    let made = try await create(world)
    let call = world.call(as: .admin)
    let file = try await world.invoicesClient().downloadInvoice(.init(id: made.id), call)
    #expect(file.contentType == "application/pdf")
    #expect(file.fileName == "invoice-2026-000001.pdf")
    #expect(try await world.invoicesClient().downloadInvoice(.init(id: made.id), call) == file)
    let text = try words(in: file.body)
    for word in [
      "2026-000001", "2026-03-10", "2026-03-24", "Ελληνικά Łódź GmbH", "Paris", "FR12345678901",
      "Setup", "80.00", "-5.50", "74.50", "EUR", "Reverse charge", "Page 1 of 1", "Open",
    ] { #expect(text.contains(word), "\(word)") }
  }

  @Test("an invoice with many lines has several pages, each with its number")
  func longPDF() async throws {
    let world = try await world()
    let long = (1...60).map {
      Billing.InvoiceLine(
        description: "Line \($0) " + String(repeating: "of many words ", count: 8),
        unitPrice: "1.00")
    }
    let made = try await world.invoicesClient().createInvoice(
      .init(accountID: 1, lineItems: long, issue: true), world.bookkeeper)
    let file = try await world.invoicesClient().downloadInvoice(
      .init(id: made.id), world.call(as: .admin))
    let text = try words(in: file.body)
    #expect(text.contains("Page 3 of ") && !text.contains("Page 1 of 1"))
    #expect((1...60).allSatisfy { text.contains("Line \($0) ") })
  }

  private func words(in pdf: [UInt8]) throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("igny8-\(ProcessInfo.processInfo.globallyUniqueString).pdf")
    try Data(pdf).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/pdftotext")
    process.arguments = ["-layout", file.path, "-"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test("a draft has no PDF; staff issues it, and may void it")
  func draft() async throws {
    let world = try await world()
    let draft = try await create(world, issue: false)
    #expect((draft.status, draft.number) == ("draft", nil))
    let client = world.invoicesClient()
    let error = try await refusal {
      try await client.downloadInvoice(.init(id: draft.id), world.call(as: .admin))
    }
    #expect(error?.details.reason == "invoice_draft")
    let issued = try await client.issueInvoice(.init(id: draft.id), world.bookkeeper)
    #expect((issued.status, issued.number) == ("sent", "2026-000001"))
    #expect(try await client.issueInvoice(.init(id: draft.id), world.bookkeeper) == issued)
    #expect(try await client.voidInvoice(.init(id: draft.id), world.bookkeeper).status == "void")
    #expect(try await client.getAnyInvoice(.init(id: draft.id), world.bookkeeper).status == "void")
    #expect(
      try await refusal { try await client.voidInvoice(.init(id: 77), world.bookkeeper) }?.code
        == .notFound)
  }

  @Test("the same key makes one invoice; the same key for another request is refused")
  func keyed() async throws {
    let world = try await world()
    let first = try await create(world, key: "k")
    #expect(try await create(world, key: "k") == first)
    let error = try await refusal { try await create(world, issue: false, key: "k") }
    #expect(error?.details.reason == "idempotency_key_reused")
    #expect(try await world.numbers() == world.unbroken(1))
  }

  @Test("an invoice that is not paid in time is overdue, and found as such")
  func overdue() async throws {
    let world = try await world()
    let made = try await create(world)
    let call = world.call(as: .admin)
    func statuses(_ status: String) async throws -> [String] {
      try await world.invoicesClient().listInvoices(.init(status: status), call).results
        .map(\.status)
    }
    world.time.advance(by: .seconds(14 * 86_400))
    #expect(try await statuses("sent") == ["sent"])
    world.time.advance(by: .microseconds(1))
    #expect(try await statuses("overdue") == ["overdue"])
    #expect(try await statuses("paid").isEmpty)
    #expect(try await statuses("nonsense").isEmpty)
    #expect(
      try await world.invoicesClient().listAllInvoices(
        .init(search: made.number ?? "", status: "overdue", accountID: 1), world.bookkeeper
      ).results.map(\.id) == [made.id])
  }

  @Test("another account's invoices are not there")
  func foreign() async throws {
    let world = try await world()
    try await world.open(2, credits: 0)
    let made = try await create(world)
    let call = world.call(as: .owner, account: 2)
    let client = world.invoicesClient()
    #expect(try await client.listInvoices(.init(), call).count == 0)
    for error in [
      try await refusal { try await client.getInvoice(.init(id: made.id), call) },
      try await refusal { try await client.downloadInvoice(.init(id: made.id), call) },
    ] { #expect(error?.code == .notFound) }
    #expect(try await client.listAllInvoices(.init(), world.bookkeeper).count == 1)
  }

  @Test("editors and viewers see no invoices, and only owners say whom they are made out to")
  func roles() async throws {
    let world = try await world()
    let client = world.invoicesClient()
    for role in [Role.viewer, .editor] {
      let error = try await refusal { try await client.listInvoices(.init(), world.call(as: role)) }
      #expect(error?.code == .permissionDenied)
    }
    for error in [
      try await refusal {
        try await client.updateBillingProfile(.init(name: "x"), world.call(as: .admin))
      },
      try await refusal {
        try await client.createInvoice(.init(accountID: 1), world.call(as: .owner))
      },
      try await refusal { try await client.listTaxRates(.init(), world.call(as: .owner)) },
    ] { #expect(error?.code == .permissionDenied) }
  }

  @Test(
    "what staff cannot invoice",
    arguments: [
      (.init(accountID: 1), "line_items"),
      (.init(accountID: 1, lineItems: [.init(unitPrice: "1")]), "line_items"),
      (.init(accountID: 1, lineItems: [.init(description: "a", unitPrice: "1,5")]), "line_items"),
      (
        .init(
          accountID: 1, lineItems: [.init(description: "a", unitPrice: "1.50")], currency: "JPY"),
        "line_items"
      ),
      (
        .init(accountID: 1, lineItems: [.init(description: "a", unitPrice: "-1")]), "line_items"
      ),
      (
        .init(accountID: 1, lineItems: [.init(description: "a")], currency: "dollar"), "currency"
      ),
    ] as [(Billing.CreateInvoiceRequest, String)])
  func wrong(request: Billing.CreateInvoiceRequest, field: String) async throws {
    let world = try await world()
    let error = try await refusal {
      try await world.invoicesClient().createInvoice(request, world.bookkeeper)
    }
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("staff sets tax rates from a day on; a future one does not count yet")
  func taxRates() async throws {
    let world = try await world()
    let client = world.invoicesClient()
    let set = try await client.setTaxRate(
      .init(country: "fr", basisPoints: 2_150, effectiveFrom: "2026-03-11"), world.bookkeeper)
    #expect((set.country, set.rate, set.effectiveFrom) == ("FR", "21.5", "2026-03-11"))
    #expect(try await create(world).taxRate == "20")
    world.time.advance(by: .seconds(86_400))
    #expect(try await create(world).taxRate == "21.5")
    let again = try await client.setTaxRate(
      .init(country: "FR", basisPoints: 500, effectiveFrom: "2026-03-11"), world.bookkeeper)
    #expect((again.id, again.rate) == (set.id, "5"))
    _ = try await client.deleteTaxRate(.init(id: set.id), world.bookkeeper)
    #expect(try await create(world).taxRate == "20")
    let error = try await refusal {
      try await client.deleteTaxRate(.init(id: set.id), world.bookkeeper)
    }
    #expect(error?.code == .notFound)
    let rates = try await client.listTaxRates(Common.Empty(), world.bookkeeper).results
    #expect(rates.count == 21)
    #expect(rates.first { $0.country == "DE" }?.rate == "19")
  }

  @Test(
    "wrong tax rates are refused by their field",
    arguments: [
      (.init(country: "X", basisPoints: 1, effectiveFrom: "2026-01-01"), "country"),
      (.init(country: "FR", effectiveFrom: "2026-01-01"), "basis_points"),
      (.init(country: "FR", basisPoints: 10_001, effectiveFrom: "2026-01-01"), "basis_points"),
      (.init(country: "FR", basisPoints: -1, effectiveFrom: "2026-01-01"), "basis_points"),
      (.init(country: "FR", basisPoints: 1, effectiveFrom: "2026-02-30"), "effective_from"),
    ] as [(Billing.SetTaxRateRequest, String)])
  func wrongRates(request: Billing.SetTaxRateRequest, field: String) async throws {
    let world = try await world()
    let error = try await refusal {
      try await world.invoicesClient().setTaxRate(request, world.bookkeeper)
    }
    #expect(error?.details.fields.map(\.name) == [field])
  }
}

import BillingContract
import BillingCore
import CommonContract
import Cryptography
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// The caller's invoices, and whom they are made out to.
struct InvoiceHandlers: Sendable {
  let ledgers: LedgerStore
  let writing: InvoiceWriting

  private var database: Database { ledgers.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(InvoicesMethods.listInvoices, list)
    routes.answer(InvoicesMethods.getInvoice, get)
    routes.answer(InvoicesMethods.downloadInvoice, on: .pool, download)
    routes.answer(InvoicesMethods.getBillingProfile, profile)
    routes.answer(InvoicesMethods.updateBillingProfile, updateProfile)
  }

  private func list(
    _ request: Billing.ListInvoicesRequest, _ call: IncomingCall
  ) async throws -> Billing.ListInvoicesReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let wanted = request.ordering.isEmpty ? "-created_at" : request.ordering
    guard let statement = InvoiceQueries.orders[wanted] else {
      throw RPCError(field: "ordering", "Unknown ordering")
    }
    let now = ledgers.time.now()
    let filter: [SQLValue] = [
      .id(account), .text(request.status.isEmpty ? nil : request.status), .instant(now),
      .containing(request.search),
    ]
    let rows = try await database.runAll(
      [
        (InvoiceQueries.count, filter),
        (statement, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    let lines = try await database.run(
      InvoiceQueries.linesOf, [.id(account), .ints(try rows[1].map { try $0.int(0) })],
      in: .account(account), deadline: call.deadline)
    return Billing.ListInvoicesReply(
      count: try rows[0].one().int(0),
      results: try Invoice.all(rows[1], lines: lines).map { $0.reply(at: now) })
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Invoice {
    try await invoice(request.id, call).reply(at: ledgers.time.now())
  }

  private func invoice(_ id: Int64, _ call: IncomingCall) async throws -> Invoice {
    let account = try call.requireAccount()
    let rows = try await database.runAll(
      [
        (InvoiceQueries.get, [.id(account), .int(id)]),
        (InvoiceQueries.linesOf, [.id(account), .ints([id])]),
      ], in: .account(account), deadline: call.deadline)
    guard let found = try Invoice.all(rows[0], lines: rows[1]).first else {
      throw RPCError(.notFound, "Resource not found")
    }
    return found
  }

  private func download(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.RawBody {
    let invoice = try await invoice(request.id, call)
    guard let number = invoice.number else { throw InvoiceRefusal.notIssued.rpcError }
    let bytes = try InvoiceSheet(invoice: invoice).pdf()
    return Common.RawBody(
      contentType: "application/pdf", body: bytes, fileName: "invoice-\(number).pdf",
      etag: Hex.encode(Digest.sha256(bytes)), maxAgeSeconds: 0)
  }

  // MARK: Profile

  private func profile(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.BillingProfile {
    let account = try call.requireAccount()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      let rows = try await $0.run(InvoiceQueries.profile, [.id(account)])
      return try await reply(rows.first, in: $0)
    }
  }

  private func reply(
    _ row: Row?, in transaction: Transaction
  ) async throws -> Billing.BillingProfile {
    let party = try row.map { try Party(row: $0) } ?? Party()
    let tax = try await writing.tax(of: party, at: ledgers.time.now(), in: transaction)
    return Billing.BillingProfile(
      name: party.name, address: party.address, country: party.country, taxID: party.taxID,
      email: party.email, taxTreatment: tax.treatment.rawValue, taxRate: tax.percent,
      updatedAt: try row?.instant(5))
  }

  private func updateProfile(
    _ request: Billing.UpdateBillingProfileRequest, _ call: IncomingCall
  ) async throws -> Billing.BillingProfile {
    let account = try call.requireAccount()
    let now = ledgers.time.now()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      let before = try await writing.buyer(account, in: transaction)
      let after = try before.updated(by: request)
      let row = try await transaction.run(
        InvoiceQueries.storeProfile, [.id(account)] + after.bindings + [.instant(now)]
      ).one()
      if after != before {
        let line = AuditLine(
          "billing_profile.updated", account: account, "billing_profile", nil,
          before: before.told, after: after.told)
        transaction.runLater(line.commands(by: Doer(call), at: now))
      }
      transaction.afterCommit(ledgers.eventsWaiting)
      return try await reply(row, in: transaction)
    }
  }
}

extension Party {
  /// What a request leaves out stays; what it names is checked together.
  fileprivate func updated(by request: Billing.UpdateBillingProfileRequest) throws -> Party {
    var party = self
    func trimmed(_ text: String) -> String {
      String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    party.name = request.name.map(trimmed) ?? name
    party.address = request.address.map(trimmed) ?? address
    party.email = request.email.map(trimmed) ?? email
    party.country = request.country.map { trimmed($0).uppercased() } ?? country
    guard party.country.isEmpty || Self.isCountry(party.country) else {
      throw RPCError(field: "country", "Must be a country's two letters")
    }
    let parts = party.email.split(separator: "@", omittingEmptySubsequences: false)
    guard party.email.isEmpty || parts.count == 2 && parts.allSatisfy({ !$0.isEmpty }) else {
      throw RPCError(field: "email", "Invalid email format")
    }
    party.taxID = request.taxID.map(trimmed) ?? taxID
    if !party.taxID.isEmpty {
      guard let id = TaxID(party.taxID, of: party.country) else {
        throw RPCError(field: "tax_id", "Invalid tax id for this country")
      }
      party.taxID = id.text
    }
    return party
  }

  static func isCountry(_ text: String) -> Bool {
    text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5a).contains($0) }
  }

  fileprivate var told: JSONValue {
    .object([
      .init("name", .string(name)), .init("address", .string(address)),
      .init("country", .string(country)), .init("tax_id", .string(taxID)),
      .init("email", .string(email)),
    ])
  }
}

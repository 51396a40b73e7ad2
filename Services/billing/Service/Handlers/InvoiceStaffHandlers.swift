import BillingContract
import BillingCore
import CommonContract
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Invoices of all accounts, and tax rates.
struct InvoiceStaffHandlers: Sendable {
  let ledgers: LedgerStore
  let writing: InvoiceWriting

  private var database: Database { ledgers.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(InvoicesMethods.listAllInvoices, list)
    routes.answer(InvoicesMethods.getAnyInvoice, get)
    routes.answer(InvoicesMethods.createInvoice, create)
    routes.answer(InvoicesMethods.issueInvoice, issue)
    routes.answer(InvoicesMethods.voidInvoice, void)
    routes.answer(InvoicesMethods.listTaxRates, rates)
    routes.answer(InvoicesMethods.setTaxRate, setRate)
    routes.answer(InvoicesMethods.deleteTaxRate, deleteRate)
  }

  private func list(
    _ request: Billing.ListAllInvoicesRequest, _ call: IncomingCall
  ) async throws -> Billing.ListInvoicesReply {
    let page = try Page(request.page, size: request.pageSize)
    let now = ledgers.time.now()
    let filter: [SQLValue] = [
      .int(request.accountID), .text(request.status.isEmpty ? nil : request.status),
      .instant(now), .containing(request.search),
    ]
    let rows = try await database.runAll(
      [
        (InvoiceQueries.countAll, filter),
        (InvoiceQueries.listAll, filter + [.int(page.size), .int(page.offset)]),
      ], in: .allAccounts, deadline: call.deadline)
    let lines = try await database.run(
      InvoiceQueries.linesOfAll, [.ints(try rows[1].map { try $0.int(0) })], in: .allAccounts,
      deadline: call.deadline)
    return Billing.ListInvoicesReply(
      count: try rows[0].one().int(0),
      results: try Invoice.all(rows[1], lines: lines).map { $0.reply(at: now) })
  }

  /// Finds whose the invoice is and does something in that account's scope.
  private func change(
    _ request: Common.IdRequest, _ call: IncomingCall,
    _ step: @Sendable (AccountID, InvoiceID, Instant, Transaction) async throws -> Invoice
  ) async throws -> Billing.Invoice {
    let rows = try await database.run(
      InvoiceQueries.owner, [.int(request.id)], in: .allAccounts, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    let account = AccountID(try row.int(0))
    let now = ledgers.time.now()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      $0.afterCommit(ledgers.eventsWaiting)
      return try await step(account, InvoiceID(request.id), now, $0).reply(at: now)
    }
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Invoice {
    try await change(request, call) { account, id, _, transaction in
      let rows = try await transaction.run(InvoiceQueries.get, [.id(account), .id(id)])
      let found = try await writing.invoices(rows, of: account, in: transaction).first
      guard let found else { throw RPCError(.notFound, "Resource not found") }
      return found
    }
  }

  private func create(
    _ request: Billing.CreateInvoiceRequest, _ call: IncomingCall
  ) async throws -> Billing.Invoice {
    let account = AccountID(request.accountID)
    let draft = try InvoiceDraft(request)
    let now = ledgers.time.now()
    let keyed = call.idempotencyKey.map {
      KeyedRequest(
        account: account, method: InvoicesMethods.createInvoice.info, key: $0, request: request)
    }
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      transaction.afterCommit(ledgers.eventsWaiting)
      return try await IdempotencyKeys.once(keyed, in: transaction) {
        let doer = Doer(call)
        let made = try await ofNamedAccount {
          request.issue
            ? try await writing.issue(draft, for: account, by: doer, at: now, in: transaction)
            : try await writing.draft(draft, for: account, by: doer, at: now, in: transaction)
        }
        return made.reply(at: now)
      }
    }
  }

  private func issue(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Invoice {
    try await change(request, call) { account, id, now, transaction in
      try await writing.number(id, of: account, by: Doer(call), at: now, in: transaction)
    }
  }

  private func void(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Billing.Invoice {
    try await change(request, call) { account, id, now, transaction in
      try await writing.close(id, of: account, .void, by: Doer(call), at: now, in: transaction)
    }
  }

  // MARK: Tax rates

  private func rates(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Billing.ListTaxRatesReply {
    let rows = try await database.run(InvoiceQueries.rates, in: .none, deadline: call.deadline)
    return Billing.ListTaxRatesReply(results: try rows.map(Billing.TaxRate.init(row:)))
  }

  private func setRate(
    _ request: Billing.SetTaxRateRequest, _ call: IncomingCall
  ) async throws -> Billing.TaxRate {
    let country = request.country.uppercased()
    guard Party.isCountry(country) else {
      throw RPCError(field: "country", "Must be a country's two letters")
    }
    guard let points = request.basisPoints else { throw RPCError(required: "basis_points") }
    guard (0...10_000).contains(points) else {
      throw RPCError(field: "basis_points", "Must be between 0 and 10000")
    }
    guard let from = Instant(rfc3339: request.effectiveFrom + "T00:00:00Z") else {
      throw RPCError(field: "effective_from", "Must be a date")
    }
    let name = request.name.isEmpty ? "VAT" : request.name
    let values: [SQLValue] = [
      .text(country), .text(name), .int(points), .text(from.date.text),
      .instant(ledgers.time.now()), .id(call.context.user),
    ]
    return try await changeRate(InvoiceQueries.storeRate, values, "tax_rate.set", call)
  }

  private func deleteRate(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await changeRate(
      InvoiceQueries.deleteRate, [.int(request.id)], "tax_rate.deleted", call)
    return Common.Empty()
  }

  /// Rates are nobody's: the line of the audit is the account's whose staff changed them.
  private func changeRate(
    _ statement: Statement, _ values: [SQLValue], _ action: String, _ call: IncomingCall
  ) async throws -> Billing.TaxRate {
    let now = ledgers.time.now()
    let account = try call.requireAccount()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      transaction in
      guard let row = try await transaction.run(statement, values).first else {
        throw RPCError(.notFound, "Resource not found")
      }
      let rate = try Billing.TaxRate(row: row)
      let line = AuditLine(
        action, account: account, "tax_rate", rate.id,
        after: .object([
          .init("country", .string(rate.country)), .init("name", .string(rate.name)),
          .init("basis_points", .int(rate.basisPoints)),
          .init("effective_from", .string(rate.effectiveFrom)),
        ]))
      transaction.runLater(line.commands(by: Doer(call), at: now))
      transaction.afterCommit(ledgers.eventsWaiting)
      return rate
    }
  }
}

extension InvoiceDraft {
  fileprivate init(_ request: Billing.CreateInvoiceRequest) throws {
    guard let currency = Currency(request.currency) else {
      throw RPCError(field: "currency", "Must be a currency's three letters")
    }
    guard (0...365).contains(request.dueDays) else {
      throw RPCError(field: "due_days", "Must be between 0 and 365")
    }
    self.init(
      .other,
      lines: try request.lineItems.map { line in
        guard let price = Money(line.unitPrice, currency) else {
          throw RPCError(field: "line_items", "unit_price must be an amount of \(currency)")
        }
        return InvoiceLine(
          line.description, quantity: line.quantity, unitAmount: price.minor)
      },
      currency: currency, reference: request.reference,
      dueAfter: .seconds(Int64(request.dueDays) * 86_400))
  }
}

import BillingCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// Makes invoices and moves them on, in the transaction of what they are about.
///
/// Locks are taken in one order: the account's ledger (`LedgerStore.load`), then the invoice, then
/// the year's counter. The counter is held until the commit, so issuing comes last in a
/// transaction. Everything here takes the account's lock first itself: a caller that has it loses
/// nothing.
struct InvoiceWriting: Sendable {
  let seller: Party

  init(seller: Party) { self.seller = seller }

  // MARK: Making

  /// An invoice with its number. With a key, the one that was made under it before is answered.
  /// What costs nothing is paid at once.
  /// - Throws: `RPCError` for a draft that cannot be invoiced or an account without credits.
  func issue(
    _ draft: InvoiceDraft, for account: AccountID, by doer: Doer = .system, at now: Instant,
    in transaction: Transaction
  ) async throws -> Invoice {
    if let known = try await known(draft.key, account, in: transaction) { return known }
    let issued = try await insert(
      InvoiceQueries.issue, as: .sent, draft, for: account, at: now, in: transaction)
    note("invoice.issued", issued, by: doer, at: now, in: transaction)
    guard issued.totals.total == 0 else { return issued }
    return try await store(.paid, "", issued, by: doer, at: now, in: transaction)
  }

  /// An invoice that waits for somebody to issue it.
  /// - Throws: as `issue`.
  func draft(
    _ draft: InvoiceDraft, for account: AccountID, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> Invoice {
    if let known = try await known(draft.key, account, in: transaction) { return known }
    let made = try await insert(
      InvoiceQueries.draft, as: .draft, draft, for: account, at: now, in: transaction)
    note("invoice.drafted", made, by: doer, at: now, in: transaction)
    return made
  }

  private func known(
    _ key: String?, _ account: AccountID, in transaction: Transaction
  ) async throws -> Invoice? {
    try await transaction.lockLedger(of: account)
    guard let key else { return nil }
    let rows = try await transaction.run(InvoiceQueries.byKey, [.id(account), .text(key)])
    return try await invoices(rows, of: account, in: transaction).first
  }

  private func insert(
    _ statement: Statement, as state: InvoiceState, _ draft: InvoiceDraft,
    for account: AccountID, at now: Instant, in transaction: Transaction
  ) async throws -> Invoice {
    let buyer = try await buyer(account, in: transaction)
    let tax = try await tax(of: buyer, at: now, in: transaction)
    let totals: InvoiceTotals
    do throws(InvoiceRefusal) { totals = try draft.totals(tax) } catch { throw error.rpcError }
    var values: [SQLValue] = [
      .id(account), .text(draft.key), .text(state.rawValue), .text(draft.purpose.rawValue),
      .text(draft.reference), .text(draft.currency.code), .int(totals.subtotal),
      .int(totals.tax), .text(tax.treatment.rawValue), .text(tax.name), .int(tax.basisPoints),
    ]
    values += seller.bindings + buyer.bindings
    values += [
      .instant(draft.period?.start), .instant(draft.period?.end),
      .int(draft.dueAfter.components.seconds), .instant(now),
      .texts(draft.lines.map(\.description)), .ints(draft.lines.map(\.quantity)),
      .ints(draft.lines.map(\.unitAmount)),
    ]
    let row = try await transaction.run(statement, values).one()
    return try Invoice(row: row, lines: draft.lines)
  }

  func buyer(_ account: AccountID, in transaction: Transaction) async throws -> Party {
    let rows = try await transaction.run(InvoiceQueries.profile, [.id(account)])
    return try rows.first.map { try Party(row: $0) } ?? Party()
  }

  func tax(
    of buyer: Party, at now: Instant, in transaction: Transaction
  ) async throws -> Tax {
    let countries: SQLValue = .texts([buyer.country, seller.country])
    let rates = try await transaction.run(InvoiceQueries.ratesOf, [countries])
    return Tax.of(
      seller: seller, buyer: buyer, on: now.date, rates: try rates.map(TaxRate.init(row:)))
  }

  // MARK: Moving on

  /// Gives a draft its number; one that was issued is answered as it is.
  /// - Throws: `RPCError`: `.notFound`, or that its state does not allow it.
  func number(
    _ id: InvoiceID, of account: AccountID, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> Invoice {
    let (invoice, _) = try await locked(id, of: account, for: .issue, in: transaction)
    guard invoice.state == .draft else { return invoice }
    let row = try await transaction.run(
      InvoiceQueries.number, [.id(account), .id(id), .instant(now)]
    ).one()
    let issued = try Invoice(row: row, lines: invoice.lines)
    note("invoice.issued", issued, by: doer, at: now, in: transaction)
    guard issued.totals.total == 0 else { return issued }
    return try await store(.paid, "", issued, by: doer, at: now, in: transaction)
  }

  /// What `markPaid` found or did.
  struct Payment: Sendable {
    let invoice: Invoice
    /// It was paid before: nothing was done now.
    let isRepeat: Bool
  }

  /// Marks an invoice paid, once: of many at once, one does it. What it pays for has to be done in
  /// the same transaction, and only when `isRepeat` is false; a plan that waited for it begins by
  /// itself when the account is settled next.
  /// - Throws: `RPCError`: `.notFound`, or that its state does not allow it.
  func markPaid(
    _ id: InvoiceID, of account: AccountID, method: String, by doer: Doer = .system,
    at now: Instant, in transaction: Transaction
  ) async throws -> Payment {
    let (invoice, state) = try await locked(id, of: account, for: .pay, in: transaction)
    guard invoice.state != .paid else { return Payment(invoice: invoice, isRepeat: true) }
    let paid = try await store(state, method, invoice, by: doer, at: now, in: transaction)
    if paid.purpose == .change || paid.purpose == .renewal {
      transaction.runLater([
        (SubscriptionQueries.paid, [.id(account), .id(id), .instant(now)])
      ])
    }
    return Payment(invoice: paid, isRepeat: false)
  }

  /// Voids an invoice, or gives it up; its number stays taken.
  /// - Throws: `RPCError`: `.notFound`, or that its state does not allow it.
  func close(
    _ id: InvoiceID, of account: AccountID, _ event: InvoiceEvent, by doer: Doer = .system,
    at now: Instant, in transaction: Transaction
  ) async throws -> Invoice {
    let (invoice, state) = try await locked(id, of: account, for: event, in: transaction)
    guard invoice.state != state else { return invoice }
    if event == .void, invoice.purpose == .renewal {
      transaction.runLater([(SubscriptionQueries.forgiven, [.id(account), .id(id)])])
    }
    return try await store(state, "", invoice, by: doer, at: now, in: transaction)
  }

  private func locked(
    _ id: InvoiceID, of account: AccountID, for event: InvoiceEvent, in transaction: Transaction
  ) async throws -> (invoice: Invoice, state: InvoiceState) {
    _ = try await transaction.run(LedgerQueries.lock, [.id(account)])
    let rows = try await transaction.run(InvoiceQueries.lock, [.id(account), .id(id)])
    let found = try await invoices(rows, of: account, in: transaction).first
    guard let found else { throw RPCError(.notFound, "Resource not found") }
    do throws(InvoiceRefusal) {
      return (found, try found.state.after(event))
    } catch {
      throw error.rpcError
    }
  }

  private func store(
    _ state: InvoiceState, _ method: String, _ invoice: Invoice, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> Invoice {
    let row = try await transaction.run(
      InvoiceQueries.change,
      [
        .id(invoice.account), .id(invoice.id), .text(state.rawValue),
        .instant(state == .paid ? now : nil), .text(method), .instant(now),
      ]
    ).one()
    let changed = try Invoice(row: row, lines: invoice.lines)
    note("invoice.\(state.rawValue)", changed, before: invoice, by: doer, at: now, in: transaction)
    return changed
  }

  // MARK: Reading and telling

  /// Invoices with their lines.
  func invoices(
    _ rows: Rows, of account: AccountID, in transaction: Transaction
  ) async throws -> [Invoice] {
    guard !rows.isEmpty else { return [] }
    let ids = try rows.map { try $0.int(0) }
    let lines = try await transaction.run(InvoiceQueries.linesOf, [.id(account), .ints(ids)])
    return try Invoice.all(rows, lines: lines)
  }

  /// The event `action` {account_id, invoice_id, number, status, total, currency, purpose,
  /// reference}, and the audit's line.
  private func note(
    _ action: String, _ invoice: Invoice, before: Invoice? = nil, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) {
    let after = invoice.told
    let line = AuditLine(
      action, account: invoice.account, "invoice", invoice.id.value, before: before?.told,
      after: after)
    let event = OutboxMessage.event(action, account: invoice.account, payload: after.text)
    transaction.runLater(line.commands(by: doer, at: now) + Outbox.commands([event]))
  }
}

extension Invoice {
  /// Rows of invoices and of all their lines.
  static func all(_ rows: Rows, lines: Rows) throws -> [Invoice] {
    var byInvoice: [Int64: [InvoiceLine]] = [:]
    for line in lines { byInvoice[try line.int(0), default: []].append(try InvoiceLine(row: line)) }
    return try rows.map { try Invoice(row: $0, lines: byInvoice[try $0.int(0)] ?? []) }
  }

  fileprivate var told: JSONValue {
    .object([
      .init("account_id", .int(account.value)), .init("invoice_id", .int(id.value)),
      .init("number", number.map { .string($0) } ?? .null),
      .init("status", .string(state.rawValue)),
      .init("total", .string(money(totals.total).text)),
      .init("currency", .string(currency.code)), .init("purpose", .string(purpose.rawValue)),
      .init("reference", .string(reference)),
    ])
  }
}

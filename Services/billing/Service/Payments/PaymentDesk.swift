import BillingCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// Where payments begin and change, each change in one transaction with all that belongs to it:
/// the credits that were bought, the invoice that is paid, the audit's line and the event.
///
/// Locks are taken in one order: the account's ledger, the payment, the invoice. So whatever
/// happens to one account's money happens one after the other, and accounts do not wait for each
/// other.
struct PaymentDesk: Sendable {
  let ledgers: LedgerStore
  let invoices: InvoiceWriting

  var database: Database { ledgers.database }

  // MARK: Beginning

  /// What a payment is to pay for.
  struct Purpose: Sendable {
    var package: Int64?
    var credits: Credits?
    var description: String
  }

  /// Puts a payment in that waits for its money; the invoice must be open and wait for no other.
  func begin(
    _ way: PaymentWay, for invoice: Invoice, _ purpose: Purpose, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws -> StoredPayment {
    let row = try await transaction.run(
      PaymentQueries.insert,
      [
        .id(invoice.account), .id(invoice.id), .text(way.rawValue), .int(invoice.totals.total),
        .text(invoice.currency.code), .text(purpose.description), .int(purpose.package),
        .credits(purpose.credits), .id(doer.user), .instant(now),
        .instant(way.isManual ? nil : now + ProviderDesk.firstLook),
      ]
    ).one()
    let payment = try StoredPayment(row: row)
    transaction.runLater(Self.notes("begun", payment, nil, by: doer, at: now))
    return payment
  }

  /// The invoice, open and locked.
  /// - Throws: `RPCError` `.notFound`, or that it is not open.
  func openInvoice(
    _ id: InvoiceID, of account: AccountID, in transaction: Transaction
  ) async throws -> Invoice {
    let rows = try await transaction.runAll([
      (LedgerQueries.lock, [.id(account)]), (InvoiceQueries.lock, [.id(account), .id(id)]),
    ])
    let found = try await invoices.invoices(rows[1], of: account, in: transaction).first
    guard let invoice = found else { throw RPCError(.notFound, "Resource not found") }
    guard invoice.state == .sent || invoice.state == .uncollectible else {
      throw RPCError(
        .failedPrecondition, "The invoice is not open", reason: "invoice_\(invoice.state.rawValue)")
    }
    return invoice
  }

  /// The payment that an invoice waits for, else the last one that it had.
  func latest(
    of invoice: Invoice, in transaction: Transaction
  ) async throws -> StoredPayment? {
    try await transaction.run(
      PaymentQueries.latestOf, [.id(invoice.account), .id(invoice.id)]
    ).first.map(StoredPayment.init(row:))
  }

  /// The payment that an open invoice waits for, begun if there is none; what an earlier one was to
  /// bring, this one brings.
  /// - Throws: `RPCError` when it waits for one in another way.
  func waiting(
    for invoice: Invoice, by way: PaymentWay, _ doer: Doer, in transaction: Transaction
  ) async throws -> StoredPayment {
    let latest = try await latest(of: invoice, in: transaction)
    if let latest, latest.payment.state.isWaiting {
      guard latest.payment.way == way else {
        throw RPCError(
          .failedPrecondition, "Another payment of this invoice is under way",
          reason: "payment_under_way")
      }
      return latest
    }
    let purpose = Purpose(
      package: latest?.package, credits: latest?.credits,
      description: latest?.description ?? invoice.lines.first?.description ?? "")
    return try await begin(
      way, for: invoice, purpose, by: doer, at: ledgers.time.now(), in: transaction)
  }

  // MARK: Changing

  /// What an event brings besides the state.
  typealias Detail = @Sendable (inout StoredPayment) -> Void

  /// Lets one thing happen to a payment, money that comes among it.
  /// - Parameters:
  ///   - also: what must be stored with it, whether or not anything changes.
  ///   - detail: sets what the event says beyond its name; only called when the state changes.
  /// - Throws: `RPCError` `.notFound`, or that the payment's state does not allow it.
  @discardableResult
  func apply(
    _ event: PaymentEvent, to id: PaymentID, of account: AccountID, by doer: Doer = .system,
    deadline: Deadline? = nil, also: [Command] = [], _ detail: @escaping Detail = { _ in }
  ) async throws -> StoredPayment {
    let payment = try await database.transaction(in: .account(account), deadline: deadline) {
      transaction in
      let now = ledgers.time.now()
      let reading: [Command] = [(PaymentQueries.lock, [.id(account), .id(id)])]
      var loaded = try await ledgers.load(account, .none, reading, at: now, in: transaction)
      var change = try Change(event, loaded.rows[0], by: doer, at: now, detail)
      if change.isSettled {
        try await settle(&change.payment, &loaded.ledger, by: doer, at: now, in: transaction)
      }
      _ = try await ledgers.store(
        (), loaded.ledger, change.commands + also, head: loaded.head, in: transaction)
      return change.payment
    }
    ledgers.eventsWaiting()
    return payment
  }

  /// Lets one thing happen that brings no money, in a transaction that goes on.
  func change(
    _ event: PaymentEvent, to id: PaymentID, of account: AccountID, by doer: Doer,
    in transaction: Transaction, _ detail: Detail = { _ in }
  ) async throws -> StoredPayment {
    let rows = try await transaction.runAll([
      (LedgerQueries.lock, [.id(account)]), (PaymentQueries.lock, [.id(account), .id(id)]),
    ])
    let change = try Change(event, rows[1], by: doer, at: ledgers.time.now(), detail)
    guard !change.isSettled else { throw RPCError(.internal, "Money without its ledger") }
    transaction.runLater(change.commands)
    return change.payment
  }

  /// What an event makes of a stored payment.
  private struct Change {
    var payment: StoredPayment
    let isSettled: Bool
    private let before: StoredPayment
    private let step: PaymentStep
    private let cause: String
    private let doer: Doer
    private let now: Instant

    init(
      _ event: PaymentEvent, _ rows: Rows, by doer: Doer, at now: Instant, _ detail: Detail
    ) throws {
      guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
      before = try StoredPayment(row: row)
      payment = before
      do throws(PaymentRefusal) {
        step = try payment.payment.apply(event)
      } catch {
        throw error.rpcError
      }
      (cause, self.doer, self.now) = (event.name, doer, now)
      if case .settled = step { isSettled = true } else { isSettled = false }
      guard step != .unchanged else { return }
      detail(&payment)
      payment.updatedAt = now
      if isSettled { payment.processedAt = now }
    }

    /// Nothing for a repeat.
    var commands: [Command] {
      guard step != .unchanged else { return [] }
      let owing: [Command] =
        payment.payment.state == .failed
        ? [(RenewalQueries.owe, [.id(payment.account), .id(payment.id), .instant(now)])] : []
      return [(PaymentQueries.update, payment.update)] + owing
        + PaymentDesk.notes(cause, payment, before, by: doer, at: now)
    }
  }

  /// The money has come: gives what was bought and settles the invoice.
  private func settle(
    _ payment: inout StoredPayment, _ ledger: inout Ledger, by doer: Doer, at now: Instant,
    in transaction: Transaction
  ) async throws {
    if let credits = payment.credits {
      let entry = ledger.purchase(
        credits, payment.description, reference: payment.payment.entryKey, at: now)
      payment.lot = entry.movements.first?.lot
    }
    try await invoices.settle(payment, by: doer, at: now, in: transaction)
  }

  /// The audit's line and the event `payment.changed`.
  static func notes(
    _ cause: String, _ payment: StoredPayment, _ before: StoredPayment?, by doer: Doer,
    at now: Instant
  ) -> [Command] {
    let line = AuditLine(
      "payment.\(cause)", account: payment.account, "payment", payment.id.value,
      before: before?.told, after: payment.told)
    let event = OutboxMessage.event(
      "payment.changed", account: payment.account, payload: payment.told.text)
    return line.commands(by: doer, at: now) + Outbox.commands([event])
  }

  /// Keeps the provider's number of a payment, and when to look how it stands there.
  func remember(
    _ intent: String?, of payment: StoredPayment, lookIn wait: Duration, deadline: Deadline?
  ) async throws {
    let now = ledgers.time.now()
    _ = try await database.run(
      PaymentQueries.remember,
      [.id(payment.account), .id(payment.id), .text(intent), .instant(now + wait), .instant(now)],
      in: .account(payment.account), deadline: deadline)
  }

  // MARK: Finding

  func payment(
    _ id: PaymentID, of account: AccountID, deadline: Deadline?
  ) async throws -> StoredPayment {
    let rows = try await database.run(
      PaymentQueries.get, [.id(account), .id(id)], in: .account(account), deadline: deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return try StoredPayment(row: row)
  }

  /// Whose a payment is, for staff and providers.
  func owner(of id: PaymentID, deadline: Deadline?) async throws -> AccountID {
    let rows = try await database.run(
      PaymentQueries.owner, [.id(id)], in: .allAccounts, deadline: deadline)
    guard let row = rows.first else { throw RPCError(.notFound, "Resource not found") }
    return AccountID(try row.int(0))
  }
}

extension InvoiceWriting {
  /// An invoice whose money has come. Money that comes for one that was paid or voided meanwhile is
  /// kept all the same: what it bought is given, and staff can refund it.
  fileprivate func settle(
    _ payment: StoredPayment, by doer: Doer, at now: Instant, in transaction: Transaction
  ) async throws {
    do {
      _ = try await markPaid(
        payment.invoice, of: payment.account, method: payment.payment.way.rawValue, by: doer,
        at: now, in: transaction)
    } catch let error as RPCError where error.details.reason == "invoice_void" {}
  }
}

extension PaymentEvent {
  /// What logs and events call it.
  fileprivate var name: String {
    switch self {
    case .submitted: "submitted"
    case .approved: "approved"
    case .rejected: "rejected"
    case .paid: "paid"
    case .declined: "declined"
    case .withdrawn: "withdrawn"
    case .refunded: "refunded"
    }
  }
}

extension PaymentRefusal {
  var rpcError: RPCError {
    switch self {
    case .notManual: Self.conflict("The payment is not a manual one", "not_manual")
    case .notOfProvider: Self.conflict("The payment is a manual one", "manual")
    case .notSubmitted: Self.conflict("Nothing was submitted for it yet", "not_submitted")
    case .submittedBefore: Self.conflict("It was submitted before", "submitted")
    case .paidBefore: Self.conflict("The payment is paid", "paid")
    case .rejectedBefore: Self.conflict("The payment was rejected", "rejected")
    case .closed: Self.conflict("The payment is closed", "closed")
    case .noReason: RPCError(required: "reason")
    case .otherAmount: Self.conflict("Another amount was paid than was asked for", "other_amount")
    case .notPaid: Self.conflict("The payment is not paid", "not_paid")
    case .moreThanPaid: RPCError(field: "amount", "More than was paid")
    }
  }

  private static func conflict(_ message: String, _ reason: String) -> RPCError {
    RPCError(.failedPrecondition, message, reason: reason)
  }
}

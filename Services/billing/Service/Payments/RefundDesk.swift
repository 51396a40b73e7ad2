import BillingContract
import BillingCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// A refund as it is stored.
struct StoredRefund: Sendable {
  let id: RefundID
  let account: AccountID
  let payment: PaymentID
  let amount: Money
  var state: RefundState
  let reason: String
  let credits: Credits
  var taken: Credits
  var provider: String?
  var failure: String?
  let user: UserID?
  let createdAt: Instant
  var processedAt: Instant?

  /// A row with the columns of `billing.refund.get`.
  init(row: Row) throws {
    id = RefundID(try row.int(0))
    account = AccountID(try row.int(1))
    payment = PaymentID(try row.int(2))
    amount = try MoneyReading(currency: row.text(4))(try row.int(3))
    (state, reason) = (try row.state(5), try row.text(6))
    (credits, taken) = (Credits(try row.int(7)), Credits(try row.int(8)))
    (provider, failure) = (try row.optionalText(9), try row.optionalText(10))
    user = try row.optionalID(11)
    (createdAt, processedAt) = (try row.instant(12), try row.optionalInstant(13))
  }

  /// The key of the one entry that takes its credits back.
  var entryKey: String { "refund/\(id)" }

  func update(at now: Instant) -> Command {
    (
      RefundQueries.update,
      [
        .id(account), .id(id), .text(state.rawValue), .credits(taken), .text(provider),
        .text(failure), .instant(processedAt), .instant(now),
      ]
    )
  }

  var reply: Billing.Refund {
    Billing.Refund(
      id: id.value, accountID: account.value, paymentID: payment.value, amount: amount.text,
      currency: amount.currency.code, status: state.rawValue, reason: reason,
      credits: credits.value, creditsTaken: taken.value, providerRefundID: provider,
      failureReason: failure, requestedBy: user?.value, createdAt: createdAt,
      processedAt: processedAt)
  }

  var told: JSONValue {
    .object([
      .init("account_id", .int(account.value)), .init("refund_id", .int(id.value)),
      .init("payment_id", .int(payment.value)), .init("amount", .string(amount.text)),
      .init("currency", .string(amount.currency.code)), .init("status", .string(state.rawValue)),
      .init("credits_taken", .int(taken.value)), .init("reason", .string(reason)),
      .init("failure_reason", failure.map { .string($0) } ?? .null),
    ])
  }
}

/// Pays back: credits first, then the money, so that nobody spends what was paid back.
struct RefundDesk: Sendable {
  /// After so long somebody looks how a refund stands.
  static let firstLook = Duration.seconds(60)

  let desk: PaymentDesk

  private var ledgers: LedgerStore { desk.ledgers }
  private var database: Database { desk.database }

  /// What staff, or a provider, wants to be paid back.
  struct Wish: Sendable {
    /// Decimal text; nil for all that is left.
    var amount: String?
    var reason: String
    /// The provider's number of a refund that was made there.
    var provider: String?
  }

  /// Takes the credits back and puts the refund in, in one transaction.
  /// - Throws: `RPCError` for a payment that is not paid, and for more than is left of it.
  func begin(
    _ wish: Wish, of id: PaymentID, _ account: AccountID, by doer: Doer, _ keyed: KeyedRequest?,
    deadline: Deadline?
  ) async throws -> StoredRefund {
    let refund = try await database.transaction(in: .account(account), deadline: deadline) {
      transaction in
      if let keyed, let known = try await IdempotencyKeys.answer(for: keyed, in: transaction) {
        return try await stored(known, account, in: transaction)
      }
      let now = ledgers.time.now()
      let reading: [Command] = [(PaymentQueries.lock, [.id(account), .id(id)])]
      var loaded = try await ledgers.load(account, .none, reading, at: now, in: transaction)
      guard let row = loaded.rows[0].first else { throw RPCError(.notFound, "Resource not found") }
      let before = try StoredPayment(row: row)
      var payment = before
      let amount = try wish.money(of: payment)
      let wanted = payment.credits.map {
        RefundShare.credits(
          of: $0, total: payment.payment.amount, before: payment.refunded, amount: amount)
      }
      try payment.refund(Money(minor: payment.refunded.minor + amount.minor, amount.currency))
      payment.updatedAt = now
      var refund = try await insert(wish, amount, wanted ?? .zero, payment, doer, now, transaction)
      if let wanted, wanted > .zero {
        let entry = loaded.ledger.takeBack(
          wanted, of: payment.lot, "Refund of \(payment.description)",
          reference: refund.entryKey, at: now)
        refund.taken = entry.map { -$0.amount } ?? .zero
      }
      if let keyed {
        IdempotencyKeys.store(Array("\(refund.id)".utf8), for: keyed, in: transaction)
      }
      let commands =
        [refund.update(at: now), (PaymentQueries.update, payment.update)]
        + PaymentDesk.notes("refund_begun", payment, before, by: doer, at: now)
        + Self.notes("begun", refund, by: doer, at: now)
      _ = try await ledgers.store(
        (), loaded.ledger, commands, head: loaded.head, in: transaction)
      return refund
    }
    ledgers.eventsWaiting()
    return refund
  }

  private func insert(
    _ wish: Wish, _ amount: Money, _ credits: Credits, _ payment: StoredPayment, _ doer: Doer,
    _ now: Instant, _ transaction: Transaction
  ) async throws -> StoredRefund {
    let row = try await transaction.run(
      RefundQueries.insert,
      [
        .id(payment.account), .id(payment.id), .int(amount.minor),
        .text(amount.currency.code), .text(wish.reason), .credits(credits), .id(doer.user),
        .instant(now), .instant(payment.payment.way.isManual ? nil : now + Self.firstLook),
        .text(wish.provider),
      ]
    ).one()
    return try StoredRefund(row: row)
  }

  /// The refund whose number is a stored answer.
  private func stored(
    _ answer: [UInt8], _ account: AccountID, in transaction: Transaction
  ) async throws -> StoredRefund {
    let id = Int64(String(decoding: answer, as: UTF8.self)) ?? 0
    return try StoredRefund(
      row: try await transaction.run(RefundQueries.get, [.id(account), .int(id)]).one())
  }

  /// Books what became of the money; what came before, or comes late, changes nothing. The credits
  /// of a refund that failed return to the very lots.
  @discardableResult
  func apply(
    _ outcome: RefundOutcome, provider: String?, to id: RefundID, of account: AccountID,
    also: [Command] = [], by doer: Doer = .system, deadline: Deadline? = nil
  ) async throws -> StoredRefund {
    let refund = try await database.transaction(in: .account(account), deadline: deadline) {
      transaction in
      let now = ledgers.time.now()
      let reading: [Command] = [(RefundQueries.lock, [.id(account), .id(id)])]
      var loaded = try await ledgers.load(account, .none, reading, at: now, in: transaction)
      guard let row = loaded.rows[0].first else { throw RPCError(.notFound, "Resource not found") }
      var refund = try StoredRefund(row: row)
      refund.provider = refund.provider ?? provider
      var commands = also
      if let next = refund.state.after(outcome) {
        (refund.state, refund.processedAt) = (next, now)
        if case .failed(let reason) = outcome {
          refund.failure = reason
          commands += try await undo(refund, &loaded.ledger, doer, now, transaction)
        }
        commands += Self.notes(next.rawValue, refund, by: doer, at: now)
      }
      commands.append(refund.update(at: now))
      _ = try await ledgers.store(
        (), loaded.ledger, commands, head: loaded.head, in: transaction)
      return refund
    }
    ledgers.eventsWaiting()
    return refund
  }

  private func undo(
    _ refund: StoredRefund, _ ledger: inout Ledger, _ doer: Doer, _ now: Instant,
    _ transaction: Transaction
  ) async throws -> [Command] {
    let place: SQLValue = .id(refund.account)
    let rows = try await transaction.runAll([
      (PaymentQueries.lock, [place, .id(refund.payment)]),
      (HistoryQueries.entryByKey, [place, .text(refund.entryKey)]),
    ])
    let before = try StoredPayment(row: try rows[0].one())
    var payment = before
    try payment.refund(
      Money(minor: payment.refunded.minor - refund.amount.minor, refund.amount.currency))
    payment.updatedAt = now
    if let row = rows[1].first {
      let taken = try StoredEntry(row: row).entry.movements
      let lots = try await transaction.run(
        HistoryQueries.lots, [place, .ints(taken.map(\.lot.value))])
      ledger.putBack(
        taken, into: try lots.map(Lot.init(row:)), "Refund failed", reference: refund.entryKey,
        key: refund.entryKey + "/failed", at: now)
    }
    return [(PaymentQueries.update, payment.update)]
      + PaymentDesk.notes("refund_failed", payment, before, by: doer, at: now)
  }

  private static func notes(
    _ cause: String, _ refund: StoredRefund, by doer: Doer, at now: Instant
  ) -> [Command] {
    let line = AuditLine(
      "refund.\(cause)", account: refund.account, "refund", refund.id.value, after: refund.told)
    let event = OutboxMessage.event(
      "refund.changed", account: refund.account, payload: refund.told.text)
    return line.commands(by: doer, at: now) + Outbox.commands([event])
  }

  func refunds(
    of payment: PaymentID, _ account: AccountID, deadline: Deadline?
  ) async throws -> [StoredRefund] {
    try await database.run(
      RefundQueries.ofPayment, [.id(account), .id(payment)], in: .account(account),
      deadline: deadline
    ).map(StoredRefund.init(row:))
  }
}

extension StoredPayment {
  /// So much was given back in all.
  fileprivate mutating func refund(_ total: Money) throws {
    do throws(PaymentRefusal) {
      _ = try payment.apply(.refunded(total: total))
    } catch {
      throw error.rpcError
    }
    refunded = total
  }
}

extension RefundDesk.Wish {
  fileprivate func money(of payment: StoredPayment) throws -> Money {
    let currency = payment.payment.amount.currency
    let left = Money(minor: payment.payment.amount.minor - payment.refunded.minor, currency)
    guard payment.payment.state.isPaid || payment.payment.state == .refunded else {
      throw PaymentRefusal.notPaid.rpcError
    }
    guard let amount, !amount.isEmpty else {
      guard left.minor > 0 else { throw PaymentRefusal.moreThanPaid.rpcError }
      return left
    }
    guard let money = Money(amount, currency) else {
      throw RPCError(field: "amount", "Enter an amount such as 12.50")
    }
    guard money.minor > 0 else { throw RPCError(field: "amount", "Amount must be positive") }
    guard money.minor <= left.minor else { throw PaymentRefusal.moreThanPaid.rpcError }
    return money
  }
}

import BillingCore
import Events
import JSON
import Kernel
import Logging
import Postgres
import RPC

/// Asks the money of terms that begin of the account's default card, with nobody there to agree:
/// when the term begins, and after some days again while it does not come (`Dunning`). Each try is
/// a payment of its own: a repeat after a lost answer is the same charge, the next try another one.
/// Who has no such card pays the invoice by hand.
package struct RenewalDesk: Sendable {
  static let batch: Int64 = 20
  static let interval = Duration.seconds(2)
  /// Who has taken a term and says nothing for so long has died.
  private static let claim = Duration.seconds(600)
  /// While another payment of the invoice is under way, it is waited for.
  private static let pause = Duration.seconds(3_600)

  let providers: ProviderDesk
  private var desk: PaymentDesk { providers.desk }

  /// Charges until the task is cancelled.
  package func run() async {
    await providers.rounds(of: "renewals", every: Self.interval) {
      try await charge() == Self.batch
    }
  }

  /// Charges what is due.
  /// - Returns: how many terms were looked at.
  package func charge() async throws -> Int64 {
    let now = desk.ledgers.time.now()
    let rows = try await desk.database.run(
      RenewalQueries.claim, [.instant(now), .int(Self.batch), .instant(now + Self.claim)],
      in: .allAccounts)
    for row in rows {
      let (account, id) = (AccountID(try row.int(0)), InvoiceID(try row.int(1)))
      do {
        guard let payment = try await order(id, of: account) else { continue }
        try await providers.charge(payment)
      } catch let error as RPCError {
        providers.log.error(
          "A term cannot be charged",
          metadata: ["account": "\(account)", "invoice": "\(id)", "error": "\(error.message)"])
      }
    }
    return Int64(rows.count)
  }

  /// Begins the payment of a try.
  /// - Returns: nil when there is nothing to charge, or not now.
  private func order(_ id: InvoiceID, of account: AccountID) async throws -> StoredPayment? {
    let payment = try await desk.database.transaction(in: .account(account)) { transaction in
      let rows = try await transaction.runAll([
        (LedgerQueries.lock, [.id(account)]), (RenewalQueries.lock, [.id(account), .id(id)]),
        (InvoiceQueries.lock, [.id(account), .id(id)]), (TopUpQueries.card, [.id(account)]),
      ])
      guard let row = rows[1].first else { return StoredPayment?.none }
      let tries = Int(try row.int(0)) + 1
      let now = desk.ledgers.time.now()
      let found = try await desk.invoices.invoices(rows[2], of: account, in: transaction).first
      guard let invoice = found, invoice.state == .sent else {
        note(Try(of: id, account, tries - 1, next: nil), in: transaction)
        return nil
      }
      if try await desk.latest(of: invoice, in: transaction)?.payment.state.isWaiting == true {
        note(Try(of: id, account, tries - 1, next: now + Self.pause), in: transaction)
        return nil
      }
      var made = Try(of: id, account, tries, next: Dunning.next(after: tries, at: now))
      let card = try rows[3].first.map {
        KeptCard(customer: try $0.text(0), method: try $0.text(1))
      }
      guard let card, providers.providers[.stripe] != nil else {
        made.problem = "The default payment method is no card that can be charged"
        note(made, in: transaction)
        Outbox.add(Self.unpaid(invoice), in: transaction)
        return nil
      }
      let purpose = PaymentDesk.Purpose(description: invoice.lines.first?.description ?? "")
      let payment = try await desk.begin(
        .stripe, for: invoice, purpose, by: .system, at: now, in: transaction)
      (made.payment, made.card) = (payment.id, card)
      note(made, in: transaction)
      return payment
    }
    desk.ledgers.eventsWaiting()
    return payment
  }

  /// The event `renewal.unpaid` {account_id, invoice_id, number, amount, currency}: once a try that
  /// has no card to charge.
  private static func unpaid(_ invoice: Invoice) -> OutboxMessage {
    let told: JSONValue = [
      "account_id": .int(invoice.account.value), "invoice_id": .int(invoice.id.value),
      "number": .string(invoice.number ?? ""),
      "amount": .string(Money(minor: invoice.totals.total, invoice.currency).text),
      "currency": .string(invoice.currency.code),
    ]
    return .event("renewal.unpaid", account: invoice.account, payload: told.text)
  }

  private struct Try {
    let invoice: InvoiceID
    let account: AccountID
    let number: Int
    let next: Instant?
    var payment: PaymentID?
    var card: KeptCard?
    var problem: String?

    init(of invoice: InvoiceID, _ account: AccountID, _ number: Int, next: Instant?) {
      (self.invoice, self.account, self.number, self.next) = (invoice, account, number, next)
    }
  }

  private func note(_ made: Try, in transaction: Transaction) {
    transaction.runLater([
      (
        RenewalQueries.tried,
        [
          .id(made.account), .id(made.invoice), .int(made.number), .instant(made.next),
          .id(made.payment), .text(made.card?.customer), .text(made.card?.method),
          .text(made.problem),
        ]
      )
    ])
  }
}

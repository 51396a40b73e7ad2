import BillingCore
import JSON
import Kernel
import Postgres
import RPC

/// What an account wants bought when its credits run low.
struct TopUpSettings: Sendable {
  let isEnabled: Bool
  let threshold: Credits
  let cap: Money
  let isArmed: Bool
  let isOnOffer: Bool
  let package: PackageOffer

  /// A row of `billing.top_up.settings`.
  init(row: Row) throws {
    (isEnabled, threshold) = (try row.bool(0), Credits(try row.int(1)))
    cap = try MoneyReading(currency: row.text(5))(try row.int(3))
    (isArmed, isOnOffer) = (try row.bool(4), try row.bool(9))
    package = try PackageOffer(row: row)
  }
}

/// Buys what top-ups have become due: each once, however many processes look. The crossing was
/// written down with what crossed (`TopUpQueries.cross`); here it becomes an invoice and a payment,
/// in one transaction, and then the provider charges the account's default card.
package struct TopUpDesk: Sendable {
  static let batch: Int64 = 20
  static let interval = Duration.seconds(2)

  let providers: ProviderDesk
  private var desk: PaymentDesk { providers.desk }

  /// Buys until the task is cancelled.
  package func run() async {
    await providers.rounds(of: "top-ups", every: Self.interval) {
      try await buy() == Self.batch
    }
  }

  /// Buys what is due.
  /// - Returns: how many top-ups that were.
  package func buy() async throws -> Int64 {
    let rows = try await desk.database.run(
      TopUpQueries.due, [.int(Self.batch)], in: .allAccounts)
    for row in rows {
      let (account, id) = (AccountID(try row.int(0)), try row.int(1))
      guard let payment = try await order(id, of: account) else { continue }
      try await providers.charge(payment)
    }
    return Int64(rows.count)
  }

  /// Makes invoice and payment of a top-up that is due.
  /// - Returns: nil when another process has, or when it may not be.
  private func order(_ id: Int64, of account: AccountID) async throws -> StoredPayment? {
    let payment = try await desk.database.transaction(in: .account(account)) { transaction in
      let rows = try await transaction.runAll([
        (LedgerQueries.lock, [.id(account)]), (TopUpQueries.lock, [.id(account), .int(id)]),
        (TopUpQueries.settings, [.id(account)]), (TopUpQueries.card, [.id(account)]),
      ])
      guard !rows[1].isEmpty else { return StoredPayment?.none }
      let now = desk.ledgers.time.now()
      let settings = try rows[2].first.map(TopUpSettings.init(row:))
      let card = try rows[3].first.map {
        KeptCard(customer: try $0.text(0), method: try $0.text(1))
      }
      let problem = try await problem(settings, card, account, now, transaction)
      guard problem == nil, let settings, let card else {
        close(id, account, "refused", nil, nil, problem, transaction)
        return nil
      }
      let invoice = try await desk.invoices.issue(
        settings.package.draft(.topUp, key: "top_up/\(id)"), for: account, at: now,
        in: transaction)
      let payment = try await desk.begin(
        .stripe, for: invoice, settings.package.purpose, by: .system, at: now, in: transaction)
      close(id, account, "ordered", payment.id, card, nil, transaction)
      return payment
    }
    desk.ledgers.eventsWaiting()
    return payment
  }

  /// Why nothing is bought; nil when it is.
  private func problem(
    _ settings: TopUpSettings?, _ card: KeptCard?, _ account: AccountID, _ now: Instant,
    _ transaction: Transaction
  ) async throws -> String? {
    guard let settings, settings.isEnabled else { return "Switched off" }
    guard settings.isOnOffer else { return "The package is not on offer any more" }
    guard card != nil, providers.providers[.stripe] != nil else {
      return "The default payment method is no card that can be charged"
    }
    let buyer = try await desk.invoices.buyer(account, in: transaction)
    let tax = try await desk.invoices.tax(of: buyer, at: now, in: transaction)
    let price = settings.package.price.minor
    let spent = try await transaction.run(
      TopUpQueries.spent, [.id(account), .instant(Period(containing: now).start)]
    ).one().int(0)
    return spent + price + tax.amount(on: price) > settings.cap.minor
      ? "The month's cap is reached" : nil
  }

  private func close(
    _ id: Int64, _ account: AccountID, _ state: String, _ payment: PaymentID?,
    _ card: KeptCard?, _ problem: String?, _ transaction: Transaction
  ) {
    transaction.runLater([
      (
        TopUpQueries.close,
        [
          .id(account), .int(id), .text(state), .id(payment), .text(card?.customer),
          .text(card?.method), .text(problem),
        ]
      )
    ])
    let told: JSONValue = .object([
      .init("account_id", .int(account.value)), .init("state", .string(state)),
      .init("payment_id", payment.map { .int($0.value) } ?? .null),
      .init("problem", problem.map { .string($0) } ?? .null),
    ])
    let line = AuditLine("top_up.\(state)", account: account, "top_up", id, after: told)
    transaction.runLater(line.commands(by: .system, at: desk.ledgers.time.now()))
  }
}

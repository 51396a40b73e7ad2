import AuthCore
import Events
import JSON
import Kernel
import Postgres
import RPC

/// Mails the owners of an account what billing tells of its money while nobody looks: credits that
/// run low, charges that fail, terms that wait to be paid, a plan that has ended.
///
/// Not to owners who have switched `email_notifications` off; of low credits, not where the account
/// has switched `low_credit_notices` off.
struct MoneyNews: Sendable {
  /// How long such a mail is worth sending.
  static let lifetime: Duration = .seconds(3 * 86_400)

  let postbox: Postbox

  var handlers: [String: EventConsumer.Handler] {
    [
      "credits.low": { event, transaction in
        let rows = try await transaction.run(MoneyNewsQueries.isSilent, [.id(event.account)])
        guard try !rows.one().bool(0) else { return }
        try await tell(event, in: transaction, Self.credits)
      },
      "payment.changed": { try await tell($0, in: $1, Self.charge) },
      "renewal.unpaid": { try await tell($0, in: $1, Self.invoice) },
      "subscription.changed": { try await tell($0, in: $1, Self.plan) },
    ]
  }

  /// Without keys to seal mails there are none: news that nobody can get must not keep others.
  private func tell(
    _ event: Event, in transaction: Transaction, _ read: (JSONValue) -> MoneyLetter?
  ) async throws {
    guard postbox.settings.secretKeys != nil,
      let letter = read(try JSONValue(parsing: event.payload))
    else { return }
    for row in try await transaction.run(MoneyNewsQueries.readers, [.id(event.account)]) {
      Outbox.add(
        try postbox.mail(
          .money(letter), to: try row.text(0), of: event.account, lifetime: Self.lifetime),
        in: transaction)
    }
  }

  // MARK: Reading

  private static func credits(_ told: JSONValue) -> MoneyLetter? {
    guard let left = told["available"]?.int else { return nil }
    if let needed = told["required"]?.int { return .creditsMissing(left: left, needed: needed) }
    return told["percent"]?.int.map { .creditsLow(left: left, percent: $0) }
  }

  /// Who pays in person sees for himself what comes of it.
  private static func charge(_ told: JSONValue) -> MoneyLetter? {
    guard told["status"]?.string == "failed", told["user_id"]?.int == nil,
      let amount = amount(told)
    else { return nil }
    return .chargeFailed(amount: amount, reason: told["reason"]?.string)
  }

  private static func invoice(_ told: JSONValue) -> MoneyLetter? {
    guard let number = told["number"]?.string, let amount = amount(told) else { return nil }
    return .invoiceOpen(number: number, amount: amount)
  }

  private static func plan(_ told: JSONValue) -> MoneyLetter? {
    told["what"]?.string == "ended" ? .planEnded : nil
  }

  private static func amount(_ told: JSONValue) -> String? {
    guard let amount = told["amount"]?.string, let currency = told["currency"]?.string
    else { return nil }
    return "\(amount) \(currency)"
  }
}

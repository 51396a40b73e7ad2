/// What the owners of an account are mailed about its money.
package enum MoneyLetter: Sendable, Equatable {
  /// The balance went below a share of the plan's monthly credits.
  case creditsLow(left: Int64, percent: Int64)
  /// An action was refused.
  case creditsMissing(left: Int64, needed: Int64)
  /// A charge failed that nobody was there for; the amount has its currency.
  case chargeFailed(amount: String, reason: String?)
  /// A term that has begun has no card to be charged to.
  case invoiceOpen(number: String, amount: String)
  case planEnded

  var subject: String {
    switch self {
    case .creditsLow(_, let percent): "Less than \(percent) % of your credits are left"
    case .creditsMissing: "Your credits did not suffice"
    case .chargeFailed: "A payment failed"
    case .invoiceOpen(let number, _): "Invoice \(number) waits to be paid"
    case .planEnded: "Your plan has ended"
    }
  }

  func text(_ url: String) -> String {
    switch self {
    case .creditsLow(let left, let percent):
      """
      \(left) credits are left, less than \(percent) % of what your plan gives each month.

      Buy credits, or have them bought by themselves:
      \(url)/billing/credits/
      """
    case .creditsMissing(let left, let needed):
      """
      Something that takes \(needed) credits was not done: \(left) are left.

      Buy credits, or have them bought by themselves:
      \(url)/billing/credits/
      """
    case .chargeFailed(let amount, let reason):
      """
      Your card could not be charged with \(amount)\(reason.map { ": \($0)" } ?? ".")

      Pay in another way, or give another card, here:
      \(url)/billing/invoices/
      """
    case .invoiceOpen(let number, let amount):
      """
      Invoice \(number) over \(amount) for your plan waits to be paid: there is no card that can be
      charged.

      Pay it, or give a card, here:
      \(url)/billing/invoices/
      """
    case .planEnded:
      """
      Your plan has ended, and your account is on the free one now. Nothing that you made is lost.

      Choose a plan here:
      \(url)/billing/plans/
      """
    }
  }
}

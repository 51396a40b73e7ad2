import Kernel

package enum RefundSubject {}
package typealias RefundID = Identifier<RefundSubject>

/// ```mermaid
/// stateDiagram-v2
///   [*] --> processing: asked for, credits taken back
///   processing --> succeeded: the money is back
///   processing --> failed: credits returned
///   succeeded --> failed: it came back to us
///   failed --> [*]
/// ```
package enum RefundState: String, Sendable, CaseIterable {
  case processing, succeeded, failed
}

/// What a provider says of a refund.
package enum RefundOutcome: Sendable, Hashable {
  case waiting
  case succeeded
  case failed(reason: String)
}

extension RefundState {
  /// The state that the news lead to; nil where they change nothing. A failure is final: the
  /// credits were returned with it.
  package func after(_ outcome: RefundOutcome) -> RefundState? {
    switch (self, outcome) {
    case (.processing, .succeeded): .succeeded
    case (.processing, .failed), (.succeeded, .failed): .failed
    default: nil
    }
  }
}

/// What a refund of a part takes back.
package enum RefundShare {
  /// The credits of `amount` more, after `before` was given back of a payment of `total` for
  /// `credits`; all refunds of one payment together take all of them.
  package static func credits(
    of credits: Credits, total: Money, before: Money, amount: Money
  ) -> Credits {
    func upTo(_ minor: Int64) -> Int64 {
      let (high, low) = credits.value.magnitude.multipliedFullWidth(by: minor.magnitude)
      return Int64(total.minor.magnitude.dividingFullWidth((high, low)).quotient)
    }
    return Credits(upTo(before.minor + amount.minor) - upTo(before.minor))
  }
}

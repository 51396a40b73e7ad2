import Kernel

package enum PaymentSubject {}
package typealias PaymentID = Identifier<PaymentSubject>

/// How people pay.
package enum PaymentWay: String, Sendable, CaseIterable {
  case stripe, paypal
  case bankTransfer = "bank_transfer"
  case localWallet = "local_wallet"
  case manual

  /// Staff looks whether the money has come; no provider says so.
  package var isManual: Bool {
    switch self {
    case .stripe, .paypal: false
    case .bankTransfer, .localWallet, .manual: true
    }
  }
}

/// ```mermaid
/// stateDiagram-v2
///   [*] --> processing: asked for
///   processing --> pendingApproval: submitted
///   processing --> succeeded: paid
///   processing --> failed: declined
///   processing --> cancelled: withdrawn
///   pendingApproval --> completed: approved
///   pendingApproval --> failed: rejected
///   pendingApproval --> cancelled: withdrawn
///   failed --> pendingApproval: submitted again
///   failed --> succeeded: paid after all
///   cancelled --> succeeded: paid after all
///   succeeded --> refunded: all of it
///   completed --> refunded: all of it
///   refunded --> succeeded: the refund failed
///   refunded --> completed: the refund failed
///   refunded --> [*]
/// ```
package enum PaymentState: String, Sendable, CaseIterable {
  /// Waits for the payer or for the provider.
  case processing
  /// The payer says that it is paid; staff looks.
  case pendingApproval = "pending_approval"
  /// The provider has the money.
  case succeeded
  /// Staff has seen the money.
  case completed
  case failed, refunded, cancelled

  package var isWaiting: Bool { self == .processing || self == .pendingApproval }
  package var isPaid: Bool { self == .succeeded || self == .completed }
}

/// What happened to a payment.
package enum PaymentEvent: Sendable, Hashable {
  /// The payer named a transfer.
  case submitted
  /// Staff found the money.
  case approved
  case rejected(reason: String)
  /// The provider got this much.
  case paid(Money)
  case declined(reason: String)
  /// The payer, or the time, gave it up.
  case withdrawn(reason: String)
  /// So much was given back in all, with what is under way; less than before when a refund failed.
  case refunded(total: Money)
}

/// What an event makes of a payment.
package enum PaymentStep: Sendable, Hashable {
  /// A repeat, or news that came late: nothing to do.
  case unchanged
  case to(PaymentState)
  /// Paid for the first time: what was bought is to be given, and the invoice is paid.
  case settled(PaymentState)
}

/// Why an event cannot be, in order of precedence.
package enum PaymentRefusal: Error, Hashable, CaseIterable {
  /// Only a manual payment is submitted, approved or rejected.
  case notManual
  /// Only a provider's payment is paid or declined by news from outside.
  case notOfProvider
  case notSubmitted
  case submittedBefore
  case paidBefore
  case rejectedBefore
  case closed
  case noReason
  /// The provider got another amount than was asked for.
  case otherAmount
  case notPaid
  case moreThanPaid
}

/// What was asked to be paid, and what has come of it.
package struct Payment: Sendable, Hashable {
  package let id: PaymentID
  package let way: PaymentWay
  package let amount: Money
  package private(set) var state: PaymentState
  /// Why it failed or was given up.
  package private(set) var failure: String?

  package init(
    id: PaymentID, way: PaymentWay, amount: Money, state: PaymentState = .processing,
    failure: String? = nil
  ) {
    (self.id, self.way, self.amount) = (id, way, amount)
    (self.state, self.failure) = (state, failure)
  }

  /// The key of the one entry that books what it bought.
  package var entryKey: String { "payment/\(id)" }

  /// Lets one thing happen. News from providers may come twice, late and in any order: money that
  /// came is never refused, and nothing takes it back but a refund.
  package mutating func apply(_ event: PaymentEvent) throws(PaymentRefusal) -> PaymentStep {
    let step =
      switch event {
      case .submitted: try submitted()
      case .approved: try approved()
      case .rejected(let reason): try rejected(reason)
      case .paid(let money): try paid(money)
      case .declined: try news(.failed, from: [.processing])
      case .withdrawn: try withdrawn()
      case .refunded(let total): try refunded(total)
      }
    switch step {
    case .unchanged: break
    case .to(let next), .settled(let next):
      state = next
      failure = next == .failed || next == .cancelled ? event.reason : nil
    }
    return step
  }

  private func submitted() throws(PaymentRefusal) -> PaymentStep {
    guard way.isManual else { throw .notManual }
    switch state {
    case .processing, .failed: return .to(.pendingApproval)
    case .pendingApproval: throw .submittedBefore
    case .succeeded, .completed: throw .paidBefore
    case .refunded, .cancelled: throw .closed
    }
  }

  private func approved() throws(PaymentRefusal) -> PaymentStep {
    guard way.isManual else { throw .notManual }
    switch state {
    case .pendingApproval: return .settled(.completed)
    case .completed, .succeeded: return .unchanged
    case .processing: throw .notSubmitted
    case .failed: throw .rejectedBefore
    case .refunded, .cancelled: throw .closed
    }
  }

  private func rejected(_ reason: String) throws(PaymentRefusal) -> PaymentStep {
    guard way.isManual else { throw .notManual }
    guard !reason.isEmpty else { throw .noReason }
    switch state {
    case .pendingApproval: return .to(.failed)
    case .failed: return .unchanged
    case .processing: throw .notSubmitted
    case .completed, .succeeded: throw .paidBefore
    case .refunded, .cancelled: throw .closed
    }
  }

  private func paid(_ money: Money) throws(PaymentRefusal) -> PaymentStep {
    guard !way.isManual else { throw .notOfProvider }
    guard money == amount else { throw .otherAmount }
    switch state {
    case .processing, .failed, .cancelled: return .settled(.succeeded)
    case .pendingApproval, .succeeded, .completed, .refunded: return .unchanged
    }
  }

  private func news(
    _ next: PaymentState, from states: Set<PaymentState>
  ) throws(PaymentRefusal) -> PaymentStep {
    guard !way.isManual else { throw .notOfProvider }
    return states.contains(state) ? .to(next) : .unchanged
  }

  private func withdrawn() throws(PaymentRefusal) -> PaymentStep {
    switch state {
    case .processing, .pendingApproval: .to(.cancelled)
    case .failed, .cancelled: .unchanged
    case .succeeded, .completed: throw .paidBefore
    case .refunded: throw .closed
    }
  }

  private func refunded(_ total: Money) throws(PaymentRefusal) -> PaymentStep {
    guard state.isPaid || state == .refunded else { throw .notPaid }
    guard total.currency == amount.currency, total.minor <= amount.minor else {
      throw .moreThanPaid
    }
    let next: PaymentState =
      total == amount ? .refunded : way.isManual ? .completed : .succeeded
    return next == .refunded || state == .refunded
      ? next == state ? .unchanged : .to(next) : .unchanged
  }
}

extension PaymentEvent {
  fileprivate var reason: String? {
    switch self {
    case .rejected(let reason), .declined(let reason), .withdrawn(let reason): reason
    case .submitted, .approved, .paid, .refunded: nil
    }
  }
}

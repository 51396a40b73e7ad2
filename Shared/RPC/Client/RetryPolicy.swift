/// What becomes of a try that failed. Pure.
struct RetryPolicy {
  enum Verdict: Equatable {
    case giveUp
    /// Nothing was sent: choose again at once, the endpoint is out of the choice by now.
    case chooseAgain
    /// The server refused to start it: again, elsewhere if there is elsewhere.
    case again
    /// The server may have worked on it: again, when the budget allows.
    case againWithinBudget
  }

  let maxAttempts: Int

  /// Whether a second try of this call does no harm even after the first has started.
  static func isRepeatable(_ method: MethodInfo, hasKey: Bool) -> Bool {
    switch method.idempotency {
    case .noSideEffects, .idempotent: true
    case .keyed: hasKey
    case .unsafe: false
    }
  }

  func verdict(_ failure: CallFailure, attempt: Int, isRepeatable: Bool) -> Verdict {
    guard failure.error.code == .unavailable else { return .giveUp }
    if failure.isUnreachable { return .chooseAgain }
    guard attempt < maxAttempts else { return .giveUp }
    if failure.error.isUnstarted { return .again }
    return isRepeatable ? .againWithinBudget : .giveUp
  }
}

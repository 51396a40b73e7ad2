/// Is told about every statement that ended; must return at once.
package protocol DatabaseObserver: Sendable {
  /// - Parameters:
  ///   - took: from the call to the answer, the wait for a session included.
  ///   - rows: returned or changed.
  ///   - fault: nil when it succeeded.
  func statementEnded(_ name: String, took: Duration, rows: Int, fault: StatementFault?)
}

/// Why a statement failed, as metrics tell it.
package enum StatementFault: String, CaseIterable, Sendable {
  // The kinds of `PostgresError`.
  case unavailable, exhausted, closed, value
  case timedOut = "timed_out"
  case outcomeUnknown = "outcome_unknown"

  // What the server refused.
  case conflict, constraint
  /// The server lacks disk, memory or connections.
  case resources
  case refused

  /// Its task was cancelled.
  case cancelled
  /// Another statement of the same trip failed.
  case undone

  init(_ error: any Error) {
    guard let error = error as? PostgresError else {
      self = .cancelled
      return
    }
    self =
      switch error.kind {
      case .unavailable: .unavailable
      case .exhausted: .exhausted
      case .closed: .closed
      case .value: .value
      case .timedOut: .timedOut
      case .outcomeUnknown: .outcomeUnknown
      case .server where error.isConflict: .conflict
      case .server where error.sqlState.hasPrefix("23"): .constraint
      case .server where error.lacksResources: .resources
      case .server: .refused
      }
  }

  /// Whether it is one statement's, not the whole trip's.
  fileprivate var isOfOne: Bool {
    switch self {
    case .value, .conflict, .constraint, .resources, .refused: true
    case .unavailable, .exhausted, .closed, .timedOut, .outcomeUnknown, .cancelled, .undone: false
    }
  }
}

extension DatabaseObserver {
  /// Tells of the statements of one trip.
  func tripEnded(_ statements: [Statement], _ result: Result<[Rows], any Error>, took: Duration) {
    switch result {
    case .success(let answers):
      for (index, statement) in statements.enumerated() {
        let rows = index < answers.count ? answers[index].rowsAffected : 0
        statementEnded(statement.name, took: took, rows: rows, fault: nil)
      }
    case .failure(let error):
      let fault = StatementFault(error)
      let culprit = fault.isOfOne ? (error as? PostgresError)?.statement : nil
      for statement in statements {
        let isInnocent = culprit.map { $0 != statement.name } ?? false
        statementEnded(statement.name, took: took, rows: 0, fault: isInnocent ? .undone : fault)
      }
    }
  }
}

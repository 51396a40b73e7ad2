import Kernel

/// One statement with its values.
struct Command: Sendable {
  let statement: Statement
  let values: [SQLValue]
}

/// One round trip that somebody waits for.
final class Request: Sendable {
  /// Where it runs and what becomes of the session afterwards.
  enum Place: Equatable {
    /// On any session, as a transaction of its own.
    case alone
    /// On any session, which is kept for the transaction that begins here.
    case begins
    /// On the session of a transaction.
    case continues(Int)
    /// The same, then commits and gives the session back, unless a statement fails.
    case commits(Int)
    /// Rolls back and gives the session back.
    case rollsBack(Int)

    /// The statement that ends the transaction.
    var end: Statement? {
      switch self {
      case .commits: Frame.commit
      case .rollsBack: Frame.rollback
      case .alone, .begins, .continues: nil
      }
    }
  }

  enum Body {
    case commands([Command])
    /// SQL without values, of several statements perhaps, by the simple protocol.
    case script(String)
    /// Only prepares the statement.
    case question(Statement)

    /// The same behind other commands.
    func after(_ others: [Command]) -> Body {
      guard !others.isEmpty, case .commands(let commands) = self else { return self }
      return .commands(others + commands)
    }
  }

  let id: UInt64
  let place: Place
  let scope: Scope
  let body: Body
  /// On the machine's monotonic clock.
  let deadline: Duration
  let continuation: UnsafeContinuation<Answer, Never>
  /// How many times it was tried before on sessions that turned out dead.
  let attempts: Int

  init(
    id: UInt64, place: Place, scope: Scope, body: Body, deadline: Duration,
    continuation: UnsafeContinuation<Answer, Never>, attempts: Int = 0
  ) {
    (self.id, self.place, self.scope, self.body) = (id, place, scope, body)
    (self.deadline, self.continuation, self.attempts) = (deadline, continuation, attempts)
  }

  /// The same once more.
  func again() -> Request {
    Request(
      id: id, place: place, scope: scope, body: body, deadline: deadline,
      continuation: continuation, attempts: attempts + 1)
  }

  var commands: [Command] {
    if case .commands(let commands) = body { return commands }
    return []
  }

  /// For messages: the first statement's name.
  var name: String? {
    if case .question(let statement) = body { return statement.name }
    return (commands.first?.statement ?? place.end)?.name
  }

  /// Begins a transaction, of its own or one that goes on.
  var opens: Bool { place == .alone || place == .begins }

  /// A commit or rollback is waited for even by a cancelled task.
  var isCancellable: Bool {
    switch place {
    case .alone, .begins, .continues: true
    case .commits, .rollsBack: false
    }
  }
}

/// What came of a request.
struct Answer: Sendable {
  let result: Result<[Rows], any Error>
  /// The session that now holds the transaction, if one is open.
  var session: Int?

  /// A value did not fit, so nothing was sent.
  var isMisuse: Bool {
    guard case .failure(let error) = result else { return false }
    return (error as? PostgresError)?.kind == .value
  }
}

/// The statements of transactions themselves.
enum Frame {
  static let begin = Statement("transaction.begin", "BEGIN")
  static let commit = Statement("transaction.commit", "COMMIT")
  static let rollback = Statement("transaction.rollback", "ROLLBACK")
}

import Kernel
import Synchronization

/// One open transaction; valid inside the closure of `Database.transaction` only.
///
/// Statements of concurrent child tasks run one after the other.
package final class Transaction: Sendable {
  private struct State {
    /// The session that holds the transaction, once its first statement has run.
    var session: Int?
    /// The connection broke with the transaction open, so that it is gone.
    var isLost = false
    var isOver = false
    var isBusy = false
    var line = Queue<UnsafeContinuation<Void, Never>>()
    var mayRepeat = false
  }

  private let database: Database
  private let scope: Scope
  private let deadline: Deadline?
  private let state = Mutex(State())

  init(database: Database, scope: Scope, deadline: Deadline?) {
    (self.database, self.scope, self.deadline) = (database, scope, deadline)
  }

  /// - Throws: `PostgresError` (of kind `.closed` after the end), or `CancellationError`. After a
  ///   refusal by the server the transaction can only be rolled back.
  package func run(_ statement: Statement, _ values: [SQLValue] = []) async throws -> Rows {
    try await runAll([(statement, values)])[0]
  }

  /// Runs several statements in one round trip; the first refusal stops the rest.
  /// - Throws: `PostgresError` of the first one that failed, or `CancellationError`.
  package func runAll(_ statements: [(Statement, [SQLValue])]) async throws -> [Rows] {
    try await send(.commands(statements.map { Command(statement: $0.0, values: $0.1) }))
  }

  /// Runs SQL without values, of several statements perhaps: for migrations and tests. Returns no
  /// rows.
  package func script(_ sql: String) async throws {
    if state.withLock({ $0.session == nil && !$0.isOver && !$0.isLost }) {
      _ = try await send(.commands([]))
    }
    _ = try await send(.script(sql))
  }

  /// A refusal of the server says that the same transaction may succeed when repeated.
  var mayRepeat: Bool { state.withLock { $0.mayRepeat } }

  func commit() async throws {
    await enter()
    defer { leave() }
    guard let session = end() else {
      if state.withLock({ $0.isLost }) {
        throw PostgresError(.unavailable, "the transaction was lost before its commit")
      }
      return
    }
    if Task.isCancelled {
      try await finish(.rollsBack(session), Frame.rollback, nil)
      throw CancellationError()
    }
    try await finish(.commits(session), Frame.commit, deadline)
  }

  func rollBack() async {
    await enter()
    defer { leave() }
    guard let session = end() else { return }
    let limit = database.deadline(in: .seconds(5))
    try? await finish(.rollsBack(session), Frame.rollback, limit)
  }

  /// No statement after this; the session, if one is open.
  private func end() -> Int? {
    state.withLock { state in
      state.isOver = true
      let session = state.session
      state.session = nil
      return session
    }
  }

  private func finish(
    _ place: Request.Place, _ statement: Statement, _ deadline: Deadline?
  ) async throws {
    let command = Command(statement: statement, values: [])
    let answer = try await database.send(.commands([command]), place, scope, deadline)
    note(answer)
    _ = try answer.result.get()
  }

  private func send(_ body: Request.Body) async throws -> [Rows] {
    await enter()
    defer { leave() }
    let (session, isLost, isOver) = state.withLock { ($0.session, $0.isLost, $0.isOver) }
    if isOver { throw PostgresError(.closed, "the transaction is over") }
    if isLost { throw PostgresError(.unavailable, "the transaction's connection was lost") }
    let place = session.map { Request.Place.continues($0) } ?? .begins
    let answer = try await database.send(body, place, scope, deadline)
    note(answer)
    state.withLock { state in
      state.isLost = answer.session == nil && !(session == nil && answer.isMisuse)
      state.session = answer.session
    }
    return try answer.result.get()
  }

  private func note(_ answer: Answer) {
    guard case .failure(let error) = answer.result, let error = error as? PostgresError,
      error.isConflict || error.isStalePlan
    else { return }
    state.withLock { $0.mayRepeat = true }
  }

  // MARK: One at a time

  private func enter() async {
    await withUnsafeContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isBusy {
          state.line.append(continuation)
          return false
        }
        state.isBusy = true
        return true
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      let next = state.line.popFirst()
      state.isBusy = next != nil
      return next
    }
    next?.resume()
  }
}

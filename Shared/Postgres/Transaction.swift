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
    var isCommitted = false
    var isBusy = false
    var line = Queue<UnsafeContinuation<Void, Never>>()
    var mayRepeat = false
    /// They go ahead of the next statements.
    var waiting: [Command] = []
    var afterCommit: [@Sendable () -> Void] = []
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

  /// Has statements sent ahead of the next ones, or of the commit, so that they cost no round trip
  /// of their own. Nobody gets their rows; a refusal is thrown there.
  package func runLater(_ statements: [(Statement, [SQLValue])]) {
    state.withLock { $0.waiting += statements.map { Command(statement: $0.0, values: $0.1) } }
  }

  /// Runs several statements and commits, all in one round trip: no statement may follow. The first
  /// refusal stops the rest, the commit included.
  /// - Throws: as `runAll`, and what the commit throws.
  package func runLast(_ statements: [(Statement, [SQLValue])]) async throws -> [Rows] {
    try await commit(after: statements.map { Command(statement: $0.0, values: $0.1) })
  }

  /// Runs SQL without values, of several statements perhaps: for migrations and tests. Returns no
  /// rows.
  package func script(_ sql: String) async throws {
    if state.withLock({ ($0.session == nil || !$0.waiting.isEmpty) && !$0.isOver && !$0.isLost }) {
      _ = try await send(.commands([]))
    }
    _ = try await send(.script(sql))
  }

  /// Runs `body` once the transaction is known to have committed; never when it rolled back, nor
  /// when the connection broke during the commit. Must return at once.
  package func afterCommit(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.afterCommit.append(body) }
  }

  /// A refusal of the server says that the same transaction may succeed when repeated.
  var mayRepeat: Bool { state.withLock { $0.mayRepeat } }

  /// Commits, unless `runLast` did.
  func commit() async throws {
    if !state.withLock({ $0.isCommitted }) { _ = try await commit(after: []) }
  }

  private func commit(after commands: [Command]) async throws -> [Rows] {
    await enter()
    defer { leave() }
    let (session, waiting) = try end()
    let all = waiting + commands
    if Task.isCancelled {
      if let session { await rollBack(session) }
      throw CancellationError()
    }
    var rows: [Rows] = []
    if session != nil || !all.isEmpty {
      let place = session.map { Request.Place.commits($0) } ?? .alone
      let answer = try await database.send(.commands(all), place, scope, deadline)
      note(answer)
      if let session = answer.session { await rollBack(session) }
      rows = try answer.result.get()
    }
    let committed = state.withLock { state in
      state.isCommitted = true
      return state.afterCommit
    }
    committed.forEach { $0() }
    return Array(rows.dropFirst(waiting.count))
  }

  func rollBack() async {
    await enter()
    defer { leave() }
    if let session = try? end().session { await rollBack(session) }
  }

  private func rollBack(_ session: Int) async {
    let limit = database.deadline(in: .seconds(5))
    guard
      let answer = try? await database.send(.commands([]), .rollsBack(session), scope, limit)
    else { return }
    note(answer)
  }

  /// No statement after this. Gives the session, if one is open, and what waited to be sent.
  private func end() throws -> (session: Int?, waiting: [Command]) {
    try state.withLock { state in
      if state.isLost {
        throw PostgresError(.unavailable, "the transaction was lost before its commit")
      }
      if state.isOver { throw PostgresError(.closed, "the transaction is over") }
      state.isOver = true
      defer { (state.session, state.waiting) = (nil, []) }
      return (state.session, state.waiting)
    }
  }

  private func send(_ body: Request.Body) async throws -> [Rows] {
    await enter()
    defer { leave() }
    let (session, waiting) = try state.withLock { state in
      if state.isOver { throw PostgresError(.closed, "the transaction is over") }
      if state.isLost {
        throw PostgresError(.unavailable, "the transaction's connection was lost")
      }
      defer { state.waiting = [] }
      return (state.session, state.waiting)
    }
    let place = session.map { Request.Place.continues($0) } ?? .begins
    let answer: Answer
    do {
      answer = try await database.send(body.after(waiting), place, scope, deadline)
    } catch {
      keepWaiting(waiting)
      throw error
    }
    note(answer)
    if answer.isMisuse { keepWaiting(waiting) }
    state.withLock { state in
      state.isLost = answer.session == nil && !(session == nil && answer.isMisuse)
      state.session = answer.session
    }
    return Array(try answer.result.get().dropFirst(waiting.count))
  }

  /// Nothing was sent.
  private func keepWaiting(_ commands: [Command]) {
    state.withLock { $0.waiting = commands + $0.waiting }
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

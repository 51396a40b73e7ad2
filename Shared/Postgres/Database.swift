import Kernel
import Logging

/// A pool of sessions to one Postgres database.
///
/// Every method may be called from any task at any time. Nothing blocks a thread: one thread of
/// the database's own waits for all its sessions.
package final class Database: Sendable {
  package let settings: DatabaseSettings
  private let time: any TimeSource
  private let observer: (any DatabaseObserver)?
  /// Nil where an engine answers.
  private let reactor: Reactor?
  private let engine: (any DatabaseEngine)?

  /// Starts connecting at once; a server that is down shows as `.unavailable` on use.
  package init(
    settings: DatabaseSettings, time: any TimeSource, log: Logger,
    observer: (any DatabaseObserver)? = nil
  ) {
    (self.settings, self.time, self.observer, engine) = (settings, time, observer, nil)
    reactor = Reactor(settings: settings) { incident in
      switch incident {
      case .cannotConnect(let reason):
        log.warning("cannot connect to the database", metadata: ["reason": "\(reason)"])
      case .sessionLost(let reason):
        log.info("a database session was lost", metadata: ["reason": "\(reason)"])
      }
    }
  }

  /// A database that an engine answers for; the settings give the schema.
  package init(engine: any DatabaseEngine, settings: DatabaseSettings, time: any TimeSource) {
    (self.settings, self.time, self.engine) = (settings, time, engine)
    (observer, reactor) = (nil, nil)
  }

  deinit { reactor?.submit(.close(nil)) }

  /// Runs one statement in a transaction of its own, in one round trip.
  /// - Parameter deadline: when it passes, or the task is cancelled, the statement is cancelled on
  ///   the server and the call returns.
  /// - Throws: `PostgresError`, or `CancellationError`.
  package func run(
    _ statement: Statement, _ values: [SQLValue] = [], in scope: Scope, deadline: Deadline? = nil
  ) async throws -> Rows {
    try await runAll([(statement, values)], in: scope, deadline: deadline)[0]
  }

  /// Runs several statements in one transaction of their own, all or none, in one round trip.
  ///
  /// A deadlock or a serialization failure undoes all of it; then it is repeated, a few times.
  /// - Throws: `PostgresError` of the first one that failed, or `CancellationError`.
  package func runAll(
    _ statements: [(Statement, [SQLValue])], in scope: Scope, deadline: Deadline? = nil
  ) async throws -> [Rows] {
    let commands = statements.map { Command(statement: $0.0, values: $0.1) }
    var repeats = 0
    while true {
      let result = try await send(.commands(commands), .alone, scope, deadline).result
      guard case .failure(let error as PostgresError) = result, error.isConflict,
        repeats < Self.mostRepeats
      else { return try result.get() }
      repeats += 1
    }
  }

  /// Of a trip that met a conflict.
  private static let mostRepeats = 3

  /// Runs `body` in one transaction: committed when it returns, rolled back when it throws.
  ///
  /// A session is taken on the first statement, together with BEGIN in one round trip.
  /// - Parameter retrying: how many times `body` may be repeated after a serialization failure or a
  ///   deadlock; above 0 only where repeating it is safe.
  /// - Throws: what `body` throws; `PostgresError`, of kind `.outcomeUnknown` when the connection
  ///   broke during the commit; `CancellationError`.
  package func transaction<R: Sendable>(
    in scope: Scope, deadline: Deadline? = nil, retrying: Int = 0,
    _ body: (Transaction) async throws -> R
  ) async throws -> R {
    var repeats = 0
    while true {
      let transaction = Transaction(database: self, scope: scope, deadline: deadline)
      do {
        let value = try await body(transaction)
        try await transaction.commit()
        return value
      } catch {
        await transaction.rollBack()
        guard transaction.mayRepeat, repeats < retrying, !Task.isCancelled else { throw error }
        repeats += 1
      }
    }
  }

  /// What arrives on a NOTIFY channel, on a session apart from the pool; ends with the database.
  ///
  /// `.resumed` comes first and after every reconnection: what was sent before may be lost, so look
  /// at the tables. Keeps the newest 256 for a slow reader.
  package func notifications(channel: String) -> AsyncStream<Notification> {
    guard let reactor else { return engine?.notifications(channel: channel) ?? .finished }
    let id = reactor.nextID()
    let (stream, continuation) = AsyncStream<Notification>.makeStream(
      bufferingPolicy: .bufferingNewest(256))
    continuation.onTermination = { [weak reactor] _ in
      reactor?.submit(.unlisten(channel: channel, id: id))
    }
    reactor.submit(.listen(channel: channel, id: id, continuation))
    return stream
  }

  /// Who uses the pool at this moment, and what happened to it so far.
  package var figures: PoolFigures { reactor?.figures() ?? PoolFigures() }

  /// Asks the server for an answer, for readiness checks.
  package func ping(deadline: Deadline? = nil) async throws {
    _ = try await run(Statement("postgres.ping", "SELECT 1"), in: .none, deadline: deadline)
  }

  /// Refuses new work, lets what runs finish, then closes every session.
  package func close() async {
    await withUnsafeContinuation { continuation in
      guard let reactor else { return continuation.resume() }
      reactor.submit(.close(continuation))
    }
  }

  /// Runs SQL without values, of several statements perhaps, as one transaction: for migrations
  /// and tests. Returns no rows.
  package func script(_ sql: String, deadline: Deadline? = nil) async throws {
    _ = try await send(.script(sql), .alone, .none, deadline).result.get()
  }

  /// Sends one round trip and waits for its answer.
  /// - Throws: `CancellationError` when the task is cancelled before anything was sent.
  func send(
    _ body: Request.Body, _ place: Request.Place, _ scope: Scope, _ deadline: Deadline?
  ) async throws -> Answer {
    guard let reactor else { return try await ask(body, place, scope, deadline) }
    let begin = machineTime()
    let limit = begin + min(deadline?.left(of: time) ?? Self.forever, patience(with: body))
    let id = reactor.nextID()
    let answer: Answer
    switch place {
    case .commits, .rollsBack: answer = await reactor.submit(id, body, place, scope, limit)
    case .alone, .begins, .continues:
      try Task.checkCancellation()
      answer = await withTaskCancellationHandler {
        await reactor.submit(id, body, place, scope, limit)
      } onCancel: {
        reactor.submit(.cancel(id))
      }
    }
    observe(body, place, begin, answer)
    return answer
  }

  /// A deadline on the database's own clock, counted from now.
  package func deadline(in duration: Duration) -> Deadline { Deadline(in: duration, of: time) }

  /// By then the server has answered, were it to say that the statement took too long: a
  /// connection that is still silent leads nowhere.
  private func patience(with body: Request.Body) -> Duration {
    guard case .commands(let commands) = body, settings.statementTimeout > .zero else {
      return Self.forever
    }
    return settings.longestWait + settings.statementTimeout * (commands.count + 1)
      + settings.connectTimeout
  }

  /// Ten years.
  private static let forever: Duration = .seconds(315_360_000)

  /// The same of an engine.
  private func ask(
    _ body: Request.Body, _ place: Request.Place, _ scope: Scope, _ deadline: Deadline?
  ) async throws -> Answer {
    guard let engine, let trip = RoundTrip(body, place, scope, deadline) else {
      throw PostgresError(.value, "only a server can do this")
    }
    if !trip.place.isEnd { try Task.checkCancellation() }
    let answer = await engine.answer(trip)
    return Answer(result: answer.result, session: answer.session)
  }

  private func observe(
    _ body: Request.Body, _ place: Request.Place, _ begin: Duration, _ answer: Answer
  ) {
    guard let observer, case .commands(let commands) = body else { return }
    let statements = commands.map(\.statement) + (place.end.map { [$0] } ?? [])
    observer.tripEnded(statements, answer.result, took: machineTime() - begin)
  }
}

extension Reactor {
  fileprivate func submit(
    _ id: UInt64, _ body: Request.Body, _ place: Request.Place, _ scope: Scope,
    _ limit: Duration
  ) async -> Answer {
    await withUnsafeContinuation { continuation in
      let request = Request(
        id: id, place: place, scope: scope, body: body, deadline: limit,
        continuation: continuation)
      submit(.request(request))
      if request.isCancellable, Task.isCancelled { submit(.cancel(id)) }
    }
  }
}

extension AsyncStream {
  /// Ends at once.
  fileprivate static var finished: AsyncStream { AsyncStream { $0.finish() } }
}

/// What a NOTIFY channel brought.
package enum Notification: Hashable, Sendable {
  /// Listening (again): anything sent before is lost.
  case resumed
  /// A NOTIFY with its payload, empty when it had none.
  case received(String)
}

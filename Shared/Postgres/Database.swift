import Kernel
import Logging

/// A pool of sessions to one Postgres database.
///
/// Every method may be called from any task at any time. Nothing blocks a thread: one thread of
/// the database's own waits for all its sessions.
package final class Database: Sendable {
  package let settings: DatabaseSettings
  private let time: any TimeSource
  private let log: Logger

  /// Starts connecting at once; a server that is down shows as `.unavailable` on use.
  package init(
    settings: DatabaseSettings, time: any TimeSource, log: Logger,
    observer: (any DatabaseObserver)? = nil
  ) {
    (self.settings, self.time, self.log) = (settings, time, log)
  }

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
  /// - Throws: `PostgresError` of the first one that failed, or `CancellationError`.
  package func runAll(
    _ statements: [(Statement, [SQLValue])], in scope: Scope, deadline: Deadline? = nil
  ) async throws -> [Rows] {
    throw PostgresError(.unavailable, "not connected")
  }

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
    throw PostgresError(.unavailable, "not connected")
  }

  /// What arrives on a NOTIFY channel, on a session apart from the pool; ends with the database.
  ///
  /// `.resumed` comes first and after every reconnection: what was sent before may be lost, so look
  /// at the tables. Keeps the newest 256 for a slow reader.
  package func notifications(channel: String) -> AsyncStream<Notification> {
    AsyncStream { $0.finish() }
  }

  /// Asks the server for an answer, for readiness checks.
  package func ping(deadline: Deadline? = nil) async throws {
    _ = try await run(Statement("postgres.ping", "SELECT 1"), in: .none, deadline: deadline)
  }

  /// Refuses new work, lets what runs finish, then closes every session.
  package func close() async {}
}

/// What a NOTIFY channel brought.
package enum Notification: Hashable, Sendable {
  /// Listening (again): anything sent before is lost.
  case resumed
  /// A NOTIFY with its payload, empty when it had none.
  case received(String)
}

/// Is told about every statement that ended; must return at once.
package protocol DatabaseObserver: Sendable {
  /// - Parameters:
  ///   - took: from the call to the answer, the wait for a session included.
  ///   - failure: nil when it succeeded.
  func statementEnded(_ name: String, took: Duration, failure: PostgresError.Kind?)
}

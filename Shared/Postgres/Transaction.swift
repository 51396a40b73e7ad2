/// One open transaction; valid inside the closure of `Database.transaction` only.
///
/// Statements of concurrent child tasks run one after the other.
package final class Transaction: Sendable {
  /// - Throws: `PostgresError` (of kind `.closed` after the end), or `CancellationError`. After a
  ///   refusal by the server the transaction can only be rolled back, unless a `savepoint` was
  ///   around it.
  package func run(_ statement: Statement, _ values: [SQLValue] = []) async throws -> Rows {
    try await runAll([(statement, values)])[0]
  }

  /// Runs several statements in one round trip; the first refusal stops the rest.
  /// - Throws: `PostgresError` of the first one that failed, or `CancellationError`.
  package func runAll(_ statements: [(Statement, [SQLValue])]) async throws -> [Rows] {
    throw PostgresError(.unavailable, "not connected")
  }

  /// Undoes only what `body` did when it throws; the transaction goes on.
  /// - Throws: what `body` throws.
  package func savepoint<R: Sendable>(_ body: () async throws -> R) async throws -> R {
    try await body()
  }

  init() {}
}

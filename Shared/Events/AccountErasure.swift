import Kernel
import Postgres

/// What a context does when an account is erased: it removes all that is the account's in its own
/// tables. The event is told again until it was heard, as every event is.
package enum AccountErasure {
  /// `account.erased` {account_id}, told by the context that owns accounts.
  package static let kind = "account.erased"

  /// Deletes the account's rows, and the answers kept for repeats of its requests.
  /// - Parameter tables: those that lie in the account, in an order in which rows can go.
  package static func handler(tables: [String]) -> EventConsumer.Handler {
    let statements = self.statements(tables)
    return { event, transaction in
      for statement in statements {
        _ = try await transaction.run(statement, [.id(event.account)])
      }
    }
  }

  /// The handler's statements, for a test that prepares them.
  package static func statements(_ tables: [String]) -> [Statement] {
    (tables + ["idempotency_keys"]).map(ErasureQueries.delete)
  }
}

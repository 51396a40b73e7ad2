import Postgres
import RPC

/// What is about to be done, or was done, to a resource's rows.
package enum ResourceChange: Sendable, Equatable {
  /// The new row's id; 0 before it exists.
  case create(id: Int64)
  case update(ids: [Int64])
  case delete(ids: [Int64])

  package var ids: [Int64] {
    switch self {
    case .create(let id): [id]
    case .update(let ids), .delete(let ids): ids
    }
  }
}

/// What a service adds to the plain course of its resource's changes.
///
/// What runs in the transaction touches nothing else: a deadlock or a serialization failure repeats
/// it.
package struct ResourceHooks: Sendable {
  /// Before the transaction: may call other services (that the site is the account's), complete the
  /// values, or refuse. Not called for deletes.
  package var check:
    (@Sendable (ResourceChange, inout ResourceValues, IncomingCall) async throws -> Void)?
  /// In the transaction, before the change: may look up and complete the values, or refuse. Values
  /// are empty for deletes.
  package var before:
    (
      @Sendable (ResourceChange, inout ResourceValues, IncomingCall, Transaction) async throws ->
        Void
    )?
  /// In the transaction, after the change, with the ids that were changed: adds what belongs to it,
  /// outbox messages for example.
  package var after:
    (@Sendable (ResourceChange, ResourceValues, IncomingCall, Transaction) async throws -> Void)?
  /// After the commit; must return at once: wakes a relay.
  package var committed: (@Sendable () -> Void)?

  package init() {}

  /// The change needs no more than its one statement.
  var isPlain: Bool { before == nil && after == nil }
}

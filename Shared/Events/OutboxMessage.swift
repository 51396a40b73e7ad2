import Kernel

/// Something that must happen after a transaction commits, written down in that same transaction.
package struct OutboxMessage: Sendable, Equatable {
  /// Where a message goes.
  package enum Route: String, Sendable, CaseIterable {
    /// To the event stream, for whoever listens.
    case event
    /// To a handler of the service itself, usually a call to another service.
    case call
  }

  /// The row's number within its schema; 0 before it is stored.
  package var id: Int64
  package var route: Route
  /// `keyword.added`, `billing.capture`: names the handler.
  package var kind: String
  package var account: AccountID
  /// JSON text.
  package var payload: String
  /// Names the fact: a second message with the same account, kind and key is the same message and
  /// is not stored again while the first is kept. Without a key every message is a fact of its own.
  package var key: String?
  package var createdAt: Instant
  /// Which delivery this is, 1 for the first; 0 before it is stored.
  package var attempt: Int

  /// A message for the event stream.
  package static func event(
    _ kind: String, account: AccountID, payload: String, key: String? = nil
  ) -> OutboxMessage {
    OutboxMessage(route: .event, kind: kind, account: account, payload: payload, key: key)
  }

  /// A call that the service's own relay makes, again and again with the same `key`, until it
  /// succeeds or is refused for good.
  package static func call(
    _ kind: String, account: AccountID, payload: String, key: String? = nil
  ) -> OutboxMessage {
    OutboxMessage(route: .call, kind: kind, account: account, payload: payload, key: key)
  }

  init(
    id: Int64 = 0, route: Route, kind: String, account: AccountID, payload: String, key: String?,
    createdAt: Instant = Instant(microseconds: 0), attempt: Int = 0
  ) {
    (self.id, self.route, self.kind, self.account) = (id, route, kind, account)
    (self.payload, self.key, self.createdAt, self.attempt) = (payload, key, createdAt, attempt)
  }
}

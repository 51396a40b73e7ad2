import Kernel

/// Something that happened in another context, as the stream carries it.
package struct Event: Sendable, Equatable {
  /// Unique for ever: the sending schema and the number in its outbox, `planner/42`.
  package let id: String
  /// `keyword.added`, …
  package let kind: String
  package let account: AccountID
  /// The sender's name for the fact, if it gave one.
  package let key: String?
  /// JSON text.
  package let payload: String
  package let createdAt: Instant

  package init(
    id: String, kind: String, account: AccountID, key: String? = nil, payload: String,
    createdAt: Instant
  ) {
    (self.id, self.kind, self.account) = (id, kind, account)
    (self.key, self.payload, self.createdAt) = (key, payload, createdAt)
  }
}

extension Event {
  /// Its number among its sender's. Of facts about one thing that are written down one after the
  /// other under a lock, the later has the higher number, in whatever order they arrive.
  package var number: Int64? { id.split(separator: "/").last.flatMap { Int64($0) } }

  /// An event as it goes to the stream.
  init(_ message: OutboxMessage, from schema: String) {
    self.init(
      id: "\(schema)/\(message.id)", kind: message.kind, account: message.account,
      key: message.key, payload: message.payload, createdAt: message.createdAt)
  }

  /// Names and values of the stream entry.
  var fields: [String] {
    [
      "id", id, "kind", kind, "account", String(account.value), "key", key ?? "",
      "at", String(createdAt.microseconds), "payload", payload,
    ]
  }

  /// How many texts `fields` has.
  static let fieldCount = 12

  /// Reads a stream entry; nil for one that no relay wrote.
  init?(fields: [String]) {
    var values: [String: String] = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      values[fields[index]] = fields[index + 1]
    }
    guard let id = values["id"], let kind = values["kind"], let payload = values["payload"],
      let account = values["account"].flatMap({ Int64($0) })
    else { return nil }
    let at = values["at"].flatMap { Int64($0) } ?? 0
    let key = values["key"] ?? ""
    self.init(
      id: id, kind: kind, account: AccountID(account), key: key.isEmpty ? nil : key,
      payload: payload, createdAt: Instant(microseconds: at))
  }
}

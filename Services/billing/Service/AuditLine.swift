import Events
import JSON
import Kernel
import Postgres
import RPC

/// Whose doing something is.
struct Doer: Sendable {
  var user: UserID?
  var address: String?
  var requestID: String?

  /// Time itself, or a provider.
  static let system = Doer()

  init(user: UserID? = nil, address: String? = nil, requestID: String? = nil) {
    (self.user, self.address, self.requestID) = (user, address, requestID)
  }

  /// - Parameter user: for whom a service asks, if it names somebody else than the call does.
  init(_ call: IncomingCall, user: UserID? = nil) {
    self.init(
      user: user ?? call.context.user, address: call.context.address,
      requestID: call.context.requestID)
  }
}

/// Who did what to which object: a row of the append-only log, and `audit.recorded` for whoever
/// keeps the log of all contexts.
struct AuditLine: Sendable {
  var action: String
  var account: AccountID
  var objectType: String
  var objectID: Int64?
  var before: JSONValue?
  var after: JSONValue?

  init(
    _ action: String, account: AccountID, _ objectType: String, _ objectID: Int64?,
    before: JSONValue? = nil, after: JSONValue? = nil
  ) {
    (self.action, self.account) = (action, account)
    (self.objectType, self.objectID) = (objectType, objectID)
    (self.before, self.after) = (before, after)
  }

  /// What writes it down along with the change that it tells of.
  func commands(by doer: Doer, at now: Instant) -> [Command] {
    let row: Command = (
      BillingAuditQueries.insert,
      [
        .id(account), .text(action), .id(doer.user), .text(objectType), .int(objectID),
        .text(doer.address), .text(doer.requestID), .json(before?.text), .json(after?.text),
        .instant(now),
      ]
    )
    return [row] + Outbox.commands([event(by: doer, at: now)])
  }

  private func event(by doer: Doer, at now: Instant) -> OutboxMessage {
    let payload = JSONValue.object([
      .init("account_id", .int(account.value)), .init("action", .string(action)),
      .init("user_id", doer.user.map { .int($0.value) } ?? .null),
      .init("object_type", .string(objectType)),
      .init("object_id", objectID.map { .int($0) } ?? .null),
      .init("address", doer.address.map { .string($0) } ?? .null),
      .init("request_id", doer.requestID.map { .string($0) } ?? .null),
      .init("created_at", .string(now.rfc3339)),
      .init("before", before ?? .null), .init("after", after ?? .null),
    ])
    return .event("audit.recorded", account: account, payload: payload.text)
  }
}

import JSON
import Kernel
import Postgres
import RPC

/// Who did what to which object, from where.
struct AuditEntry: Sendable {
  var action: String
  var account: AccountID
  var user: UserID?
  var objectType: String
  var objectID: Int64?
  var before: JSONValue?
  var after: JSONValue?

  /// Something that happened to a user.
  init(_ action: String, _ user: StoredUser, after: JSONValue? = nil) {
    self.init(
      action: action, account: user.account.id, user: user.id, objectType: "user",
      objectID: user.id.value, after: after)
  }

  init(
    action: String, account: AccountID, user: UserID? = nil, objectType: String,
    objectID: Int64? = nil, before: JSONValue? = nil, after: JSONValue? = nil
  ) {
    (self.action, self.account, self.user) = (action, account, user)
    (self.objectType, self.objectID) = (objectType, objectID)
    (self.before, self.after) = (before, after)
  }

  /// What writes it down, along with the change it tells of.
  func command(_ call: IncomingCall, at now: Instant) -> (Statement, [SQLValue]) {
    var entry = self
    entry.user = user ?? call.context.user
    return entry.command(
      requestID: call.context.requestID, address: call.context.address, at: now)
  }

  /// The same for what the platform did by itself.
  func command(
    requestID: String, address: String? = nil, at now: Instant
  ) -> (Statement, [SQLValue]) {
    (
      AuditQueries.insert,
      [
        .id(account), .text(action), .id(user), .text(objectType), .int(objectID),
        .text(address), .text(requestID), .json(before?.text), .json(after?.text), .instant(now),
      ]
    )
  }
}

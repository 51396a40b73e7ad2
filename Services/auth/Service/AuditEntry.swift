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

  /// What writes it down, along with the change it tells of.
  func command(_ call: IncomingCall, at now: Instant) -> (Statement, [SQLValue]) {
    (
      AuditQueries.insert,
      [
        .id(account), .text(action), .id(user ?? call.context.user), .text(objectType),
        .int(objectID), .text(call.context.address), .text(call.context.requestID),
        .json(before?.text), .json(after?.text), .instant(now),
      ]
    )
  }
}

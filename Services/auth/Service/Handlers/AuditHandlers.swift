import AuthContract
import Kernel
import Postgres
import RPC
import Resources

/// The log of what was done, for those who answer for the account.
struct AuditHandlers: Sendable {
  let database: Database

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountsMethods.listAuditLog, list)
  }

  private func list(
    _ request: Auth.ListAuditLogRequest, _ call: IncomingCall
  ) async throws -> Auth.ListAuditLogReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      AuditQueries.orders, default: "-id")
    let (scope, own) = try Users.reach(call)
    let account = call.context.role == .developer ? .int(request.accountID) : own
    let start = try Self.moment(request.startDate, "start_date")
    let end = try Self.moment(request.endDate, "end_date")
    let filter: [SQLValue] = [
      account, .text(request.action), .int(request.userID), .text(request.objectType),
      .int(request.objectID), .instant(start?.at),
      .instant(end.map { $0.isDate ? $0.at + .seconds(86_400) : $0.at }),
      .containing(request.search),
    ]
    let found = try await page.read(
      counted: AuditQueries.count, listed: AuditQueries.list(page.order), filter, on: database,
      in: scope, call.deadline)
    return Auth.ListAuditLogReply(
      count: found.count, results: try found.rows.map(Auth.AuditRecord.init(row:)),
      nextCursor: found.next)
  }

  /// A date or a moment as a request names it; nil where it names none.
  private static func moment(
    _ text: String?, _ field: String
  ) throws -> (at: Instant, isDate: Bool)? {
    guard let text = given(text) else { return nil }
    if let at = Instant(rfc3339: text + "T00:00:00Z") { return (at, true) }
    if let at = Instant(rfc3339: text) { return (at, false) }
    throw RPCError(field: field, "Must be a date or an RFC 3339 time")
  }
}

extension Auth.AuditRecord {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.int("id"), accountID: try row.int("account_id"),
      action: try row.text("action"), userID: try row.optionalInt("user_id"),
      objectType: try row.text("object_type"), objectID: try row.optionalInt("object_id"),
      address: try row.optionalText("address"), requestID: try row.text("request_id"),
      before: try row.optionalText("before"), after: try row.optionalText("after"),
      createdAt: try row.instant("created_at"))
  }
}

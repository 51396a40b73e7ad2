import Postgres

package enum AuthQueries {
  /// Every statement of the service that is not composed from a request.
  package static let all =
    AccountQueries.all + UserQueries.all + TokenQueries.all + SiteQueries.all
    + ReferenceQueries.all + AuditQueries.all
}

/// One of a list's orders: what comes behind ORDER BY, and its name in traces.
struct ListOrder: Sendable {
  let name: String
  let sql: String
}

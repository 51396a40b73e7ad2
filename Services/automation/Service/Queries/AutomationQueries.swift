import Postgres

package enum AutomationQueries {
  /// Every statement of the service.
  package static let all =
    ConfigQueries.all + RunQueries.all + ItemQueries.all + TaskQueries.all
    + SiteQueries.all
}

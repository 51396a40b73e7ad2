import Postgres

package enum IntegrationQueries {
  /// Every statement of the service.
  package static let all =
    TaskLogQueries.all + PublishingQueries.all + ThinkerQueries.all + ProviderQueries.all
}

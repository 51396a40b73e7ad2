import Postgres

package enum IntegrationMigrations {
  package static let schema = "integration"
  package static let all = [m0001Integration]
}

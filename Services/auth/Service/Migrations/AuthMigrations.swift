import Postgres

package enum AuthMigrations {
  package static let schema = "auth"
  package static let all = [m0001Tenancy, m0002Reference]
}

import Postgres

package enum AuthMigrations {
  package static let schema = "auth"
  package static let all = [
    m0001Tenancy, m0002Reference, m0003Mail, m0004Invitations, m0005Sessions, m0006SiteKeys,
    m0007Settings, m0008Erasure, m0009Exports, m0010KeyUse, m0011AISettings,
    m0012Slugs,
  ]
}

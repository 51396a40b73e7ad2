import Postgres

package enum WriterMigrations {
  package static let schema = "writer"
  package static let all = [m0001Articles, m0002Marks]
}

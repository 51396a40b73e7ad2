import Postgres

package enum PlannerMigrations {
  package static let schema = "planner"
  package static let all = [m0001Planning, m0002Outliers, m0003ClusterContents]
}

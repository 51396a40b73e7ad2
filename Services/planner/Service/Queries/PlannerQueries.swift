import Postgres

package enum PlannerQueries {
  /// Every statement of the service beside those of its resources.
  package static let all =
    KeywordQueries.all + ClusterQueries.all + IdeaQueries.all + StageQueries.all
    + SiteQueries.all + WriterNewsQueries.all
}

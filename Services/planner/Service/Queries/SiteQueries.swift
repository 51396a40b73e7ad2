import Postgres

/// What a deleted site leaves behind: $1 account, $2 site.
enum SiteQueries {
  static let all = [deleteIdeas, deleteKeywords, deleteClusters]

  static let deleteIdeas = Statement(
    "planner.site.delete_ideas",
    "DELETE FROM content_ideas WHERE account_id = $1 AND site_id = $2")

  static let deleteKeywords = Statement(
    "planner.site.delete_keywords",
    "DELETE FROM keywords WHERE account_id = $1 AND site_id = $2")

  static let deleteClusters = Statement(
    "planner.site.delete_clusters",
    "DELETE FROM clusters WHERE account_id = $1 AND site_id = $2")
}

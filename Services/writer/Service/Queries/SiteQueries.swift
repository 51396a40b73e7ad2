import Postgres

/// Statements that remove what lies in a site. $1 account, $2 site. Revisions and files go with
/// what they belong to.
enum SiteQueries {
  static let all = [
    Statement(
      "writer.site.delete_images", "DELETE FROM images WHERE account_id = $1 AND site_id = $2"),
    Statement(
      "writer.site.delete_contents", "DELETE FROM contents WHERE account_id = $1 AND site_id = $2"),
    Statement(
      "writer.site.delete_tasks", "DELETE FROM tasks WHERE account_id = $1 AND site_id = $2"),
  ]
}

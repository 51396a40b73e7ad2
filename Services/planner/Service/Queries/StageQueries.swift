import Postgres

/// What the stages of the pipeline would work on: $1 account, $2 site, $3 after id, $4 most rows;
/// id, sector, label, count of all.
enum StageQueries {
  static let all = [keywords, clusters, ideas]

  static let keywords = Statement(
    "planner.stage.keywords",
    """
    SELECT id, sector_id, keyword, count(*) OVER () FROM keywords
    WHERE account_id = $1 AND site_id = $2 AND id > $3 AND cluster_id IS NULL
      AND status = 'active' AND outlier_at IS NULL
    ORDER BY id LIMIT $4
    """)

  static let clusters = Statement(
    "planner.stage.clusters",
    """
    SELECT id, sector_id, name, count(*) OVER () FROM clusters AS c
    WHERE account_id = $1 AND site_id = $2 AND id > $3 AND status = 'active'
      AND EXISTS (
        SELECT FROM keywords AS k
        WHERE k.account_id = c.account_id AND k.cluster_id = c.id AND k.status = 'active')
      AND NOT EXISTS (
        SELECT FROM content_ideas AS i
        WHERE i.account_id = c.account_id AND i.cluster_id = c.id)
    ORDER BY id LIMIT $4
    """)

  static let ideas = Statement(
    "planner.stage.ideas",
    """
    SELECT id, sector_id, title, count(*) OVER () FROM content_ideas
    WHERE account_id = $1 AND site_id = $2 AND id > $3 AND status = 'new' AND task_id IS NULL
    ORDER BY id LIMIT $4
    """)
}

import Postgres

enum IdeaQueries {
  static let all = [insert, titles, toQueue, markScheduled, misplaced]

  /// $1 account, $2 site, $3 sector, $4 cluster, $5 title, $6 description, $7 outline, $8 type,
  /// $9 structure, $10 target keywords, $11 words, $12 now.
  static let insert = Statement(
    "planner.idea.insert",
    """
    INSERT INTO content_ideas (account_id, site_id, sector_id, cluster_id, title, description,
      outline, content_type, content_structure, target_keywords, estimated_word_count, created_at,
      updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id
    """)

  /// The titles of cluster $2.
  static let titles = Statement(
    "planner.idea.titles",
    "SELECT lower(title) FROM content_ideas WHERE account_id = $1 AND cluster_id = $2")

  /// $1 account, $2 ids, $3 sites within reach or NULL.
  static let toQueue = Statement(
    "planner.idea.to_queue",
    """
    SELECT i.id, i.task_id, i.site_id, i.sector_id, i.cluster_id, i.title, i.description,
      i.outline, i.content_type, i.content_structure, i.target_keywords,
      i.estimated_word_count, coalesce(c.name, '')
    FROM content_ideas AS i
    LEFT JOIN clusters AS c ON c.account_id = i.account_id AND c.id = i.cluster_id
    WHERE i.account_id = $1 AND i.id = ANY ($2::bigint[])
      AND ($3::bigint[] IS NULL OR i.site_id = ANY ($3))
    ORDER BY i.id
    """)

  /// $1 account, $2 ideas, $3 their tasks, $4 now.
  static let markScheduled = Statement(
    "planner.idea.mark_scheduled",
    """
    UPDATE content_ideas AS i SET task_id = u.task, status = 'scheduled', updated_at = $4
    FROM unnest($2::bigint[], $3::bigint[]) AS u(id, task)
    WHERE i.account_id = $1 AND i.id = u.id AND i.task_id IS NULL
    """)

  /// Whether some of the ideas $2 are of another sector than the cluster $3.
  static let misplaced = Statement(
    "planner.idea.misplaced",
    """
    SELECT EXISTS (
      SELECT FROM content_ideas AS i
      JOIN clusters AS c ON c.account_id = i.account_id AND c.id = $3
      WHERE i.account_id = $1 AND i.id = ANY ($2::bigint[]) AND i.sector_id <> c.sector_id)
    """)
}

import Postgres

/// Statements on tasks.
enum TaskQueries {
  /// A column of the newest content written for the task `t`.
  static func contentOfTask(_ column: String) -> String {
    """
    SELECT c.\(column) FROM contents AS c WHERE c.account_id = t.account_id AND c.task_id = t.id
    ORDER BY c.id DESC LIMIT 1
    """
  }

  /// One task for an idea, whoever asks first. No row when it was there already.
  static let queue = Statement(
    "writer.task.queue",
    """
    INSERT INTO tasks (account_id, site_id, sector_id, idea_id, cluster_id, cluster_name, title,
      description, outline, content_type, content_structure, keywords, word_count_target,
      created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
    ON CONFLICT (account_id, idea_id) WHERE idea_id IS NOT NULL DO NOTHING
    RETURNING id
    """)

  /// $1 account, $2 idea.
  static let byIdea = Statement(
    "writer.task.by_idea", "SELECT id FROM tasks WHERE account_id = $1 AND idea_id = $2")

  /// $1 account, $2 ids.
  static let forWriting = Statement(
    "writer.task.for_writing",
    """
    SELECT id, site_id, sector_id, title, description, cluster_name, outline, content_type,
      content_structure, keywords, word_count_target, status
    FROM tasks WHERE account_id = $1 AND id = ANY ($2)
    """)

  /// $1 account, $2 id, $3 status, $4 now.
  static let setStatus = Statement(
    "writer.task.set_status",
    "UPDATE tasks SET status = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")
}

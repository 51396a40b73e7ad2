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

  /// $1 account, $2 id.
  static let cluster = Statement(
    "writer.task.cluster", "SELECT cluster_id FROM tasks WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 ids.
  static let forWriting = Statement(
    "writer.task.for_writing",
    """
    SELECT id, site_id, sector_id, title, description, cluster_id, cluster_name, outline,
      content_type, content_structure, keywords, word_count_target, status,
      (\(contentOfTask("author_profile_id"))) AS author_profile_id
    FROM tasks AS t WHERE account_id = $1 AND id = ANY ($2)
    """)

  /// $1 account, $2 id, $3 key of the work, $4 now, $5 when work on it counts as given up. No row
  /// while it is being written under another key.
  static let claim = Statement(
    "writer.task.claim",
    """
    UPDATE tasks SET status = 'in_progress', work_key = $3, error = NULL, updated_at = $4
    WHERE account_id = $1 AND id = $2 AND (status <> 'in_progress' OR work_key IS NULL
      OR work_key = $3 OR updated_at < $5)
    RETURNING id
    """)

  /// $1 account, $2 id, $3 key of the work, $4 why it failed or null when it may be tried again,
  /// $5 now.
  static let giveBack = Statement(
    "writer.task.give_back",
    """
    UPDATE tasks AS t SET work_key = NULL, error = $4, updated_at = $5,
      status = CASE WHEN $4::text IS NOT NULL THEN 'failed'
        WHEN EXISTS (SELECT FROM contents AS c
          WHERE c.account_id = t.account_id AND c.task_id = t.id) THEN 'review'
        ELSE 'pending' END
    WHERE account_id = $1 AND id = $2 AND status = 'in_progress' AND work_key = $3
    """)

  /// $1 account, $2 id, $3 now.
  static let written = Statement(
    "writer.task.written",
    """
    UPDATE tasks SET status = 'review', work_key = NULL, error = NULL, updated_at = $3
    WHERE account_id = $1 AND id = $2
    """)

  /// $1 account, $2 id, $3 status, $4 now.
  static let setStatus = Statement(
    "writer.task.set_status",
    "UPDATE tasks SET status = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")
}

import Postgres

/// Statements on what the writer tells of its tasks and contents.
enum WriterNewsQueries {
  static let all = [written, contentsDeleted, published, tasksDeleted]

  /// $1 account, $2 content, $3 cluster; none that is gone by now.
  static let written = Statement(
    "planner.cluster_content.written",
    """
    INSERT INTO cluster_contents (account_id, content_id, cluster_id)
    SELECT account_id, $2, id FROM clusters WHERE account_id = $1 AND id = $3
    ON CONFLICT (account_id, content_id) DO UPDATE SET cluster_id = excluded.cluster_id
    """)

  /// $1 account, $2 contents.
  static let contentsDeleted = Statement(
    "planner.cluster_content.delete",
    "DELETE FROM cluster_contents WHERE account_id = $1 AND content_id = ANY ($2::bigint[])")

  /// $1 account, $2 task, $3 now.
  static let published = Statement(
    "planner.idea.published",
    """
    UPDATE content_ideas SET status = 'published', updated_at = $3
    WHERE account_id = $1 AND task_id = $2 AND status = 'scheduled'
    """)

  /// $1 account, $2 tasks, $3 now. The ideas may be queued again by hand; a run leaves them alone.
  static let tasksDeleted = Statement(
    "planner.idea.tasks_deleted",
    """
    UPDATE content_ideas SET task_id = NULL, updated_at = $3,
      status = CASE status WHEN 'scheduled' THEN 'active' ELSE status END
    WHERE account_id = $1 AND task_id = ANY ($2::bigint[])
    """)
}

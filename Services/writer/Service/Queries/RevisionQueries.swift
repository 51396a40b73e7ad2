import Postgres

/// Statements on the revisions of contents.
enum RevisionQueries {
  /// $1 account, $2 content, $3 reason, $4 user or null.
  static let snapshot = Statement(
    "writer.revision.snapshot",
    """
    INSERT INTO content_revisions (account_id, content_id, revision, title, html_content,
      word_count, reason, user_id, created_at)
    SELECT account_id, id, revision, title, html_content, word_count, $3, $4, updated_at
    FROM contents WHERE account_id = $1 AND id = $2
    ON CONFLICT (account_id, content_id, revision) DO NOTHING
    """)

  /// $1 account, $2 content.
  static let count = Statement(
    "writer.revision.count",
    "SELECT count(*) FROM content_revisions WHERE account_id = $1 AND content_id = $2")

  /// $1 account, $2 content, $3 limit, $4 offset; newest first.
  static let list = Statement(
    "writer.revision.list",
    """
    SELECT * FROM content_revisions
    WHERE account_id = $1 AND content_id = $2
    ORDER BY revision DESC LIMIT $3 OFFSET $4
    """)
}

import Postgres

/// Statements on contents.
enum ContentQueries {
  /// $1 account, $2 ids: keeps others from changing them.
  static let lock = Statement(
    "writer.content.lock",
    """
    SELECT id, site_id, title, html_content, status, revision FROM contents
    WHERE account_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
    """)

  /// $1 name of the lock.
  static let lockSlugs = Statement(
    "writer.content.lock_slugs", "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")

  /// $1 account, $2 site, $3 slug, $4 pattern of slugs like it, $5 content left out or null.
  static let slugs = Statement(
    "writer.content.slugs",
    """
    SELECT slug FROM contents
    WHERE account_id = $1 AND site_id = $2 AND (slug = $3 OR slug LIKE $4)
      AND id IS DISTINCT FROM $5::bigint
    """)

  /// $1 account, $2 task: the article that was written for it before.
  static let ofTask = Statement(
    "writer.content.of_task",
    """
    SELECT id FROM contents WHERE account_id = $1 AND task_id = $2
    ORDER BY id DESC LIMIT 1 FOR UPDATE
    """)

  static let insert = Statement(
    "writer.content.insert",
    """
    INSERT INTO contents (account_id, site_id, sector_id, task_id, title, html_content, excerpt,
      word_count, meta_title, meta_description, primary_keyword, secondary_keywords, tags,
      categories, entity_type, content_type, model, slug, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
      $19)
    RETURNING id, revision, slug
    """)

  /// A new text for an article that is there; its address and state stay, but a draft it is again
  /// unless it is published.
  static let rewrite = Statement(
    "writer.content.rewrite",
    """
    UPDATE contents SET title = $3, html_content = $4, excerpt = $5, word_count = $6,
      meta_title = $7, meta_description = $8, primary_keyword = $9, secondary_keywords = $10,
      tags = $11, categories = $12, model = $13, revision = revision + 1, updated_at = $14,
      status = CASE status WHEN 'published' THEN status ELSE 'draft' END
    WHERE account_id = $1 AND id = $2
    RETURNING id, revision, slug
    """)

  /// $1 account, $2 id, $3 revision, $4 now: an earlier text again, as the newest revision.
  static let restore = Statement(
    "writer.content.restore",
    """
    UPDATE contents AS c SET title = r.title, html_content = r.html_content,
      word_count = r.word_count, revision = c.revision + 1, updated_at = $4
    FROM content_revisions AS r
    WHERE c.account_id = $1 AND c.id = $2
      AND r.account_id = $1 AND r.content_id = $2 AND r.revision = $3
    RETURNING c.revision
    """)

  /// $1 account, $2 id: what the picture prompts are made from.
  static let forPrompts = Statement(
    "writer.content.for_prompts",
    """
    SELECT c.id, c.site_id, c.sector_id, c.task_id, c.title, c.html_content, c.primary_keyword,
      ARRAY(SELECT i.id FROM images AS i WHERE i.account_id = c.account_id AND i.content_id = c.id
        ORDER BY i.position, i.id) AS image_ids
    FROM contents AS c WHERE c.account_id = $1 AND c.id = $2
    """)
}

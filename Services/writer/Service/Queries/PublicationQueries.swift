import Postgres

/// Statements on what destinations and hosted sites show.
enum PublicationQueries {
  /// $1 account, $2 content, $3 external id or null, $4 its address or null, $5 hosted, $6 now.
  /// An address at an outside destination counts for more than the hosted one. `is_new`: it was not
  /// published before; `has_moved`: it is to be read elsewhere than before.
  static let markPublished = Statement(
    "writer.content.mark_published",
    """
    UPDATE contents AS c SET status = 'published', hosted = c.hosted OR $5,
      published_at = COALESCE(c.published_at, $6),
      external_id = COALESCE($3, c.external_id),
      external_url = CASE WHEN $5 AND c.external_id IS NOT NULL THEN c.external_url
        ELSE COALESCE($4, c.external_url) END,
      updated_at = $6
    FROM (SELECT published_at, external_url FROM contents
      WHERE account_id = $1 AND id = $2) AS before
    WHERE c.account_id = $1 AND c.id = $2
    RETURNING c.task_id, c.site_id, c.sector_id, c.title, c.revision, c.external_url,
      before.published_at IS NULL AS is_new,
      before.external_url IS DISTINCT FROM c.external_url AS has_moved
    """)

  /// $1 account, $2 content, $3 now. What another destination shows stays published.
  static let unpublish = Statement(
    "writer.content.unpublish",
    """
    UPDATE contents SET hosted = false, updated_at = $3,
      status = CASE WHEN external_id IS NULL THEN 'review' ELSE status END,
      published_at = CASE WHEN external_id IS NULL THEN NULL ELSE published_at END,
      external_url = CASE WHEN external_id IS NULL THEN NULL ELSE external_url END
    WHERE account_id = $1 AND id = $2 AND hosted RETURNING external_url
    """)

  /// $1 account, $2 content.
  static let taskTitle = Statement(
    "writer.content.task_title",
    """
    SELECT t.title FROM contents AS c
    JOIN tasks AS t ON t.account_id = c.account_id AND t.id = c.task_id
    WHERE c.account_id = $1 AND c.id = $2
    """)

  /// $1 account, $2 site.
  static let countPublished = Statement(
    "writer.published.count",
    """
    SELECT count(*) FROM contents
    WHERE account_id = $1 AND site_id = $2 AND hosted AND status = 'published'
    """)

  /// $1 account, $2 site, $3 limit, $4 offset.
  static let published = Statement(
    "writer.published.list",
    """
    SELECT c.id, c.title, c.slug, c.excerpt, c.word_count, c.published_at, c.updated_at,
      c.categories, i.id AS image_id, i.alt_text AS image_alt
    FROM contents AS c
    LEFT JOIN LATERAL (
      SELECT id, alt_text FROM images
      WHERE account_id = c.account_id AND content_id = c.id AND image_type = 'featured'
        AND status = 'generated'
      ORDER BY position, id LIMIT 1) AS i ON true
    WHERE c.account_id = $1 AND c.site_id = $2 AND c.hosted AND c.status = 'published'
    ORDER BY c.published_at DESC, c.id DESC LIMIT $3 OFFSET $4
    """)

  /// $1 account, $2 site, $3 slug.
  static let bySlug = Statement(
    "writer.published.by_slug",
    """
    SELECT id FROM contents
    WHERE account_id = $1 AND site_id = $2 AND slug = $3 AND hosted AND status = 'published'
    """)
}

import Postgres

/// Statements on images and their files.
enum ImageQueries {
  /// Path of the file of the image `t` below this server.
  static let fileURL = """
    CASE t.status WHEN 'generated' THEN '/api/v1/writer/images/' || t.id || '/file/' END
    """

  /// A file's name in the archive of an account; `t` is a row of `image_files`.
  static let archivedName = """
    t.image_id || CASE t.content_type WHEN 'image/png' THEN '.png' WHEN 'image/jpeg' THEN '.jpg'
      WHEN 'image/webp' THEN '.webp' WHEN 'image/gif' THEN '.gif' ELSE '' END
    """

  /// $1 account, $2 content.
  static func ofContents(selecting list: String) -> Statement {
    Statement(
      "writer.image.of_content",
      """
      SELECT \(list) FROM images AS t WHERE t.account_id = $1 AND t.content_id = $2
      ORDER BY t.image_type <> 'featured', t.position, t.id
      """)
  }

  static let insert = Statement(
    "writer.image.insert",
    """
    INSERT INTO images (account_id, site_id, sector_id, content_id, task_id, image_type, position,
      prompt, alt_text, caption, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
    RETURNING id
    """)

  /// $1 account, $2 content.
  static let unmade = Statement(
    "writer.image.unmade",
    """
    SELECT id FROM images
    WHERE account_id = $1 AND content_id = $2 AND prompt <> '' AND checksum IS NULL
    ORDER BY position, id
    """)

  /// $1 account, $2 ids.
  static let forMaking = Statement(
    "writer.image.for_making",
    """
    SELECT id, site_id, sector_id, content_id, image_type, prompt, alt_text, status, checksum
    FROM images WHERE account_id = $1 AND id = ANY ($2)
    """)

  /// $1 account, $2 id: keeps others from changing it.
  static let lock = Statement(
    "writer.image.lock",
    "SELECT status, checksum FROM images WHERE account_id = $1 AND id = $2 FOR UPDATE")

  /// $1 account, $2 id, $3 why, $4 now. A picture that is there stays.
  static let failed = Statement(
    "writer.image.failed",
    """
    UPDATE images SET error = $3, updated_at = $4,
      status = CASE WHEN checksum IS NULL THEN 'failed' ELSE status END
    WHERE account_id = $1 AND id = $2
    """)

  static let generated = Statement(
    "writer.image.generated",
    """
    UPDATE images SET status = 'generated', provider = $3, model = $4, width = $5, height = $6,
      bytes = $7, checksum = $8, error = NULL, updated_at = $9
    WHERE account_id = $1 AND id = $2
    RETURNING id
    """)

  /// $1 account, $2 image, $3 content type, $4 body, $5 now.
  static let storeFile = Statement(
    "writer.image_file.store",
    """
    INSERT INTO image_files (account_id, image_id, content_type, body, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account_id, image_id) DO UPDATE
      SET content_type = excluded.content_type, body = excluded.body,
        created_at = excluded.created_at
    """)

  /// $1 account, $2 image.
  static let file = Statement(
    "writer.image_file.get",
    """
    SELECT i.site_id, i.checksum, f.content_type, f.body
    FROM images AS i JOIN image_files AS f ON f.account_id = i.account_id AND f.image_id = i.id
    WHERE i.account_id = $1 AND i.id = $2
    """)

  /// $1 account, $2 site, $3 image: only those of articles that the hosted site shows.
  static let publishedFile = Statement(
    "writer.image_file.published",
    """
    SELECT i.checksum, f.content_type, f.body
    FROM images AS i
    JOIN image_files AS f ON f.account_id = i.account_id AND f.image_id = i.id
    JOIN contents AS c ON c.account_id = i.account_id AND c.id = i.content_id
    WHERE i.account_id = $1 AND c.site_id = $2 AND i.id = $3 AND c.hosted
      AND c.status = 'published'
    """)
}

import Postgres

/// Statements on what the writer tells of contents: where they can be read, whose an image is.
enum ContentQueries {
  /// News may come in any order: the latest counts. $1 account, $2 contents, $3 address or null,
  /// $4 when it was told.
  static let address = Statement(
    "billing.content.address",
    """
    INSERT INTO content_addresses AS a (account_id, content_id, url, told_at)
    SELECT $1, unnest($2::bigint[]), $3, $4
    ON CONFLICT (account_id, content_id) DO UPDATE SET url = excluded.url,
      told_at = excluded.told_at WHERE a.told_at < excluded.told_at
    """)

  /// $1 account, $2 image, $3 content.
  static let image = Statement(
    "billing.content.image",
    """
    INSERT INTO content_images (account_id, image_id, content_id) VALUES ($1, $2, $3)
    ON CONFLICT (account_id, image_id) DO UPDATE SET content_id = excluded.content_id
    """)

  /// The content that an entry paid for, and where it can be read. $1 account, $2 position.
  static let ofEntry = Statement(
    "billing.content.of_entry",
    """
    SELECT p.content_id, a.url
    FROM (SELECT u.account_id, CASE u.related_object_type
          WHEN 'content' THEN u.related_object_id
          WHEN 'image' THEN (SELECT i.content_id FROM content_images i
            WHERE i.account_id = u.account_id AND i.image_id = u.related_object_id)
        END AS content_id
      FROM credit_usage_logs u WHERE u.account_id = $1 AND u.entry_seq = $2) p
    LEFT JOIN content_addresses a ON a.account_id = p.account_id AND a.content_id = p.content_id
    WHERE p.content_id IS NOT NULL
    """)

  static let all = [address, image, ofEntry]
}

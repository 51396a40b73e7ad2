import Postgres
import Resources

/// Statements about deliveries.
enum PublishingQueries {
  /// As the resource reads a row.
  private static let columns = publishingRecords.selectList

  /// A further attempt; the first one makes the record.
  /// $1 account, $2 site, $3 content, $4 destination and its type, $5 now.
  static let begin = Statement(
    "integration.publishing_record.begin",
    """
    INSERT INTO publishing_records AS t (account_id, site_id, content_id, destination,
      destination_type, status, attempts, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $4, 'publishing', 1, $5, $5)
    ON CONFLICT ON CONSTRAINT publishing_records_delivery DO UPDATE SET
      status = CASE t.status WHEN 'published' THEN t.status ELSE 'publishing' END,
      attempts = t.attempts + 1, updated_at = excluded.updated_at
    RETURNING \(columns)
    """)

  /// $1 account, $2 id, $3 external id, $4 external url, $5 now.
  static let succeed = Statement(
    "integration.publishing_record.succeed",
    """
    UPDATE publishing_records AS t SET status = 'published', external_id = $3, external_url = $4,
      last_error = NULL, error_code = NULL, published_at = coalesce(published_at, $5),
      updated_at = $5
    WHERE account_id = $1 AND id = $2
    RETURNING \(columns)
    """)

  /// What was published before stays so. $1 account, $2 id, $3 error, $4 its code, $5 now.
  static let fail = Statement(
    "integration.publishing_record.fail",
    """
    UPDATE publishing_records AS t SET
      status = CASE status WHEN 'published' THEN status ELSE 'failed' END,
      last_error = $3, error_code = $4, updated_at = $5
    WHERE account_id = $1 AND id = $2
    RETURNING \(columns)
    """)

  /// $1 account, $2 site.
  static let deleteOfSite = Statement(
    "integration.publishing_record.delete_of_site",
    "DELETE FROM publishing_records WHERE account_id = $1 AND site_id = $2")

  static let all = [begin, succeed, fail, deleteOfSite]
}

import Postgres

enum SiteKeyQueries {
  private static let columns = """
    k.id, k.site_id, k.name, k.prefix, k.created_by, k.created_at, k.revoked_at, k.last_used_at,
    k.last_used_from
    """

  /// Whether there is such a site. $1 account, $2 site.
  static let site = Statement(
    "auth.site.exists", "SELECT id FROM sites WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 site, $3 name, $4 digest, $5 prefix, $6 user, $7 now.
  static let insert = Statement(
    "auth.site_key.insert",
    """
    INSERT INTO site_api_keys AS k (account_id, site_id, name, hash, prefix, created_by,
      created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    RETURNING \(columns)
    """)

  /// $1 account, $2 site.
  static let countActive = Statement(
    "auth.site_key.count_active",
    """
    SELECT count(*) FROM site_api_keys
    WHERE account_id = $1 AND site_id = $2 AND revoked_at IS NULL
    """)

  /// The first revocation counts. $1 account, $2 site, $3 key, $4 now.
  static let revoke = Statement(
    "auth.site_key.revoke",
    """
    UPDATE site_api_keys k SET revoked_at = $4
    WHERE k.account_id = $1 AND k.site_id = $2 AND k.id = $3 AND k.revoked_at IS NULL
    RETURNING \(columns)
    """)

  /// Of several replicas one writes. $1 account, $2 key, $3 now, $4 address, $5 not if it was used
  /// since.
  static let use = Statement(
    "auth.site_key.use",
    """
    UPDATE site_api_keys SET last_used_at = $3, last_used_from = $4
    WHERE account_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $5)
    """)

  /// $1 account, $2 site, $3 key.
  static let find = Statement(
    "auth.site_key.find",
    "SELECT id FROM site_api_keys WHERE account_id = $1 AND site_id = $2 AND id = $3")

  /// $1 account, $2 site, $3 active or null for all.
  private static let filter = """
    k.account_id = $1 AND k.site_id = $2
      AND ($3::boolean IS NULL OR (k.revoked_at IS NULL) = $3)
    """

  static let count = Statement(
    "auth.site_key.count", "SELECT count(*) FROM site_api_keys k WHERE \(filter)")

  /// $4 place, $5 most, $6 left out.
  static func list(_ order: ListOrder) -> Statement {
    Statement(
      "auth.site_key.list_by_\(order.name)",
      """
      SELECT \(columns), \(order.place) FROM site_api_keys k
      WHERE \(filter) AND \(order.isBehind("$4")) ORDER BY \(order.sql) LIMIT $5 OFFSET $6
      """)
  }

  static let orders: [String: ListColumn] = [
    "id": .int("k.id"), "name": .text("k.name"), "created_at": .time("k.created_at"),
  ]

  static let all = [
    site, insert, countActive, revoke, use, find, count, list(ListOrder(id: "k.id")),
  ]
}

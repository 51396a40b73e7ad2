import Postgres

enum AccountQueries {
  static let columns = """
    a.account_id, a.name AS account_name, a.slug AS account_slug, a.status AS account_status,
      a.created_at AS account_created_at, a.updated_at AS account_updated_at
    """

  /// $1 name, $2 slug, $3 now. Nothing when the slug is taken.
  static let insert = Statement(
    "auth.account.insert",
    """
    INSERT INTO accounts AS a (name, slug, created_at, updated_at) VALUES ($1, $2, $3, $3)
    ON CONFLICT ON CONSTRAINT accounts_slug DO NOTHING
    RETURNING \(columns)
    """)

  /// Until the transaction ends no other account gets a slug for the name whose own this is.
  static let lockSlug = Statement(
    "auth.account.lock_slug",
    "SELECT pg_advisory_xact_lock(hashtextextended('auth/account-slugs/' || $1, 0))")

  /// $1 slug, $2 how those like it begin.
  static let takenSlugs = Statement(
    "auth.account.taken_slugs",
    """
    SELECT slug FROM accounts WHERE slug = $1 OR (slug ~>=~ $2 AND slug ~<~ ($2 || '~'))
    """)

  static let bySlug = Statement(
    "auth.account.by_slug", "SELECT \(columns) FROM accounts a WHERE a.slug = $1")

  /// $1 account.
  static let get = Statement(
    "auth.account.get", "SELECT \(columns) FROM accounts a WHERE a.account_id = $1")

  /// $1 account.
  static let lock = Statement(
    "auth.account.lock", "SELECT \(columns) FROM accounts a WHERE a.account_id = $1 FOR UPDATE")

  /// An account that is active again is not erased. $1 account, $2 name, $3 status (null: as it
  /// is), $4 now.
  static let update = Statement(
    "auth.account.update",
    """
    UPDATE accounts a SET name = coalesce($2, a.name), status = coalesce($3, a.status),
      erase_at = CASE WHEN $3 = 'active' THEN NULL ELSE a.erase_at END, updated_at = $4
    WHERE a.account_id = $1
    RETURNING \(columns)
    """)

  /// $1 account or null for all, $2 status, $3 search pattern.
  private static let filter = """
    ($1::bigint IS NULL OR a.account_id = $1) AND ($2::text IS NULL OR a.status = $2)
      AND ($3::text IS NULL OR a.name ILIKE $3 OR a.slug ILIKE $3)
    """

  static let count = Statement(
    "auth.account.count", "SELECT count(*) FROM accounts a WHERE \(filter)")

  /// $4 place, $5 most, $6 left out.
  static func list(_ order: ListOrder) -> Statement {
    Statement(
      "auth.account.list_by_\(order.name)",
      """
      SELECT \(columns), \(order.place) FROM accounts a
      WHERE \(filter) AND \(order.isBehind("$4")) ORDER BY \(order.sql) LIMIT $5 OFFSET $6
      """)
  }

  static let orders: [String: ListColumn] = [
    "id": .int("a.account_id"), "name": .text("a.name"), "slug": .text("a.slug"),
    "status": .text("a.status"), "created_at": .time("a.created_at"),
    "updated_at": .time("a.updated_at"),
  ]

  static let all = [
    insert, lockSlug, takenSlugs, bySlug, get, lock, update, count,
    list(ListOrder(id: "a.account_id")),
  ]
}

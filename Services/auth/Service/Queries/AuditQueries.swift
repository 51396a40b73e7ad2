import Postgres

enum AuditQueries {
  /// $1 account, $2 action, $3 user, $4 object type, $5 object, $6 address, $7 request, $8 before,
  /// $9 after, $10 now.
  static let insert = Statement(
    "auth.audit.insert",
    """
    INSERT INTO audit_log (account_id, action, user_id, object_type, object_id, address,
      request_id, before, after, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """)

  /// The same of an account that is still there: news of one that was erased come too late.
  static let insertTold = Statement(
    "auth.audit.insert_told",
    """
    INSERT INTO audit_log (account_id, action, user_id, object_type, object_id, address,
      request_id, before, after, created_at)
    SELECT a.account_id, $2, $3, $4, $5, $6, $7, $8, $9, $10
    FROM accounts a WHERE a.account_id = $1 AND NOT a.is_going
    """)

  /// $1 account or null for all, $2 action, $3 user, $4 object type, $5 object, $6 from, $7 before,
  /// $8 search pattern.
  private static let filter = """
    ($1::bigint IS NULL OR l.account_id = $1) AND ($2::text IS NULL OR l.action = $2)
      AND ($3::bigint IS NULL OR l.user_id = $3) AND ($4::text IS NULL OR l.object_type = $4)
      AND ($5::bigint IS NULL OR l.object_id = $5)
      AND ($6::timestamptz IS NULL OR l.created_at >= $6)
      AND ($7::timestamptz IS NULL OR l.created_at < $7)
      AND ($8::text IS NULL OR l.action ILIKE $8 OR l.object_type ILIKE $8)
    """

  static let count = Statement(
    "auth.audit.count", "SELECT count(*) FROM audit_log l WHERE \(filter)")

  /// $9 place, $10 most, $11 left out.
  static func list(_ order: ListOrder) -> Statement {
    Statement(
      "auth.audit.list_by_\(order.name)",
      """
      SELECT l.id, l.account_id, l.action, l.user_id, l.object_type, l.object_id, l.address,
        l.request_id, l.before::text AS before, l.after::text AS after, l.created_at,
        \(order.place)
      FROM audit_log l
      WHERE \(filter) AND \(order.isBehind("$9")) ORDER BY \(order.sql) LIMIT $10 OFFSET $11
      """)
  }

  static let orders: [String: ListColumn] = [
    "id": .int("l.id"), "created_at": .time("l.created_at"), "action": .text("l.action"),
  ]

  static let all = [insert, insertTold, count, list(ListOrder(id: "l.id"))]
}

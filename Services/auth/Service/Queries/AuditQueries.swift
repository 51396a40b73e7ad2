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

  static let all = [insert]
}

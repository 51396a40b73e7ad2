import Postgres

/// Statements on the log of who did what.
enum BillingAuditQueries {
  static let insert = Statement(
    "billing.audit.insert",
    """
    INSERT INTO audit_log (account_id, action, user_id, object_type, object_id, address,
      request_id, before, after, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """)

  static let all = [insert]
}

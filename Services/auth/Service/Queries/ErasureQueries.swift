import Postgres

/// How an account goes.
enum ErasureQueries {
  /// $1 account.
  static let lock = Statement(
    "auth.erasure.lock",
    "SELECT status, slug, erase_at FROM accounts WHERE account_id = $1 FOR UPDATE")

  /// A suspended account stays suspended. $1 account, $2 when it goes, $3 now.
  static let schedule = Statement(
    "auth.erasure.schedule",
    """
    UPDATE accounts SET erase_at = $2, updated_at = $3,
      status = CASE WHEN status = 'suspended' THEN status ELSE 'cancelled' END
    WHERE account_id = $1 RETURNING status
    """)

  /// $1 account, $2 now.
  static let cancel = Statement(
    "auth.erasure.cancel",
    """
    UPDATE accounts SET erase_at = NULL, updated_at = $2,
      status = CASE WHEN status = 'cancelled' THEN 'active' ELSE status END
    WHERE account_id = $1 RETURNING status
    """)

  /// Accounts whose time has come. $1 now, $2 most.
  static let due = Statement(
    "auth.erasure.due",
    "SELECT account_id FROM accounts WHERE erase_at <= $1 ORDER BY erase_at LIMIT $2")

  /// Nothing when it was called off meanwhile. $1 account, $2 now.
  static let begin = Statement(
    "auth.erasure.begin",
    """
    UPDATE accounts SET is_going = true WHERE account_id = $1 AND erase_at <= $2
    RETURNING account_id
    """)

  /// In this order; what hangs on users and sites goes with them. $1 account.
  static let steps = [
    "account_exports", "invitations", "account_settings", "module_settings", "ai_settings",
    "module_enable_settings", "sites",
    "users", "audit_log", "idempotency_keys", "consumed_events", "outbox", "accounts",
  ].map { table in
    Statement("auth.erasure.\(table)", "DELETE FROM \(table) WHERE account_id = $1")
  }

  static let all = [lock, schedule, cancel, due, begin] + steps
}

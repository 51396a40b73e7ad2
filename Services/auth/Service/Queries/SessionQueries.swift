import Postgres

/// Where people are signed in: one session a family of refresh tokens.
enum SessionQueries {
  private static let columns = """
    s.id, s.user_agent, s.address, s.created_at, s.last_used_at, s.expires_at
    """

  /// Begins a session, or notes that it was used. $1 account, $2 user, $3 family, $4 user agent,
  /// $5 address, $6 now, $7 end.
  static let use = Statement(
    "auth.session.use",
    """
    INSERT INTO sessions AS s (account_id, user_id, family, user_agent, address, created_at,
      last_used_at, expires_at)
    VALUES ($1, $2, $3, coalesce($4, ''), $5, $6, $6, $7)
    ON CONFLICT ON CONSTRAINT sessions_family DO UPDATE SET last_used_at = $6, expires_at = $7,
      user_agent = coalesce($4, s.user_agent), address = coalesce($5, s.address)
    RETURNING s.id
    """)

  /// $1 account, $2 user, $3 now.
  private static let alive = """
    s.account_id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3
    """

  static let count = Statement(
    "auth.session.count", "SELECT count(*) FROM sessions s WHERE \(alive)")

  /// $4 most, $5 left out.
  static let list = Statement(
    "auth.session.list",
    """
    SELECT \(columns) FROM sessions s WHERE \(alive)
    ORDER BY s.last_used_at DESC, s.id DESC LIMIT $4 OFFSET $5
    """)

  /// Ends sessions of a user with their tokens: $4 alone, or all but $5, of those that still are.
  /// $1 account, $2 user, $3 now.
  static let revoke = Statement(
    "auth.session.revoke",
    """
    WITH ended AS (
      UPDATE sessions s SET revoked_at = $3
      WHERE \(alive) AND ($4::bigint IS NULL OR s.id = $4) AND ($5::bigint IS NULL OR s.id <> $5)
      RETURNING s.id, s.family
    ), tokens AS (
      UPDATE refresh_tokens t SET revoked_at = $3 FROM ended e
      WHERE t.account_id = $1 AND t.family = e.family AND t.revoked_at IS NULL
    )
    SELECT id FROM ended ORDER BY id
    """)

  static let deleteOld = Statement(
    "auth.session.delete_old", "DELETE FROM sessions WHERE expires_at < $1")

  static let all = [use, count, list, revoke, deleteOld]
}

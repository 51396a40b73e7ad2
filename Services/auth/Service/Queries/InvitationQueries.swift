import Postgres

enum InvitationQueries {
  private static let columns = """
    i.account_id, i.id, i.email, i.role, i.site_ids, i.user_id, i.invited_by, i.created_at,
      i.updated_at, i.sent_at, i.expires_at, i.accepted_at, i.revoked_at
    """

  /// $1 account, $2 email, $3 role, $4 sites, $5 user, $6 by whom, $7 digest, $8 now, $9 end.
  static let insert = Statement(
    "auth.invitation.insert",
    """
    INSERT INTO invitations AS i (account_id, email, role, site_ids, user_id, invited_by, hash,
      created_at, updated_at, sent_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9)
    RETURNING \(columns)
    """)

  /// Makes room for another invitation of the same email. $1 account, $2 email, $3 now.
  static let retireExpired = Statement(
    "auth.invitation.retire_expired",
    """
    UPDATE invitations SET revoked_at = $3, updated_at = $3
    WHERE account_id = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL
      AND expires_at <= $3
    """)

  /// How many of the account's sites are among $2.
  static let countSites = Statement(
    "auth.invitation.count_sites",
    "SELECT count(*) FROM sites WHERE account_id = $1 AND id = ANY ($2)")

  static let get = Statement(
    "auth.invitation.get", "SELECT \(columns) FROM invitations i WHERE i.id = $1")

  static let lock = Statement(
    "auth.invitation.lock", "SELECT \(columns) FROM invitations i WHERE i.id = $1 FOR UPDATE")

  /// $1 account, $2 id, $3 role, $4 sites (null: as they are), $5 now.
  static let update = Statement(
    "auth.invitation.update",
    """
    UPDATE invitations AS i SET role = coalesce($3, i.role),
      site_ids = coalesce($4, i.site_ids), updated_at = $5
    WHERE i.account_id = $1 AND i.id = $2
    RETURNING \(columns)
    """)

  /// $1 account, $2 id, $3 now.
  static let revoke = Statement(
    "auth.invitation.revoke",
    """
    UPDATE invitations SET revoked_at = $3, updated_at = $3
    WHERE account_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
    """)

  /// $1 account, $2 id, $3 digest, $4 now, $5 end.
  static let resend = Statement(
    "auth.invitation.resend",
    """
    UPDATE invitations AS i SET hash = $3, sent_at = $4, updated_at = $4, expires_at = $5
    WHERE i.account_id = $1 AND i.id = $2
    RETURNING \(columns)
    """)

  /// The invitation that a token still opens. $1 digest, $2 now.
  static let find = Statement(
    "auth.invitation.find",
    """
    SELECT \(columns), a.status AS account_status
    FROM invitations i JOIN accounts a ON a.account_id = i.account_id
    WHERE i.hash = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2
    """)

  /// $1 digest, $2 now. Nothing when the token opens nothing any more.
  static let accept = Statement(
    "auth.invitation.accept",
    """
    UPDATE invitations AS i SET accepted_at = $2, updated_at = $2
    WHERE i.hash = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2
    RETURNING \(columns)
    """)

  /// $1 account or null for all, $2 status, $3 search pattern, $4 now.
  private static let filter = """
    ($1::bigint IS NULL OR i.account_id = $1)
      AND ($2::text IS NULL OR $2 = CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted'
        WHEN i.revoked_at IS NOT NULL THEN 'revoked' WHEN i.expires_at <= $4 THEN 'expired'
        ELSE 'pending' END)
      AND ($3::text IS NULL OR i.email ILIKE $3)
    """

  static let count = Statement(
    "auth.invitation.count", "SELECT count(*) FROM invitations i WHERE \(filter)")

  /// $5 place, $6 most, $7 left out.
  static func list(_ order: ListOrder) -> Statement {
    Statement(
      "auth.invitation.list_by_\(order.name)",
      """
      SELECT \(columns), \(order.place) FROM invitations i
      WHERE \(filter) AND \(order.isBehind("$5")) ORDER BY \(order.sql) LIMIT $6 OFFSET $7
      """)
  }

  static let orders: [String: ListColumn] = [
    "id": .int("i.id"), "email": .text("i.email"), "role": .text("i.role"),
    "created_at": .time("i.created_at"), "expires_at": .time("i.expires_at"),
  ]

  static let all = [
    insert, retireExpired, countSites, get, lock, update, revoke, resend, find, accept, count,
    list(ListOrder(id: "i.id")),
  ]
}

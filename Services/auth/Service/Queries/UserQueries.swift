import Postgres

enum UserQueries {
  private static let columns = """
    u.id, u.email, u.username, u.first_name, u.last_name, u.password_hash, u.role, u.is_active,
      u.email_verified_at, u.last_login, u.created_at, u.updated_at, \(AccountQueries.columns),
      ARRAY(SELECT g.site_id FROM site_user_access g
        WHERE g.account_id = u.account_id AND g.user_id = u.id ORDER BY g.site_id) AS site_ids
    """
  private static let tables = "users u JOIN accounts a ON a.account_id = u.account_id"

  /// $1 account, $2 email, $3 username, $4 first name, $5 last name, $6 hash, $7 role, $8 now.
  static let insert = Statement(
    "auth.user.insert",
    """
    INSERT INTO users (account_id, email, username, first_name, last_name, password_hash, role,
      created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    RETURNING id
    """)

  static let byEmail = Statement(
    "auth.user.by_email", "SELECT \(columns) FROM \(tables) WHERE u.email = $1")

  /// Two at most: a name that several have is nobody's.
  static let byUsername = Statement(
    "auth.user.by_username", "SELECT \(columns) FROM \(tables) WHERE lower(u.username) = $1 LIMIT 2"
  )

  static let byID = Statement(
    "auth.user.by_id", "SELECT \(columns) FROM \(tables) WHERE u.id = $1")

  static let lock = Statement(
    "auth.user.lock", "SELECT \(columns) FROM \(tables) WHERE u.id = $1 FOR UPDATE OF u")

  /// Users of the account $1 that are active and have one of the roles $3, $2 left aside. Locked,
  /// so that two requests cannot each take away what the other one relies upon.
  static let others = Statement(
    "auth.user.others",
    """
    SELECT id FROM users WHERE account_id = $1 AND id <> $2 AND is_active
      AND role = ANY ($3::text[])
    ORDER BY id FOR UPDATE
    """)

  /// $1 account, $2 id, $3 role, $4 first name, $5 last name, $6 username, $7 active (null: as it
  /// is), $8 now.
  static let update = Statement(
    "auth.user.update",
    """
    UPDATE users SET role = coalesce($3, role), first_name = coalesce($4, first_name),
      last_name = coalesce($5, last_name), username = coalesce($6, username),
      is_active = coalesce($7, is_active), updated_at = $8
    WHERE account_id = $1 AND id = $2
    """)

  /// $1 account, $2 id, $3 hash, $4 now.
  static let setPassword = Statement(
    "auth.user.set_password",
    "UPDATE users SET password_hash = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 id, $3 now.
  static let emailVerified = Statement(
    "auth.user.email_verified",
    """
    UPDATE users SET email_verified_at = $3, updated_at = $3
    WHERE account_id = $1 AND id = $2 AND email_verified_at IS NULL
    """)

  /// $1 account, $2 id, $3 now.
  static let signedIn = Statement(
    "auth.user.signed_in",
    "UPDATE users SET last_login = $3 WHERE account_id = $1 AND id = $2")

  static let delete = Statement(
    "auth.user.delete", "DELETE FROM users WHERE account_id = $1 AND id = $2")

  /// $1 account, $2 user, $3 sites, $4 now. Sites of other accounts are not found.
  static let grantSites = Statement(
    "auth.user.grant_sites",
    """
    INSERT INTO site_user_access (account_id, user_id, site_id, created_at)
    SELECT $1, $2, s.id, $4 FROM sites s WHERE s.account_id = $1 AND s.id = ANY ($3)
    ON CONFLICT ON CONSTRAINT site_user_access_once DO NOTHING
    """)

  /// $1 account or null for all, $2 role, $3 active, $4 search pattern.
  private static let filter = """
    ($1::bigint IS NULL OR u.account_id = $1) AND ($2::text IS NULL OR u.role = $2)
      AND ($3::boolean IS NULL OR u.is_active = $3)
      AND ($4::text IS NULL OR u.email ILIKE $4 OR u.username ILIKE $4 OR u.first_name ILIKE $4
        OR u.last_name ILIKE $4)
    """

  static let count = Statement(
    "auth.user.count", "SELECT count(*) FROM users u WHERE \(filter)")

  /// $5 place, $6 most, $7 left out.
  static func list(_ order: ListOrder) -> Statement {
    Statement(
      "auth.user.list_by_\(order.name)",
      """
      SELECT \(columns), \(order.place) FROM \(tables)
      WHERE \(filter) AND \(order.isBehind("$5")) ORDER BY \(order.sql) LIMIT $6 OFFSET $7
      """)
  }

  static let orders: [String: ListColumn] = [
    "id": .int("u.id"), "email": .text("u.email"), "username": .text("u.username"),
    "first_name": .text("u.first_name"), "last_name": .text("u.last_name"),
    "role": .text("u.role"), "created_at": .time("u.created_at"),
    "updated_at": .time("u.updated_at"),
    "last_login": .time("coalesce(u.last_login, '-infinity')"),
  ]

  /// What a principal may do now, unless the session $2 has ended (null: whichever). $1 user.
  static let principal = Statement(
    "auth.principal.by_user",
    """
    SELECT \(columns),
      \(modulesOff("u.account_id"))
    FROM \(tables) WHERE u.id = $1 AND ($2::bigint IS NULL OR EXISTS (
      SELECT 1 FROM sessions s WHERE s.account_id = u.account_id AND s.user_id = u.id
        AND s.id = $2 AND s.revoked_at IS NULL))
    """)

  /// What a site's key may do: $1 the key's digest.
  static let keyPrincipal = Statement(
    "auth.principal.by_key",
    """
    SELECT k.id AS key_id, k.site_id, k.last_used_at, \(AccountQueries.columns),
      \(modulesOff("k.account_id"))
    FROM site_api_keys k JOIN accounts a ON a.account_id = k.account_id
    WHERE k.hash = $1 AND k.revoked_at IS NULL
    """)

  /// What an account's jobs may do: $1 account.
  static let accountPrincipal = Statement(
    "auth.principal.by_account",
    """
    SELECT \(AccountQueries.columns),
      \(modulesOff("a.account_id"))
    FROM accounts a WHERE a.account_id = $1
    """)

  private static func modulesOff(_ account: String) -> String {
    """
    ARRAY(SELECT m.module FROM module_enable_settings m
        WHERE m.account_id = \(account) AND NOT m.is_enabled ORDER BY m.module) AS modules_off
    """
  }

  static let all = [
    insert, byEmail, byUsername, byID, lock, others, update, setPassword, emailVerified,
    signedIn, delete, grantSites, count, list(ListOrder(id: "u.id")), principal, keyPrincipal,
    accountPrincipal,
  ]
}

import Postgres

/// Refresh tokens, signing keys and failures to sign in.
enum TokenQueries {
  /// $1 account, $2 user, $3 family, $4 digest, $5 now, $6 end.
  static let insert = Statement(
    "auth.token.insert",
    """
    INSERT INTO refresh_tokens (account_id, user_id, family, hash, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  /// Locks the user first, so that of one user's exchanges one comes after the other. $1 digest.
  static let lock = Statement(
    "auth.token.lock",
    """
    WITH holder AS MATERIALIZED (
      SELECT u.account_id, u.id FROM users u
      JOIN refresh_tokens t ON t.account_id = u.account_id AND t.user_id = u.id
      WHERE t.hash = $1 FOR UPDATE OF u
    )
    SELECT account_id, id FROM holder
    """)

  static let find = Statement(
    "auth.token.find",
    """
    SELECT t.account_id, t.id, t.user_id, t.family, t.expires_at, t.used_at, t.revoked_at
    FROM refresh_tokens t WHERE t.hash = $1
    """)

  /// $1 account, $2 token, $3 now.
  static let use = Statement(
    "auth.token.use",
    "UPDATE refresh_tokens SET used_at = $3 WHERE account_id = $1 AND id = $2 AND used_at IS NULL")

  /// $1 account, $2 family, $3 now.
  static let revokeFamily = Statement(
    "auth.token.revoke_family",
    """
    WITH ended AS (
      UPDATE sessions SET revoked_at = $3
      WHERE account_id = $1 AND family = $2 AND revoked_at IS NULL
    )
    UPDATE refresh_tokens SET revoked_at = $3
    WHERE account_id = $1 AND family = $2 AND revoked_at IS NULL
    """)

  /// $1 account, $2 user, $3 now.
  static let revokeUser = Statement(
    "auth.token.revoke_user",
    """
    WITH ended AS (
      UPDATE sessions SET revoked_at = $3
      WHERE account_id = $1 AND user_id = $2 AND revoked_at IS NULL
    )
    UPDATE refresh_tokens SET revoked_at = $3
    WHERE account_id = $1 AND user_id = $2 AND revoked_at IS NULL
    """)

  /// Tokens that ended before $1.
  static let deleteOld = Statement(
    "auth.token.delete_old", "DELETE FROM refresh_tokens WHERE expires_at < $1")

  /// $1 subject, $2 now, $3 since when failures count.
  static let addFailure = Statement(
    "auth.failure.add",
    """
    INSERT INTO sign_in_failures AS f (subject, failures, last_at) VALUES ($1, 1, $2)
    ON CONFLICT (subject) DO UPDATE SET last_at = $2,
      failures = CASE WHEN f.last_at <= $3 THEN 1 ELSE f.failures + 1 END
    """)

  /// Locks what is known of $1; makes the row where there is none. $2 now.
  static let holdFailures = Statement(
    "auth.failure.hold",
    """
    INSERT INTO sign_in_failures AS f (subject, failures, last_at) VALUES ($1, 0, $2)
    ON CONFLICT (subject) DO UPDATE SET failures = f.failures
    RETURNING failures, last_at
    """)

  static let failure = Statement(
    "auth.failure.find", "SELECT failures, last_at FROM sign_in_failures WHERE subject = $1")

  static let clearFailures = Statement(
    "auth.failure.clear", "DELETE FROM sign_in_failures WHERE subject = $1")

  static let deleteOldFailures = Statement(
    "auth.failure.delete_old", "DELETE FROM sign_in_failures WHERE last_at < $1")

  /// One process at a time makes a key.
  static let lockKeys = Statement(
    "auth.key.lock", "SELECT pg_advisory_xact_lock(hashtextextended('auth.signing_keys', 0))")

  /// Keys made since $1, latest first.
  static let keys = Statement(
    "auth.key.list",
    """
    SELECT kid, private_key, public_key, created_at FROM signing_keys
    WHERE created_at > $1 ORDER BY created_at DESC, kid
    """)

  /// $1 kid, $2 sealed private key, $3 public key, $4 now.
  static let insertKey = Statement(
    "auth.key.insert",
    """
    INSERT INTO signing_keys (kid, private_key, public_key, created_at)
    VALUES ($1, $2, $3, $4)
    """)

  static let all = [
    insert, lock, find, use, revokeFamily, revokeUser, deleteOld, addFailure,
    holdFailures, failure, clearFailures, deleteOldFailures, lockKeys, keys, insertKey,
  ]
}

import Postgres

/// Second factors and their recovery codes.
enum TwoFactorQueries {
  /// $1 account, $2 user.
  static let find = Statement(
    "auth.two_factor.find",
    """
    SELECT secret, confirmed_at, last_step,
      (SELECT count(*) FROM recovery_codes r
        WHERE r.account_id = t.account_id AND r.user_id = t.user_id
          AND r.used_at IS NULL) AS codes_left
    FROM two_factor t WHERE account_id = $1 AND user_id = $2
    """)

  /// Instead of one that was not confirmed. $1 account, $2 user, $3 sealed secret, $4 now.
  static let begin = Statement(
    "auth.two_factor.begin",
    """
    INSERT INTO two_factor AS t (account_id, user_id, secret, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT ON CONSTRAINT two_factor_pkey DO UPDATE SET secret = $3, created_at = $4,
      last_step = 0
    WHERE t.confirmed_at IS NULL
    """)

  /// $1 account, $2 user, $3 step, $4 now.
  static let confirm = Statement(
    "auth.two_factor.confirm",
    """
    UPDATE two_factor SET confirmed_at = $4, last_step = $3
    WHERE account_id = $1 AND user_id = $2 AND confirmed_at IS NULL
    """)

  /// $1 account, $2 user, $3 step.
  static let take = Statement(
    "auth.two_factor.take",
    "UPDATE two_factor SET last_step = $3 WHERE account_id = $1 AND user_id = $2")

  /// $1 account, $2 user. The recovery codes go along.
  static let delete = Statement(
    "auth.two_factor.delete", "DELETE FROM two_factor WHERE account_id = $1 AND user_id = $2")

  /// $1 account, $2 user, $3 digest, $4 now.
  static let insertRecovery = Statement(
    "auth.recovery_code.insert",
    """
    INSERT INTO recovery_codes (account_id, user_id, hash, created_at) VALUES ($1, $2, $3, $4)
    """)

  /// $1 account, $2 user, $3 digest, $4 now. Nothing when it was used, or is none.
  static let useRecovery = Statement(
    "auth.recovery_code.use",
    """
    UPDATE recovery_codes SET used_at = $4
    WHERE account_id = $1 AND user_id = $2 AND hash = $3 AND used_at IS NULL
    """)

  /// $1 account, $2 user.
  static let deleteRecovery = Statement(
    "auth.recovery_code.delete",
    "DELETE FROM recovery_codes WHERE account_id = $1 AND user_id = $2")

  static let all = [
    find, begin, confirm, take, delete, insertRecovery, useRecovery, deleteRecovery,
  ]
}

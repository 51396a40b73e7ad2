import Postgres

/// Tokens that travel by mail: to set a new password, to verify an email.
enum MailTokenQueries {
  /// $1 account, $2 user, $3 request, $4 digest, $5 now, $6 end. Nothing when the request has its
  /// token already.
  static let insertReset = Statement(
    "auth.reset_token.insert",
    """
    INSERT INTO password_reset_tokens (account_id, user_id, request, hash, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT ON CONSTRAINT password_reset_tokens_request DO NOTHING
    """)

  /// $1 account, $2 user, $3 since when.
  static let countResets = Statement(
    "auth.reset_token.count",
    """
    SELECT count(*) FROM password_reset_tokens
    WHERE account_id = $1 AND user_id = $2 AND created_at > $3
    """)

  /// Whose the token is that is still good. $1 digest, $2 now.
  static let findReset = Statement(
    "auth.reset_token.find",
    """
    SELECT user_id FROM password_reset_tokens
    WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
    """)

  /// $1 digest, $2 now. Nothing when it was used or has ended.
  static let useReset = Statement(
    "auth.reset_token.use",
    """
    UPDATE password_reset_tokens SET used_at = $2
    WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
    """)

  /// No token that is about may set another password. $1 account, $2 user, $3 now.
  static let voidResets = Statement(
    "auth.reset_token.void",
    """
    UPDATE password_reset_tokens SET used_at = $3
    WHERE account_id = $1 AND user_id = $2 AND used_at IS NULL
    """)

  static let deleteOldResets = Statement(
    "auth.reset_token.delete_old", "DELETE FROM password_reset_tokens WHERE expires_at < $1")

  /// $1 account, $2 user, $3 email, $4 digest, $5 now, $6 end.
  static let insertVerification = Statement(
    "auth.verification.insert",
    """
    INSERT INTO email_verifications (account_id, user_id, email, hash, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  /// Uses a token that is still good and whose email is still the user's. $1 digest, $2 now.
  static let useVerification = Statement(
    "auth.verification.use",
    """
    UPDATE email_verifications v SET used_at = $2 FROM users u
    WHERE v.hash = $1 AND v.used_at IS NULL AND v.expires_at > $2
      AND u.account_id = v.account_id AND u.id = v.user_id AND u.email = v.email AND u.is_active
    RETURNING v.user_id
    """)

  static let deleteOldVerifications = Statement(
    "auth.verification.delete_old", "DELETE FROM email_verifications WHERE expires_at < $1")

  static let all = [
    insertReset, countResets, findReset, useReset, voidResets, deleteOldResets,
    insertVerification, useVerification, deleteOldVerifications,
  ]
}

import Postgres

/// Statements on who is mailed about money.
enum MoneyNewsQueries {
  /// Emails of an account's active owners who want notices by mail. $1 account.
  static let readers = Statement(
    "auth.money_news.readers",
    """
    SELECT u.email FROM users u
    WHERE u.account_id = $1 AND u.role = 'owner' AND u.is_active
      AND NOT EXISTS (
        SELECT 1 FROM user_settings s
        WHERE s.account_id = $1 AND s.user_id = u.id AND s.key = 'email_notifications'
          AND s.value = 'false')
    ORDER BY u.id
    """)

  /// Whether an account wants nothing told of low credits. $1 account.
  static let isSilent = Statement(
    "auth.money_news.is_silent",
    """
    SELECT EXISTS (
      SELECT 1 FROM account_settings
      WHERE account_id = $1 AND key = 'low_credit_notices' AND value = 'false')
    """)

  static let all = [readers, isSilent]
}

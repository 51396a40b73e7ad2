import Postgres

/// Statements on top-ups that go by themselves, and on notices of low credits.
enum TopUpQueries {
  // MARK: Crossings

  /// Sent along with what changed a balance across the threshold. A balance that comes down to the
  /// threshold disarms and makes a top-up due, one that rises above it arms again: so once a
  /// crossing, in the very transaction that crosses. $1 account, $2 balance, $3 now.
  static let cross = Statement(
    "billing.top_up.cross",
    """
    WITH crossed AS (
      UPDATE auto_top_ups SET is_armed = $2 > threshold
      WHERE account_id = $1 AND is_enabled AND is_armed IS DISTINCT FROM ($2 > threshold)
      RETURNING is_armed)
    INSERT INTO top_ups (account_id, balance, created_at)
    SELECT $1, $2, $3 FROM crossed WHERE NOT is_armed
    """)

  // MARK: Settings

  private static let settingsColumns = """
    a.is_enabled, a.threshold, a.package_id, a.monthly_cap, a.is_armed, p.currency, p.name,
      p.credits, p.price, p.is_active, p.id
    """

  static let settings = Statement(
    "billing.top_up.settings",
    """
    SELECT \(settingsColumns) FROM auto_top_ups a JOIN credit_packages p ON p.id = a.package_id
    WHERE a.account_id = $1
    """)

  /// Arms; whether the balance is low already shows with its next change. $1 account, $2 enabled,
  /// $3 threshold, $4 package, $5 cap, $6 now.
  static let save = Statement(
    "billing.top_up.save",
    """
    INSERT INTO auto_top_ups
      (account_id, is_enabled, threshold, package_id, monthly_cap, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account_id) DO UPDATE SET is_enabled = excluded.is_enabled,
      threshold = excluded.threshold, package_id = excluded.package_id,
      monthly_cap = excluded.monthly_cap, is_armed = true, updated_at = excluded.updated_at
    """)

  /// What top-ups have cost since $2, refused ones left out. $1 account.
  static let spent = Statement(
    "billing.top_up.spent",
    """
    SELECT coalesce(sum(p.amount), 0)::bigint FROM top_ups t
    JOIN payments p ON p.account_id = t.account_id AND p.id = t.payment_id
    WHERE t.account_id = $1 AND t.created_at >= $2 AND p.status NOT IN ('failed', 'cancelled')
    """)

  static let lastProblem = Statement(
    "billing.top_up.last_problem",
    """
    SELECT coalesce(t.problem, p.failure_reason) FROM top_ups t
    LEFT JOIN payments p ON p.account_id = t.account_id AND p.id = t.payment_id
    WHERE t.account_id = $1 ORDER BY t.id DESC LIMIT 1
    """)

  // MARK: Orders

  /// Those of a suspended account wait. $1 most.
  static let due = Statement(
    "billing.top_up.due",
    """
    SELECT account_id, id FROM top_ups t WHERE state = 'due' AND NOT EXISTS (
      SELECT 1 FROM subscriptions s WHERE s.account_id = t.account_id AND s.is_paused)
    ORDER BY id LIMIT $1
    """)

  /// $1 account, $2 top-up.
  static let lock = Statement(
    "billing.top_up.lock",
    """
    SELECT created_at FROM top_ups WHERE account_id = $1 AND id = $2 AND state = 'due' FOR UPDATE
    """)

  /// The card that may be charged with nobody there. $1 account.
  static let card = Statement(
    "billing.top_up.card",
    """
    SELECT provider_customer, provider_method FROM payment_methods
    WHERE account_id = $1 AND is_default AND is_enabled AND type = 'stripe'
      AND provider_customer IS NOT NULL AND provider_method IS NOT NULL
    """)

  /// $1 account, $2 top-up, $3 state, $4 payment, $5 customer, $6 card, $7 why not.
  static let close = Statement(
    "billing.top_up.close",
    """
    UPDATE top_ups SET state = $3, payment_id = $4, card_customer = $5, card_method = $6,
      problem = $7
    WHERE account_id = $1 AND id = $2
    """)

  // MARK: Notices

  /// $1 account, $2 kind, $3 percent, $4 required, $5 balance, $6 available.
  static let notice = Statement(
    "billing.notice.insert",
    """
    INSERT INTO credit_notices (account_id, kind, percent, required, balance, available)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  private static let noticeColumns =
    "id, kind, percent, required, balance, available, created_at, dismissed_at"

  /// $1 account, $2 whether dismissed ones are among them.
  static let countNotices = Statement(
    "billing.notice.count",
    """
    SELECT count(*) FROM credit_notices WHERE account_id = $1 AND ($2 OR dismissed_at IS NULL)
    """)

  /// $3 most, $4 left out.
  static let notices = Statement(
    "billing.notice.list",
    """
    SELECT \(noticeColumns) FROM credit_notices
    WHERE account_id = $1 AND ($2 OR dismissed_at IS NULL) ORDER BY id DESC LIMIT $3 OFFSET $4
    """)

  /// $1 account, $2 notice, $3 who, $4 now. A repeat changes nothing.
  static let dismiss = Statement(
    "billing.notice.dismiss",
    """
    UPDATE credit_notices SET dismissed_by = CASE WHEN dismissed_at IS NULL THEN $3::bigint
        ELSE dismissed_by END, dismissed_at = coalesce(dismissed_at, $4)
    WHERE account_id = $1 AND id = $2 RETURNING \(noticeColumns)
    """)

  static let all = [
    cross, settings, save, spent, lastProblem, due, lock, card, close, notice,
    countNotices, notices, dismiss,
  ]
}

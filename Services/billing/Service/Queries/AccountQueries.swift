import Postgres

/// Statements that read balances and subscriptions.
enum AccountQueries {
  /// Everything that a summary shows. `due` tells that time has brought something unbooked.
  /// $1 accounts, $2 now.
  static let summaries = Statement(
    "billing.account.summaries",
    """
    SELECT a.account_id, a.balance, a.reserved, s.status, s.current_period_end, p.*,
      (SELECT w.slug FROM plans w WHERE w.id = s.pending_plan_id) AS pending_plan,
      s.status = 'active' AND NOT s.is_paused AND s.current_period_end <= $2
        OR coalesce(s.pending_due_at <= $2, false)
        OR EXISTS (SELECT 1 FROM credit_lots l WHERE l.account_id = a.account_id AND l.is_live
          AND l.free > 0 AND l.expires_at <= $2)
        OR EXISTS (SELECT 1 FROM credit_holds h WHERE h.account_id = a.account_id
          AND h.state = 'open' AND h.expires_at <= $2) AS due
    FROM credit_accounts a
    JOIN subscriptions s ON s.account_id = a.account_id
    JOIN plans p ON p.id = s.plan_id
    WHERE a.account_id = ANY ($1)
    ORDER BY a.account_id
    """)

  /// Credits used since $2.
  static let usedSince = Statement(
    "billing.usage.used_since",
    """
    SELECT coalesce(sum(credits_used), 0)::bigint FROM credit_usage_logs
    WHERE account_id = $1 AND created_at >= $2
    """)

  private static let subscriptionColumns = """
    s.id AS subscription_id, s.account_id, s.status, s.current_period_start,
      s.current_period_end, s.cancel_at_period_end, s.created_at AS subscribed_at, s.cycle,
      s.term_start, s.term_end, s.next_cycle, s.owed_since, s.is_paused,
      CASE WHEN s.pending_is_paid THEN NULL ELSE s.pending_invoice_id END AS pending_invoice_id,
      CASE WHEN s.pending_is_paid THEN NULL ELSE s.pending_due_at END AS pending_until,
      (SELECT w.slug FROM plans w WHERE w.id = s.pending_plan_id) AS pending_plan,
      (SELECT w.slug FROM plans w WHERE w.id = s.next_plan_id) AS next_plan, p.*
    """

  static let subscriptions = Statement(
    "billing.subscription.list",
    """
    SELECT \(subscriptionColumns)
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE s.account_id = $1
    """)

  static let all = [summaries, usedSince, subscriptions]
}

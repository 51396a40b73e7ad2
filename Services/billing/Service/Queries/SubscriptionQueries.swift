import Postgres

/// Statements on what an account is subscribed to.
enum SubscriptionQueries {
  private static func plan(_ name: String) -> String {
    "\(name).id, \(name).name, \(name).included_credits, \(name).price, \(name).currency"
  }

  /// Everything that decides about the next term. Read after the account's lock.
  static let terms = Statement(
    "billing.subscription.terms",
    """
    SELECT s.status, s.current_period_start, s.current_period_end, a.allows_overage,
      \(plan("p")), s.cycle, s.term_start, s.term_end, s.owed_since, s.term_invoice_id,
      s.cancel_at_period_end, \(plan("n")), s.next_cycle, \(plan("c")), s.pending_cycle,
      s.pending_term_start, s.pending_term_end, s.pending_credits, s.pending_invoice_id,
      s.pending_due_at, s.pending_is_paid, s.is_paused
    FROM subscriptions s
    JOIN credit_accounts a ON a.account_id = s.account_id
    JOIN plans p ON p.id = s.plan_id
    LEFT JOIN plans n ON n.id = s.next_plan_id
    LEFT JOIN plans c ON c.id = s.pending_plan_id AND s.pending_due_at IS NOT NULL
    WHERE s.account_id = $1
    """)

  /// A plan that somebody may choose. $1 id or null, $2 slug.
  static let offered = Statement(
    "billing.plan.offered",
    """
    SELECT \(plan("p")) FROM plans p WHERE (p.id = $1 OR p.slug = $2) AND p.is_active
    """)

  /// The whole row as the ledger has it; one that ended keeps its last period.
  static let store = Statement(
    "billing.subscription.store",
    """
    UPDATE subscriptions SET plan_id = $2, status = $3,
      current_period_start = coalesce($4, current_period_start),
      current_period_end = coalesce($5, current_period_end), cycle = $6, term_start = $7,
      term_end = $8, owed_since = $9,
      term_invoice_id = $10, cancel_at_period_end = $11, next_plan_id = $12, next_cycle = $13,
      pending_plan_id = $14, pending_cycle = $15, pending_term_start = $16,
      pending_term_end = $17, pending_credits = $18, pending_invoice_id = $19,
      pending_due_at = $20, pending_is_paid = $21, is_paused = $22
    WHERE account_id = $1
    """)

  /// News of the account's standing count where they are newer than what was heard before.
  /// $1 account, $2 the news' number.
  static let hear = Statement(
    "billing.subscription.hear",
    """
    UPDATE subscriptions SET standing_news = $2 WHERE account_id = $1 AND standing_news < $2
    """)

  static let tell = Statement(
    "billing.subscription.tell",
    """
    INSERT INTO subscription_history (account_id, what, note, plan_id, cycle, user_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  /// What a paid invoice means to the subscription. $1 account, $2 invoice, $3 now.
  static let paid = Statement(
    "billing.subscription.paid",
    """
    UPDATE subscriptions SET
      pending_is_paid = pending_is_paid OR coalesce(pending_invoice_id = $2, false),
      pending_due_at = CASE WHEN pending_invoice_id = $2 THEN $3 ELSE pending_due_at END,
      owed_since = CASE WHEN term_invoice_id = $2 THEN NULL ELSE owed_since END
    WHERE account_id = $1 AND (pending_invoice_id = $2 OR term_invoice_id = $2)
    """)

  /// A term whose invoice staff took back is owed no more. $1 account, $2 invoice.
  static let forgiven = Statement(
    "billing.subscription.forgiven",
    """
    UPDATE subscriptions SET owed_since = NULL WHERE account_id = $1 AND term_invoice_id = $2
    """)

  private static let historyColumns = """
    h.id, h.what, h.note, h.plan_id, p.name, h.cycle, h.user_id, h.created_at
    """

  static let countHistory = Statement(
    "billing.subscription.history_count",
    "SELECT count(*) FROM subscription_history WHERE account_id = $1")

  static let history = Statement(
    "billing.subscription.history",
    """
    SELECT \(historyColumns) FROM subscription_history h JOIN plans p ON p.id = h.plan_id
    WHERE h.account_id = $1 ORDER BY h.id DESC LIMIT $2 OFFSET $3
    """)

  static let all = [terms, offered, store, hear, tell, paid, forgiven, countHistory, history]
}

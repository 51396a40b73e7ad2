import Postgres

/// Statements of the ledger's audit and of the platform's figures.
enum AuditQueries {
  /// Accounts after $1, in order. $2 most.
  static let accounts = Statement(
    "billing.audit.accounts",
    "SELECT account_id FROM credit_accounts WHERE account_id > $1 ORDER BY account_id LIMIT $2")

  /// All sums of one account, in one statement and so of one moment.
  static let figures = Statement(
    "billing.audit.figures",
    """
    WITH open_shares AS (
        SELECT s.lot, sum(s.credits) AS credits
        FROM credit_holds h, unnest(h.lot_numbers, h.lot_credits) AS s (lot, credits)
        WHERE h.account_id = $1 AND h.state = 'open' GROUP BY s.lot),
      moved AS (
        SELECT m.lot, sum(m.amount) AS amount
        FROM credit_transactions t, unnest(t.lot_numbers, t.lot_amounts) AS m (lot, amount)
        WHERE t.account_id = $1 GROUP BY m.lot)
    SELECT a.balance, a.reserved, a.seq, a.head,
      (SELECT coalesce(sum(amount), 0) FROM credit_transactions WHERE account_id = $1)::bigint,
      (SELECT coalesce(sum(credits), 0) FROM credit_holds
        WHERE account_id = $1 AND state = 'open')::bigint,
      (SELECT coalesce(sum(free), 0) FROM credit_lots WHERE account_id = $1)::bigint,
      ARRAY(SELECT coalesce(l.number, m.lot)
        FROM (SELECT * FROM credit_lots WHERE account_id = $1) l
        FULL JOIN moved m ON m.lot = l.number
        WHERE l.number IS NULL OR coalesce(m.amount, 0) <> l.free + l.held ORDER BY 1),
      ARRAY(SELECT coalesce(l.number, s.lot)
        FROM (SELECT * FROM credit_lots WHERE account_id = $1) l
        FULL JOIN open_shares s ON s.lot = l.number
        WHERE l.number IS NULL OR coalesce(s.credits, 0) <> l.held ORDER BY 1),
      ARRAY(SELECT t.seq FROM credit_transactions t
        LEFT JOIN credit_usage_logs u ON u.account_id = t.account_id AND u.entry_seq = t.seq
        LEFT JOIN credit_holds h ON h.account_id = t.account_id AND h.id = t.hold_id
        WHERE t.account_id = $1 AND t.type = 'deduction' AND NOT coalesce(
          u.hold_id = t.hold_id AND u.credits_used = -t.amount AND h.state = 'captured'
            AND h.captured_credits = -t.amount, false)
        UNION ALL
        SELECT u.entry_seq FROM credit_usage_logs u WHERE u.account_id = $1 AND NOT EXISTS (
          SELECT 1 FROM credit_transactions t WHERE t.account_id = $1 AND t.seq = u.entry_seq
            AND t.type = 'deduction')
        ORDER BY 1),
      ARRAY(SELECT h.id FROM credit_holds h WHERE h.account_id = $1 AND h.state = 'captured'
        AND (SELECT count(*) FROM credit_transactions t
          WHERE t.account_id = $1 AND t.hold_id = h.id) <> 1 ORDER BY 1),
      (SELECT count(*) FROM credit_holds WHERE account_id = $1)
    FROM credit_accounts a WHERE a.account_id = $1
    """)

  /// $1 the beginning of the month.
  static let stats = Statement(
    "billing.stats.totals",
    """
    SELECT (SELECT count(*) FROM credit_accounts),
      (SELECT count(*) FROM subscriptions WHERE status = 'active' AND NOT is_paused),
      (SELECT coalesce(sum(balance), 0)::bigint FROM credit_accounts),
      (SELECT coalesce(sum(reserved), 0)::bigint FROM credit_accounts),
      (SELECT coalesce(sum(amount), 0)::bigint FROM credit_transactions WHERE amount > 0),
      (SELECT coalesce(sum(credits_used), 0)::bigint FROM credit_usage_logs),
      (SELECT coalesce(sum(credits_used), 0)::bigint FROM credit_usage_logs
        WHERE created_at >= $1),
      (SELECT coalesce(sum(shortfall), 0)::bigint FROM credit_usage_logs WHERE created_at >= $1),
      (SELECT coalesce(sum(cost_usd), 0) FROM credit_usage_logs WHERE created_at >= $1),
      (SELECT count(*) FROM credit_holds WHERE state = 'open'),
      (SELECT count(*) FROM payments WHERE status = 'pending_approval')
    """)

  /// What came, went back and is still open of each currency, in its smallest unit. $1 the
  /// beginning of the month, $2 now.
  static let revenue = Statement(
    "billing.stats.revenue",
    """
    SELECT currency, sum(paid)::bigint, sum(refunded)::bigint, sum(open)::bigint,
      sum(overdue)::bigint, sum(paid_lately)::bigint, sum(refunded_lately)::bigint
    FROM (
      SELECT currency, amount AS paid, 0 AS refunded, 0 AS open, 0 AS overdue,
        CASE WHEN processed_at >= $1 THEN amount ELSE 0 END AS paid_lately, 0 AS refunded_lately
      FROM payments WHERE status IN ('succeeded', 'completed', 'refunded')
      UNION ALL
      SELECT currency, 0, amount, 0, 0, 0, CASE WHEN processed_at >= $1 THEN amount ELSE 0 END
      FROM refunds WHERE status = 'succeeded'
      UNION ALL
      SELECT currency, 0, 0, subtotal + tax,
        CASE WHEN due_at <= $2 THEN subtotal + tax ELSE 0 END, 0, 0
      FROM invoices WHERE status = 'sent') figures
    GROUP BY currency ORDER BY currency
    """)

  static let statsByOperation = Statement(
    "billing.stats.by_operation",
    """
    SELECT operation_type, sum(credits_used)::bigint, count(*) FROM credit_usage_logs
    WHERE created_at >= $1 GROUP BY operation_type ORDER BY 2 DESC, 1
    """)

  static let all = [accounts, figures, stats, statsByOperation, revenue]
}

import Postgres

/// Statements that load one account's ledger under its lock, and store what changed.
enum LedgerQueries {
  /// Whoever wants to change an account waits here. A statement of its own, so that the following
  /// ones see what the one before committed.
  static let lock = Statement(
    "billing.ledger.lock", "SELECT account_id FROM credit_accounts WHERE account_id = $1 FOR UPDATE"
  )

  static let load = Statement(
    "billing.ledger.load",
    """
    SELECT a.balance, a.reserved, a.seq, a.head, a.lot_count, a.low_level, a.refusal_told,
      a.allows_overage, p.name, p.included_credits, s.current_period_start,
      s.current_period_end, s.status,
      p.price > 0 OR s.term_end IS NOT NULL OR s.cancel_at_period_end
        OR s.next_plan_id IS NOT NULL OR s.pending_due_at IS NOT NULL AS special, s.pending_due_at,
      t.threshold, t.is_armed, s.is_paused
    FROM credit_accounts a
    LEFT JOIN subscriptions s ON s.account_id = a.account_id
    LEFT JOIN plans p ON p.id = s.plan_id
    LEFT JOIN auto_top_ups t ON t.account_id = a.account_id AND t.is_enabled
    WHERE a.account_id = $1
    """)

  static let lots = Statement(
    "billing.ledger.lots",
    """
    SELECT number, kind, granted, free, held, created_at, expires_at
    FROM credit_lots WHERE account_id = $1 AND is_live
    """)

  private static let holdColumns = """
    id, key, operation, reference, credits, lot_numbers, lot_credits, price_credits, price_unit,
      price_unit_size, site_id, user_id, state, captured_credits, shortfall, reason, created_at,
      expires_at, closed_at
    """

  /// The one hold of an account with a value in an indexed column.
  ///
  /// As a range, in its order, which the index of that column brings along. As long as the server
  /// believes that accounts have few holds, every index that begins with the account costs it the
  /// same; of one with a long history it would read all of them. The order decides between equal
  /// costs only: an index of fewer levels still wins until the table has been analysed.
  private static func one(
    _ what: String, of account: String, where column: String, is value: String
  ) -> String {
    """
    SELECT \(what) FROM credit_holds
    WHERE account_id = \(account) AND \(column) >= \(value) AND \(column) <= \(value)
    ORDER BY \(column) LIMIT 1
    """
  }

  /// The holds that keys name, and those that ran out. $1 account, $2 now, $3 keys, each once.
  static let holdsByKey = Statement(
    "billing.ledger.holds_by_key",
    """
    SELECT h.* FROM unnest($3::text[]) AS wanted
    CROSS JOIN LATERAL (\(one(holdColumns, of: "$1", where: "key", is: "wanted"))) h
    UNION ALL
    SELECT \(holdColumns) FROM credit_holds
    WHERE account_id = $1 AND state = 'open' AND expires_at <= $2 AND NOT key = ANY ($3)
    """)

  /// The holds that ids name, and those that ran out. $1 account, $2 now, $3 ids, each once.
  static let holdsByID = Statement(
    "billing.ledger.holds_by_id",
    """
    SELECT h.* FROM unnest($3::bigint[]) AS wanted
    CROSS JOIN LATERAL (\(one(holdColumns, of: "$1", where: "id", is: "wanted"))) h
    UNION ALL
    SELECT \(holdColumns) FROM credit_holds
    WHERE account_id = $1 AND state = 'open' AND expires_at <= $2 AND NOT id = ANY ($3)
    """)

  /// One hold, as it is stored.
  static let hold = Statement(
    "billing.hold.get",
    "SELECT \(holdColumns) FROM credit_holds WHERE account_id = $1 AND id = $2")

  static let insertHold = Statement(
    "billing.hold.insert",
    """
    INSERT INTO credit_holds (account_id, key, operation, reference, credits, lot_numbers,
      lot_credits, price_credits, price_unit, price_unit_size, site_id, user_id, created_at,
      expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    RETURNING id
    """)

  /// Fails (22012, division by zero) when the hold is open no more: what is booked for it goes to
  /// the server together with the commit. Holds change under their account's lock, so a hold's
  /// place stands still; among all open holds of the account the server would look for it.
  static let updateHold = Statement(
    "billing.hold.update",
    """
    WITH changed AS (
      UPDATE credit_holds SET state = $3, expires_at = $4, captured_credits = $5, shortfall = $6,
        reason = $7, closed_at = $8
      WHERE ctid = (\(one("ctid", of: "$1", where: "id", is: "$2"))) AND state = 'open'
      RETURNING id)
    SELECT 1 / count(*) FROM changed
    """)

  static let insertLot = Statement(
    "billing.lot.insert",
    """
    INSERT INTO credit_lots (account_id, number, kind, granted, free, held, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)

  static let updateLot = Statement(
    "billing.lot.update",
    "UPDATE credit_lots SET free = $3, held = $4 WHERE account_id = $1 AND number = $2")

  static let insertEntry = Statement(
    "billing.entry.insert",
    """
    INSERT INTO credit_transactions (account_id, seq, type, amount, balance_after, description,
      reference, key, hold_id, lot_numbers, lot_amounts, metadata, hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    """)

  static let insertUsage = Statement(
    "billing.usage.insert",
    """
    INSERT INTO credit_usage_logs (account_id, entry_seq, hold_id, operation_type, credits_used,
      shortfall, cost_usd, model_used, tokens_input, tokens_output, related_object_type,
      related_object_id, site_id, user_id, metadata, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7::double precision, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    RETURNING id
    """)

  static let updateAccount = Statement(
    "billing.account.update",
    """
    UPDATE credit_accounts SET balance = $2, reserved = $3, seq = $4, head = $5, lot_count = $6,
      low_level = $7, refusal_told = $8
    WHERE account_id = $1
    """)

  static let renewSubscription = Statement(
    "billing.subscription.renew",
    """
    UPDATE subscriptions SET current_period_start = $2, current_period_end = $3
    WHERE account_id = $1
    """)

  static let insertAccount = Statement(
    "billing.account.insert",
    """
    INSERT INTO credit_accounts (account_id, head, created_at) VALUES ($1, $2, $3)
    ON CONFLICT ON CONSTRAINT credit_accounts_pkey DO NOTHING
    """)

  static let insertSubscription = Statement(
    "billing.subscription.insert",
    """
    INSERT INTO subscriptions (account_id, plan_id, current_period_start, current_period_end,
      created_at, pending_plan_id)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  /// The prices of several operations.
  static let prices = Statement(
    "billing.price.find",
    """
    SELECT operation, credits, unit, unit_size FROM credit_cost_configs
    WHERE operation = ANY ($1) AND is_active
    """)

  /// Accounts for which time has brought something that is not booked yet. $1 now, $2 most.
  static let due = Statement(
    "billing.ledger.due",
    """
    (SELECT account_id FROM credit_holds WHERE state = 'open' AND expires_at <= $1
      ORDER BY expires_at LIMIT $2)
    UNION
    (SELECT account_id FROM credit_lots
      WHERE is_live AND free > 0 AND expires_at IS NOT NULL AND expires_at <= $1
      ORDER BY expires_at LIMIT $2)
    UNION
    (SELECT account_id FROM subscriptions
      WHERE status = 'active' AND NOT is_paused AND current_period_end <= $1
      ORDER BY current_period_end LIMIT $2)
    UNION
    (SELECT account_id FROM subscriptions
      WHERE pending_due_at IS NOT NULL AND pending_due_at <= $1
      ORDER BY pending_due_at LIMIT $2)
    """)

  /// When time brings something next; null for never.
  static let nextDue = Statement(
    "billing.ledger.next_due",
    """
    SELECT least(
      (SELECT min(expires_at) FROM credit_holds WHERE state = 'open'),
      (SELECT min(expires_at) FROM credit_lots
        WHERE is_live AND free > 0 AND expires_at IS NOT NULL),
      (SELECT min(current_period_end) FROM subscriptions
        WHERE status = 'active' AND NOT is_paused),
      (SELECT min(pending_due_at) FROM subscriptions WHERE pending_due_at IS NOT NULL))
    """)

  static let all = [
    lock, load, lots, holdsByKey, holdsByID, hold, insertHold, updateHold, insertLot, updateLot,
    insertEntry, insertUsage, updateAccount, renewSubscription, insertAccount,
    insertSubscription, prices, due, nextDue,
  ]
}

import Postgres

/// Statements that read entries and usage logs.
enum HistoryQueries {
  static let entryColumns = """
    t.id, t.seq, t.type, t.amount, t.balance_after, t.description, t.reference, t.key, t.hold_id,
      t.lot_numbers, t.lot_amounts, t.metadata, t.hash, t.created_at, t.account_id
    """

  /// $1 account, $2 type or null, $3 from, $4 before (null: open), $5 search pattern.
  private static let entryFilter = """
    t.account_id = $1 AND ($2::text IS NULL OR t.type = $2)
      AND ($3::timestamptz IS NULL OR t.created_at >= $3)
      AND ($4::timestamptz IS NULL OR t.created_at < $4)
      AND ($5::text IS NULL OR t.description ILIKE $5 OR t.reference ILIKE $5)
    """

  static let countEntries = Statement(
    "billing.entry.count", "SELECT count(*) FROM credit_transactions t WHERE \(entryFilter)")

  /// The orders that a client may ask for, each a statement of its own. $6 most, $7 left out.
  static let entryOrders = orders(
    [
      "created_at": "t.seq", "id": "t.seq", "amount": "t.amount",
      "balance_after": "t.balance_after",
    ],
    tie: "t.seq"
  ) { name, order in
    Statement(
      "billing.entry.list_by_\(name)",
      """
      SELECT \(entryColumns) FROM credit_transactions t WHERE \(entryFilter)
      ORDER BY \(order) LIMIT $6 OFFSET $7
      """)
  }

  static let entry = Statement(
    "billing.entry.get",
    "SELECT \(entryColumns) FROM credit_transactions t WHERE t.account_id = $1 AND t.id = $2")

  static let entryBySeq = Statement(
    "billing.entry.by_seq",
    "SELECT \(entryColumns) FROM credit_transactions t WHERE t.account_id = $1 AND t.seq = $2")

  static let entryByKey = Statement(
    "billing.entry.by_key",
    "SELECT \(entryColumns) FROM credit_transactions t WHERE t.account_id = $1 AND t.key = $2")

  /// Entries after $2, in order. $3 most.
  static let chain = Statement(
    "billing.entry.chain",
    """
    SELECT \(entryColumns) FROM credit_transactions t
    WHERE t.account_id = $1 AND t.seq > $2 AND t.seq <= $3 ORDER BY t.seq LIMIT $4
    """)

  static let lots = Statement(
    "billing.lot.find",
    """
    SELECT number, kind, granted, free, held, created_at, expires_at
    FROM credit_lots WHERE account_id = $1 AND number = ANY ($2)
    """)

  private static let usageColumns = """
    u.id, u.operation_type, u.credits_used, u.shortfall, u.cost_usd, u.model_used,
      u.tokens_input, u.tokens_output, u.related_object_type, u.related_object_id, u.metadata,
      u.created_at, t.id AS transaction_id, u.hold_id, u.site_id, u.user_id
    """

  /// $1 account, $2 operation or null, $3 from, $4 before, $5 search pattern, $6 site or null.
  private static let usageFilter = """
    u.account_id = $1 AND ($2::text IS NULL OR u.operation_type = $2)
      AND ($3::timestamptz IS NULL OR u.created_at >= $3)
      AND ($4::timestamptz IS NULL OR u.created_at < $4)
      AND ($5::text IS NULL OR u.operation_type ILIKE $5 OR u.model_used ILIKE $5
        OR u.related_object_type ILIKE $5)
      AND ($6::bigint IS NULL OR u.site_id = $6)
    """

  static let countUsage = Statement(
    "billing.usage.count", "SELECT count(*) FROM credit_usage_logs u WHERE \(usageFilter)")

  /// The orders that a client may ask for. $7 most, $8 left out.
  static let usageOrders = orders(
    [
      "created_at": "u.id", "id": "u.id", "credits_used": "u.credits_used",
      "cost_usd": "u.cost_usd", "operation_type": "u.operation_type",
    ], tie: "u.id"
  ) { name, order in
    Statement(
      "billing.usage.list_by_\(name)",
      """
      SELECT \(usageColumns) FROM credit_usage_logs u
      JOIN credit_transactions t ON t.account_id = u.account_id AND t.seq = u.entry_seq
      WHERE \(usageFilter) ORDER BY \(order) LIMIT $7 OFFSET $8
      """)
  }

  static let usageOfEntry = Statement(
    "billing.usage.of_entry",
    """
    SELECT \(usageColumns) FROM credit_usage_logs u
    JOIN credit_transactions t ON t.account_id = u.account_id AND t.seq = u.entry_seq
    WHERE u.account_id = $1 AND u.entry_seq = $2
    """)

  static let usageByKey = Statement(
    "billing.usage.by_key",
    """
    SELECT u.id FROM credit_usage_logs u
    JOIN credit_transactions t ON t.account_id = u.account_id AND t.seq = u.entry_seq
    WHERE t.account_id = $1 AND t.key = $2
    """)

  /// $1 account, $2 from, $3 before.
  static let totals = Statement(
    "billing.usage.totals",
    """
    SELECT coalesce(sum(credits_used), 0)::bigint, coalesce(sum(cost_usd), 0)
    FROM credit_usage_logs WHERE account_id = $1 AND created_at >= $2 AND created_at < $3
    """)

  /// The time's usage as a whole and by day, operation, model and site, costliest first. $4 site or
  /// null for all.
  static let analytics = Statement(
    "billing.usage.analytics",
    """
    SELECT CASE GROUPING(day, operation_type, model_used, site_id)
        WHEN 7 THEN 'day' WHEN 11 THEN 'operation' WHEN 13 THEN 'model' WHEN 14 THEN 'site'
        ELSE 'all' END AS cut,
      coalesce(day, operation_type, model_used, '') AS name, site_id,
      coalesce(sum(credits_used), 0)::bigint AS credits,
      coalesce(sum(cost_usd), 0)::float8 AS cost, count(*) AS number
    FROM (
      SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, operation_type,
        model_used, site_id, credits_used, cost_usd
      FROM credit_usage_logs
      WHERE account_id = $1 AND created_at >= $2 AND created_at < $3
        AND ($4::bigint IS NULL OR site_id = $4)) AS used
    GROUP BY GROUPING SETS ((), (day), (operation_type), (model_used), (site_id))
    ORDER BY credits DESC, name, site_id
    """)

  /// What holds promised that were placed in the time.
  static let authorized = Statement(
    "billing.usage.authorized",
    """
    SELECT coalesce(sum(credits), 0)::bigint FROM credit_holds
    WHERE account_id = $1 AND created_at >= $2 AND created_at < $3
    """)

  static let byOperation = totals(of: "operation_type", named: "billing.usage.by_operation")
  static let byModel = totals(of: "model_used", named: "billing.usage.by_model")

  private static func totals(of column: String, named name: String) -> Statement {
    Statement(
      name,
      """
      SELECT coalesce(jsonb_object_agg(name, jsonb_build_object(
        'credits', credits, 'cost', cost, 'count', number)), '{}')
      FROM (
        SELECT \(column) AS name, sum(credits_used) AS credits, sum(cost_usd) AS cost,
          count(*) AS number
        FROM credit_usage_logs WHERE account_id = $1 AND created_at >= $2 AND created_at < $3
        GROUP BY \(column)) AS totals
      """)
  }

  /// One statement for each way to order by each name: "amount" and "-amount".
  private static func orders(
    _ columns: [String: String], tie: String, _ make: (String, String) -> Statement
  ) -> [String: Statement] {
    var statements: [String: Statement] = [:]
    for (name, column) in columns {
      statements[name] = make(name, "\(column), \(tie)")
      statements["-" + name] = make(name + "_down", "\(column) DESC, \(tie) DESC")
    }
    return statements
  }

  static let all =
    [
      countEntries, entry, entryBySeq, entryByKey, chain, lots, countUsage, usageOfEntry,
      usageByKey, totals, authorized, byOperation, byModel, analytics,
    ] + entryOrders.values + usageOrders.values
}

import Postgres

/// Statements on payments.
enum PaymentQueries {
  static let columns = """
    t.id, t.account_id, t.invoice_id, t.status, t.method, t.amount, t.currency, t.refunded,
      t.description, t.package_id, t.credits, t.lot_number, t.intent_id, t.charge_id,
      t.manual_reference, t.manual_notes, t.proof_text, t.proof_url, t.approved_by, t.approved_at,
      t.admin_notes, t.failure_reason, t.processed_at, t.created_at, t.updated_at, t.user_id
    """

  /// $1 account, $2 invoice, $3 method, $4 amount, $5 currency, $6 description, $7 package,
  /// $8 credits, $9 who, $10 now, $11 when to look how it stands at its provider.
  static let insert = Statement(
    "billing.payment.insert",
    """
    INSERT INTO payments AS t (account_id, invoice_id, status, method, amount, currency,
      description, package_id, credits, user_id, created_at, updated_at, check_at)
    VALUES ($1, $2, 'processing', $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)
    RETURNING \(columns)
    """)

  /// What may change of a payment. $1 account, $2 payment.
  static let update = Statement(
    "billing.payment.update",
    """
    UPDATE payments SET status = $3, refunded = $4, lot_number = $5,
      intent_id = $6, charge_id = $7, manual_reference = $8, manual_notes = $9, proof_text = $10,
      proof_url = $11, approved_by = $12, approved_at = $13, admin_notes = $14,
      failure_reason = $15, processed_at = $16, updated_at = $17
    WHERE account_id = $1 AND id = $2
    """)

  static let get = Statement(
    "billing.payment.get",
    "SELECT \(columns) FROM payments t WHERE t.account_id = $1 AND t.id = $2")

  /// Read under the account's lock.
  static let lock = Statement(
    "billing.payment.lock",
    "SELECT \(columns) FROM payments t WHERE t.account_id = $1 AND t.id = $2 FOR UPDATE")

  /// The payment that an invoice waits for, else the latest one. $1 account, $2 invoice.
  static let latestOf = Statement(
    "billing.payment.latest_of_invoice",
    """
    SELECT \(columns) FROM payments t WHERE t.account_id = $1 AND t.invoice_id = $2
    ORDER BY t.status IN ('processing', 'pending_approval') DESC, t.id DESC LIMIT 1
    """)

  /// Whose a payment is, for staff.
  static let owner = Statement(
    "billing.payment.owner", "SELECT account_id FROM payments WHERE id = $1")

  /// $1 account, $2 status or null, $3 method or null, $4 search pattern, $5 invoice or null.
  private static let filter = """
    t.account_id = $1 AND ($2::text IS NULL OR t.status = $2)
      AND ($3::text IS NULL OR t.method = $3)
      AND ($4::text IS NULL OR t.description ILIKE $4 OR t.manual_reference ILIKE $4)
      AND ($5::bigint IS NULL OR t.invoice_id = $5)
    """

  static let count = Statement(
    "billing.payment.count", "SELECT count(*) FROM payments t WHERE \(filter)")

  /// $6 most, $7 left out.
  static let lists = orders("billing.payment.list", filter, first: 6)

  /// $1 account or null, $2 status or null, $3 method or null, $4 search pattern.
  private static let staffFilter = """
    ($1::bigint IS NULL OR t.account_id = $1) AND ($2::text IS NULL OR t.status = $2)
      AND ($3::text IS NULL OR t.method = $3)
      AND ($4::text IS NULL OR t.description ILIKE $4 OR t.manual_reference ILIKE $4
        OR t.intent_id ILIKE $4)
    """

  static let countAll = Statement(
    "billing.payment.count_all", "SELECT count(*) FROM payments t WHERE \(staffFilter)")

  /// $5 most, $6 left out.
  static let listsOfAll = orders("billing.payment.list_all", staffFilter, first: 5)

  private static func orders(
    _ name: String, _ filter: String, first: Int
  ) -> [String: Statement] {
    var statements: [String: Statement] = [:]
    for (order, column) in ["id": "t.id", "created_at": "t.id", "amount": "t.amount"] {
      for (sign, word, suffix) in [("", "", ""), ("-", " DESC", "_down")] {
        statements[sign + order] = Statement(
          "\(name)_by_\(order)\(suffix)",
          """
          SELECT \(columns) FROM payments t WHERE \(filter)
          ORDER BY \(column)\(word), t.id\(word) LIMIT $\(first) OFFSET $\(first + 1)
          """)
      }
    }
    return statements
  }

  // MARK: At providers

  /// $1 account, $2 payment, $3 the provider's number, $4 when to look how it stands, $5 now.
  static let remember = Statement(
    "billing.payment.remember",
    """
    UPDATE payments SET intent_id = coalesce(intent_id, $3), check_at = $4, updated_at = $5
    WHERE account_id = $1 AND id = $2
    """)

  /// $1 the provider's number, $2 method.
  static let byIntent = Statement(
    "billing.payment.by_intent",
    "SELECT \(columns) FROM payments t WHERE t.intent_id = $1 AND t.method = $2")

  /// $1 the provider's number of the charge, $2 method.
  static let byCharge = Statement(
    "billing.payment.by_charge",
    "SELECT \(columns) FROM payments t WHERE t.charge_id = $1 AND t.method = $2")

  /// Payments that nobody looked at for a while; taken for a growing time by whoever looks.
  /// $1 now, $2 most.
  static let claimChecks = Statement(
    "billing.payment.claim_checks",
    """
    UPDATE payments AS t SET checks = t.checks + 1,
      check_at = $1::timestamptz + least(t.checks + 1, 12) * interval '10 minutes'
    FROM (SELECT account_id, id FROM payments
      WHERE status = 'processing' AND check_at IS NOT NULL AND check_at <= $1
      ORDER BY check_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
    WHERE t.account_id = due.account_id AND t.id = due.id RETURNING \(columns)
    """)

  /// $1 provider, $2 event.
  static let knowsEvent = Statement(
    "billing.provider_event.find",
    "SELECT outcome FROM provider_events WHERE provider = $1 AND event_id = $2")

  /// $1 provider, $2 event, $3 type, $4 payment or null, $5 what became of it, $6 now.
  static let insertEvent = Statement(
    "billing.provider_event.insert",
    """
    INSERT INTO provider_events (provider, event_id, type, payment_id, outcome, received_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (provider, event_id) DO NOTHING
    """)

  static let all =
    [
      remember, byIntent, byCharge, claimChecks, knowsEvent, insertEvent,
      insert, update, get, lock, latestOf, owner, count, countAll,
    ] + lists.values + listsOfAll.values
}

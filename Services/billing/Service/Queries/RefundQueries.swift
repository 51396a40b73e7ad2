import Postgres

/// Statements on refunds.
enum RefundQueries {
  private static let columns = """
    t.id, t.account_id, t.payment_id, t.amount, t.currency, t.status, t.reason, t.credits,
      t.credits_taken, t.provider_refund, t.failure_reason, t.user_id, t.created_at, t.processed_at
    """

  /// $1 account, $2 payment, $3 amount, $4 currency, $5 reason, $6 credits, $7 who, $8 now,
  /// $9 when to look how it stands, $10 the provider's number or null.
  static let insert = Statement(
    "billing.refund.insert",
    """
    INSERT INTO refunds AS t (account_id, payment_id, amount, currency, reason, credits, user_id,
      created_at, updated_at, check_at, provider_refund)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10) RETURNING \(columns)
    """)

  /// $1 account, $2 refund, $3 state, $4 credits taken, $5 the provider's number, $6 why it failed,
  /// $7 when it was done, $8 now.
  static let update = Statement(
    "billing.refund.update",
    """
    UPDATE refunds SET status = $3, credits_taken = $4,
      provider_refund = coalesce(provider_refund, $5), failure_reason = $6, processed_at = $7,
      updated_at = $8
    WHERE account_id = $1 AND id = $2
    """)

  static let get = Statement(
    "billing.refund.get",
    "SELECT \(columns) FROM refunds t WHERE t.account_id = $1 AND t.id = $2")

  /// Read under the account's lock, with its payment's number in front.
  static let lock = Statement(
    "billing.refund.lock",
    "SELECT \(columns) FROM refunds t WHERE t.account_id = $1 AND t.id = $2 FOR UPDATE")

  /// $1 account, $2 the provider's number.
  static let byProvider = Statement(
    "billing.refund.by_provider",
    "SELECT \(columns) FROM refunds t WHERE t.account_id = $1 AND t.provider_refund = $2")

  /// $1 account, $2 payment.
  static let ofPayment = Statement(
    "billing.refund.of_payment",
    "SELECT \(columns) FROM refunds t WHERE t.account_id = $1 AND t.payment_id = $2 ORDER BY t.id")

  /// $1 account, $2 refund, $3 the provider's number.
  static let remember = Statement(
    "billing.refund.remember",
    """
    UPDATE refunds SET provider_refund = coalesce(provider_refund, $3)
    WHERE account_id = $1 AND id = $2
    """)

  /// $1 now, $2 most, $3 when to look again.
  static let claimChecks = Statement(
    "billing.refund.claim_checks",
    """
    UPDATE refunds AS t SET check_at = $3
    FROM (SELECT account_id, id FROM refunds
      WHERE status = 'processing' AND check_at IS NOT NULL AND check_at <= $1
      ORDER BY check_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
    WHERE t.account_id = due.account_id AND t.id = due.id RETURNING \(columns)
    """)

  static let all = [
    insert, update, get, lock, byProvider, ofPayment, remember, claimChecks,
  ]
}

import Postgres

/// Statements on terms whose money is asked of a card.
enum RenewalQueries {
  /// Goes along with the invoice of a term. $1 account, $2 invoice, $3 now.
  static let plan = Statement(
    "billing.renewal.plan",
    """
    INSERT INTO renewal_charges (account_id, invoice_id, due_at, created_at)
    VALUES ($1, $2, $3, $3) ON CONFLICT (account_id, invoice_id) DO NOTHING
    """)

  /// What is due, taken for a while by whoever looks; of a paused subscription nothing is.
  /// $1 now, $2 most, $3 until when.
  static let claim = Statement(
    "billing.renewal.claim",
    """
    UPDATE renewal_charges AS c SET due_at = $3
    FROM (SELECT account_id, invoice_id FROM renewal_charges r
      WHERE due_at IS NOT NULL AND due_at <= $1 AND NOT EXISTS (
        SELECT 1 FROM subscriptions s WHERE s.account_id = r.account_id AND s.is_paused)
      ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
    WHERE c.account_id = due.account_id AND c.invoice_id = due.invoice_id
    RETURNING c.account_id, c.invoice_id
    """)

  /// Read under the account's lock. $1 account, $2 invoice.
  static let lock = Statement(
    "billing.renewal.lock",
    """
    SELECT tries FROM renewal_charges
    WHERE account_id = $1 AND invoice_id = $2 AND due_at IS NOT NULL FOR UPDATE
    """)

  /// $1 account, $2 invoice, $3 tries, $4 when next, $5 payment, $6 customer, $7 card, $8 why not.
  static let tried = Statement(
    "billing.renewal.tried",
    """
    UPDATE renewal_charges SET tries = $3, due_at = $4, payment_id = coalesce($5, payment_id),
      card_customer = coalesce($6, card_customer), card_method = coalesce($7, card_method),
      problem = $8
    WHERE account_id = $1 AND invoice_id = $2
    """)

  /// A card that is new, or the default now, is tried at once. $1 account, $2 now.
  static let hurry = Statement(
    "billing.renewal.hurry",
    """
    UPDATE renewal_charges c SET due_at = $2
    FROM invoices i
    WHERE c.account_id = $1 AND (c.due_at IS NULL OR c.due_at > $2)
      AND i.account_id = c.account_id AND i.id = c.invoice_id AND i.status = 'sent'
    """)

  /// A term whose card said no is owed from then on. $1 account, $2 payment, $3 now.
  static let owe = Statement(
    "billing.renewal.owe",
    """
    UPDATE subscriptions s SET owed_since = $3
    FROM renewal_charges c
    WHERE s.account_id = $1 AND c.account_id = $1 AND c.payment_id = $2
      AND s.term_invoice_id = c.invoice_id AND s.owed_since > $3
    """)

  /// The card that a payment charges with nobody there to agree. $1 account, $2 payment.
  static let cardOf = Statement(
    "billing.payment.card_of",
    """
    SELECT card_customer, card_method FROM top_ups
    WHERE account_id = $1 AND payment_id = $2 AND card_method IS NOT NULL
    UNION ALL
    SELECT card_customer, card_method FROM renewal_charges
    WHERE account_id = $1 AND payment_id = $2 AND card_method IS NOT NULL
    """)

  static let all = [plan, claim, lock, tried, hurry, owe, cardOf]
}

import Postgres

/// Statements on `idempotency_keys`.
enum IdempotencyQueries {
  static let all = [
    take, find, store, clean,
  ]

  /// Takes the key for this transaction. Waits for a transaction that took it and is still open.
  static let take = Statement(
    "events.idempotency.take",
    """
    INSERT INTO idempotency_keys (account_id, method, key, request_hash) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id, method, key) DO NOTHING
    """)

  /// What the key holds; locked, so that only one transaction goes on with a key without an answer.
  static let find = Statement(
    "events.idempotency.find",
    """
    SELECT request_hash, answer FROM idempotency_keys
    WHERE account_id = $1 AND method = $2 AND key = $3 FOR UPDATE
    """)

  static let store = Statement(
    "events.idempotency.store",
    """
    INSERT INTO idempotency_keys (account_id, method, key, request_hash, answer)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account_id, method, key) DO UPDATE SET answer = excluded.answer
    """)

  /// Deletes some of the keys that were taken before $1. $2 most rows.
  static let clean = Statement(
    "events.idempotency.clean",
    """
    DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
    """)
}

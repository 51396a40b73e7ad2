import Postgres

/// Statements on `consumed_events`.
enum ConsumedQueries {
  static let all = [
    record, refuse, clean,
  ]

  /// Records that a consumer handles an event now; no row when it did before.
  static let record = Statement(
    "events.consumed.record",
    """
    INSERT INTO consumed_events (account_id, consumer, event_id) VALUES ($1, $2, $3)
    ON CONFLICT ON CONSTRAINT consumed_events_pkey DO NOTHING
    """)

  /// Records that a consumer will not handle an event, with the event, so that it can be looked
  /// into.
  static let refuse = Statement(
    "events.consumed.refuse",
    """
    INSERT INTO consumed_events (account_id, consumer, event_id, refused, event)
    VALUES ($1, $2, $3, $4,
      jsonb_build_object('kind', $5::text, 'key', $6::text, 'payload', $7::jsonb))
    ON CONFLICT ON CONSTRAINT consumed_events_pkey DO NOTHING
    """)

  /// Deletes some of the records from before $1. $2 most rows.
  static let clean = Statement(
    "events.consumed.clean",
    """
    DELETE FROM consumed_events WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM consumed_events WHERE consumed_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
    """)
}

import Postgres

/// Statements on `outbox`.
enum OutboxQueries {
  static let all = [
    add, claim, done, postpone, park, parked, unpark, resend, nextGeneration, backlog, clean,
  ]

  /// Takes the time when it is written, not when its transaction began: of two facts about one
  /// thing, each written under the thing's lock, the later has the later time.
  static let add = Statement(
    "events.outbox.add",
    """
    INSERT INTO outbox (account_id, route, kind, key, payload, created_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp())
    ON CONFLICT (account_id, kind, key) WHERE key IS NOT NULL DO NOTHING
    """)

  /// Leases due messages of one route, the longest waiting first; several relays share the work.
  /// The rows are changed by their place, so that no plan reads what was delivered long ago.
  /// $1 now, $2 end of the lease, $3 route, $4 most messages, $5 kinds (null: any).
  static let claim = Statement(
    "events.outbox.claim",
    """
    WITH due AS (
      SELECT ctid FROM outbox
      WHERE done_at IS NULL AND parked_at IS NULL AND route = $3 AND next_at <= $1
        AND ($5::text[] IS NULL OR kind = ANY ($5))
      ORDER BY next_at, id LIMIT $4
      FOR UPDATE SKIP LOCKED)
    UPDATE outbox AS o SET next_at = $2, attempts = o.attempts + 1
    FROM due WHERE o.ctid = due.ctid
    RETURNING o.account_id, o.id, o.kind, o.key, o.payload, o.created_at, o.attempts
    """)

  /// Marks messages delivered, unless a later delivery has begun.
  /// $1 now, $2 generation of the stream (null for calls), $3… accounts, ids, attempts.
  static let done = Statement(
    "events.outbox.done",
    """
    UPDATE outbox AS o SET done_at = $1, generation = $2, error = NULL
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS d (account_id, id, attempts)
    WHERE o.account_id = d.account_id AND o.id = d.id AND o.attempts = d.attempts
      AND o.done_at IS NULL
    """)

  /// Puts messages back for a later try. $1 when, $2 error, $3… accounts, ids, attempts.
  static let postpone = Statement(
    "events.outbox.postpone",
    """
    UPDATE outbox AS o SET next_at = $1, error = $2
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS d (account_id, id, attempts)
    WHERE o.account_id = d.account_id AND o.id = d.id AND o.attempts = d.attempts
      AND o.done_at IS NULL
    """)

  /// Sets a refused message aside, where it stays to be seen.
  /// $1 now, $2 error, $3 account, $4 id, $5 attempt.
  static let park = Statement(
    "events.outbox.park",
    """
    UPDATE outbox SET parked_at = $1, error = $2
    WHERE account_id = $3 AND id = $4 AND attempts = $5 AND done_at IS NULL
    """)

  static let parked = Statement(
    "events.outbox.parked",
    """
    SELECT account_id, id, route, kind, key, payload, created_at, attempts, error
    FROM outbox WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT $1
    """)

  /// Gives a parked message another chance. $1 now, $2 account, $3 id.
  static let unpark = Statement(
    "events.outbox.unpark",
    """
    UPDATE outbox SET parked_at = NULL, next_at = $1
    WHERE account_id = $2 AND id = $3 AND parked_at IS NOT NULL
    """)

  /// Sends again what went to an earlier filling of the stream. $1 now, $2 generation, $3 most
  /// rows.
  static let resend = Statement(
    "events.outbox.resend",
    """
    UPDATE outbox SET done_at = NULL, next_at = $1
    WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM outbox
      WHERE route = 'event' AND done_at IS NOT NULL AND generation < $2
      ORDER BY generation LIMIT $3 FOR UPDATE SKIP LOCKED))
    """)

  static let nextGeneration = Statement(
    "events.outbox.next_generation", "SELECT nextval('outbox_generation')")

  /// How much waits, for the metrics.
  static let backlog = Statement(
    "events.outbox.backlog",
    """
    SELECT route, count(*) FROM outbox
    WHERE done_at IS NULL AND parked_at IS NULL GROUP BY route
    """)

  /// Deletes some of the messages that were delivered before $1. $2 most rows.
  static let clean = Statement(
    "events.outbox.clean",
    """
    DELETE FROM outbox WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM outbox WHERE done_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
    """)
}

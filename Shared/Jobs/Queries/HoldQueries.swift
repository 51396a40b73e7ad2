import Postgres

/// Statements of the runner that holds jobs. Each is refused (changes no row) once the token is not
/// the latest, the job does not run any more, or it is another runner's: a claim that Postgres
/// forgot in a crash may have been made again, by somebody else under the same token.
///
/// All but `lock` and `settle` move the end of the lease, by which observers see that the holder
/// lives.
enum HoldQueries {
  static let all = [
    heartbeat, lock, settle, progress, checkpoint, fence,
  ]

  /// Extends leases and writes progress down. $1 end of the lease, $2 owner; then arrays: accounts,
  /// ids, tokens, phases, percentages, messages, current, total. Rows: the jobs still held. A row
  /// that somebody has locked, a transaction of the job's own perhaps, is passed over: one job does
  /// not keep the others from being heard of.
  static let heartbeat = Statement(
    "jobs.hold.heartbeat",
    """
    WITH mine AS (
      SELECT job.*, h.phase, h.percentage, h.message, h.current, h.total
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
        $9::bigint[], $10::bigint[])
        AS h (account_id, same, token, phase, percentage, message, current, total)
      CROSS JOIN LATERAL (
        SELECT j.ctid AS place, j.id, h.same FROM jobs AS j
        WHERE j.account_id = h.account_id AND j.id = h.same AND j.token = h.token
          AND j.state = 'running' AND j.lease_owner = $2
        FOR NO KEY UPDATE SKIP LOCKED) AS job),
    extended AS (
      UPDATE jobs AS j SET lease_until = $1, phase = h.phase,
        percentage = greatest(j.percentage, h.percentage), message = h.message,
        current = h.current, total = h.total
      FROM mine AS h WHERE j.ctid = h.place AND h.same = h.id)
    SELECT job.*
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS h (account_id, id, token)
    CROSS JOIN LATERAL (
      SELECT j.account_id, j.id, j.token, j.cancel_requested FROM jobs AS j
      WHERE j.account_id = h.account_id AND j.id = h.id AND j.token = h.token
        AND j.state = 'running' AND j.lease_owner = $2
      LIMIT 1) AS job
    """)

  /// Locks jobs that are to end, in the order given: of accounts and ids. $1 owner; then arrays:
  /// accounts, ids, tokens. One row: how many are still held.
  static let lock = Statement(
    "jobs.hold.lock",
    """
    SELECT count(*) FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
      AS e (account_id, id, token)
    CROSS JOIN LATERAL (
      SELECT j.id FROM jobs AS j
      WHERE j.account_id = e.account_id AND j.id = e.id AND j.token = e.token
        AND j.state = 'running' AND j.lease_owner = $1
      FOR UPDATE) AS locked
    """)

  /// Ends tries, behind `lock` in a transaction: a row that somebody changed whom the lock waited
  /// for is at a new place, which only a later statement sees. $1 now, $2 owner; then arrays:
  /// accounts, ids, tokens, states, failures, due when (microseconds, 0 for none), results, errors,
  /// codes (empty for none). Rows: the jobs that were still held.
  ///
  /// Reached by place, as in `ClaimQueries.claim`: with the key alone, a table that was thought
  /// empty is read as a whole, once a call.
  static let settle = Statement(
    "jobs.hold.settle",
    """
    WITH ended AS MATERIALIZED (
      SELECT j.place, j.id, e.id AS same, e.failures, e.result, e.error, e.code,
        CASE WHEN j.cancel_requested AND e.state <> 'succeeded' THEN 'cancelled'
          WHEN e.state = 'waiting' AND j.wake_requested THEN 'queued' ELSE e.state END AS state,
        CASE WHEN e.state = 'waiting' AND j.wake_requested THEN $1::timestamptz
          WHEN e.due <> 0 THEN 'epoch'::timestamptz + e.due * interval '1 microsecond'
          END AS due
      FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[],
        $8::bigint[], $9::text[], $10::text[], $11::text[])
        AS e (account_id, id, token, state, failures, due, result, error, code)
      CROSS JOIN LATERAL (
        SELECT j.ctid AS place, j.id, j.cancel_requested, j.wake_requested
        FROM jobs AS j
        WHERE j.account_id = e.account_id AND j.id = e.id AND j.token = e.token
          AND j.state = 'running' AND j.lease_owner = $2
        LIMIT 1) AS j),
    settled AS (
      UPDATE jobs AS j SET state = e.state, failures = e.failures,
        run_at = CASE WHEN e.state IN ('queued', 'waiting') THEN e.due END,
        is_due = e.state = 'queued' AND e.due <= $1,
        result = CASE WHEN e.result = '' THEN j.result ELSE e.result::jsonb END,
        error = CASE WHEN e.error = '' THEN j.error ELSE e.error END,
        error_code = CASE WHEN e.error = '' THEN j.error_code ELSE e.code END,
        phase = CASE WHEN e.state = 'succeeded' THEN 'DONE' ELSE j.phase END,
        percentage = CASE WHEN e.state = 'succeeded' THEN 100 ELSE j.percentage END,
        lease_owner = NULL, lease_until = NULL,
        finished_at = CASE WHEN e.state IN ('queued', 'waiting') THEN NULL ELSE $1 END
      FROM ended AS e
      WHERE j.ctid = e.place AND e.same = e.id
      RETURNING j.account_id, j.id, j.state, j.failures, e.error AS detail),
    noted AS (
      INSERT INTO job_events (account_id, job_id, at, kind, attempt, detail)
      SELECT account_id, id, $1, CASE state WHEN 'queued' THEN 'retried' ELSE state END,
        greatest(1, failures), detail
      FROM settled
      WHERE state IN ('failed', 'cancelled') OR state = 'queued' AND detail <> '')
    SELECT account_id, id, state FROM settled
    """)

  private static let moved = "lease_until = lease_until + interval '1 microsecond'"

  /// Writes progress down. $1 account, $2 id, $3 token, $4 owner, $5… phase, percentage, message,
  /// current, total, items.
  static let progress = Statement(
    "jobs.hold.progress",
    """
    UPDATE jobs SET phase = $5, percentage = greatest(percentage, $6), message = $7, current = $8,
      total = $9, items = COALESCE($10::jsonb, items), \(moved)
    WHERE account_id = $1 AND id = $2 AND token = $3 AND lease_owner = $4 AND state = 'running'
    """)

  /// Saves a checkpoint. $1 account, $2 id, $3 token, $4 owner, $5 JSON.
  static let checkpoint = Statement(
    "jobs.hold.checkpoint",
    """
    UPDATE jobs SET checkpoint = $5, takeovers = 0, \(moved)
    WHERE account_id = $1 AND id = $2 AND token = $3 AND lease_owner = $4 AND state = 'running'
    """)

  /// Keeps the job from being taken over until the transaction ends. $1 account, $2 id, $3 token,
  /// $4 owner.
  static let fence = Statement(
    "jobs.hold.fence",
    """
    UPDATE jobs SET \(moved)
    WHERE account_id = $1 AND id = $2 AND token = $3 AND lease_owner = $4 AND state = 'running'
    """)
}

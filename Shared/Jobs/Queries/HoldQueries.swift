import Postgres

/// Statements of the runner that holds jobs. Each is refused (changes no row) once the token is not
/// the latest or the job does not run any more.
enum HoldQueries {
  static let all = [
    heartbeat, settle, progress, checkpoint, fence,
  ]

  /// Extends leases and writes progress down. $1 end of the lease; then arrays: accounts, ids,
  /// tokens, phases, percentages, messages, current, total. Rows: the jobs still held.
  static let heartbeat = Statement(
    "jobs.hold.heartbeat",
    """
    UPDATE jobs AS j SET lease_until = $1, phase = h.phase,
      percentage = greatest(j.percentage, h.percentage), message = h.message,
      current = h.current, total = h.total
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
      $8::bigint[], $9::bigint[])
      AS h (account_id, id, token, phase, percentage, message, current, total)
    WHERE j.account_id = h.account_id AND j.id = h.id AND j.token = h.token
      AND j.state = 'running'
    RETURNING j.account_id, j.id, j.cancel_requested
    """)

  /// Ends tries. $1 now; then arrays: accounts, ids, tokens, states, failures, due when
  /// (microseconds, 0 for none), results, errors, codes (empty for none). Rows: the jobs that were
  /// still held. They are locked first and then updated at their place, whatever the statistics
  /// say.
  static let settle = Statement(
    "jobs.hold.settle",
    """
    WITH ended AS (
      SELECT j.ctid AS place, e.failures, e.result, e.error, e.code,
        CASE WHEN j.cancel_requested AND e.state <> 'succeeded' THEN 'cancelled'
          WHEN e.state = 'waiting' AND j.wake_requested THEN 'queued' ELSE e.state END AS state,
        CASE WHEN e.state = 'waiting' AND j.wake_requested THEN $1::timestamptz
          WHEN e.due <> 0 THEN 'epoch'::timestamptz + e.due * interval '1 microsecond'
          END AS due
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
        $7::bigint[], $8::text[], $9::text[], $10::text[])
        AS e (account_id, id, token, state, failures, due, result, error, code)
      JOIN jobs AS j ON j.account_id = e.account_id AND j.id = e.id AND j.token = e.token
        AND j.state = 'running'
      FOR UPDATE OF j),
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
      WHERE j.ctid = e.place
      RETURNING j.account_id, j.id, j.state, j.failures, e.error AS detail),
    noted AS (
      INSERT INTO job_events (account_id, job_id, at, kind, attempt, detail)
      SELECT account_id, id, $1, CASE state WHEN 'queued' THEN 'retried' ELSE state END,
        greatest(1, failures), detail
      FROM settled
      WHERE state IN ('failed', 'cancelled') OR state = 'queued' AND detail <> '')
    SELECT account_id, id, state FROM settled
    """)

  /// Writes progress down. $1 account, $2 id, $3 token, $4… phase, percentage, message, current,
  /// total, items.
  static let progress = Statement(
    "jobs.hold.progress",
    """
    UPDATE jobs SET phase = $4, percentage = greatest(percentage, $5), message = $6, current = $7,
      total = $8, items = COALESCE($9::jsonb, items)
    WHERE account_id = $1 AND id = $2 AND token = $3 AND state = 'running'
    """)

  /// Saves a checkpoint. $1 account, $2 id, $3 token, $4 JSON.
  static let checkpoint = Statement(
    "jobs.hold.checkpoint",
    """
    UPDATE jobs SET checkpoint = $4, takeovers = 0
    WHERE account_id = $1 AND id = $2 AND token = $3 AND state = 'running'
    """)

  /// Keeps the job from being taken over until the transaction ends. $1 account, $2 id, $3 token.
  static let fence = Statement(
    "jobs.hold.fence",
    """
    SELECT 1 FROM jobs
    WHERE account_id = $1 AND id = $2 AND token = $3 AND state = 'running' FOR SHARE
    """)
}

import Postgres

/// Statements by which a runner gets work. A claim runs them in one transaction and one round trip:
/// `asLease`, `byIndex`, `enter`, `promote` (when something is due), `claim`, `nextDue`. Jobs of
/// runners that died are found by `asWriter`, `leases` and put back by `takeOver`.
enum ClaimQueries {
  static let all = [
    asLease, byIndex, enter, promote, asWriter, leases, takeOver, claim, nextDue,
  ]

  /// The commit of what follows does not wait for the disk. A claim or a heartbeat that a crash of
  /// Postgres forgets is as one that was never made: the job is claimed again, and the token and
  /// the owner refuse whoever else still believes to hold it.
  static let asLease = Statement(
    "jobs.claim.as_lease", "SELECT set_config('synchronous_commit', 'off', true)")

  /// Plans what follows in the transaction by its indexes, row by row, whatever the statistics say:
  /// they lag behind a table that fills and empties within a minute. One that was thought empty is
  /// otherwise read as a whole along an index, to be kept in memory. (Reading without one is off in
  /// every session.)
  static let byIndex = Statement(
    "jobs.claim.by_index",
    """
    SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true),
      set_config('enable_sort', 'off', true)
    """)

  /// One claim at a time per schema, so that the count of an account's running jobs is exact. Held
  /// for the few milliseconds of a claim, which takes jobs in batches.
  static let enter = Statement(
    "jobs.claim.enter", "SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)")

  /// Makes scheduled and waiting jobs ready whose time has come. $1 now.
  static let promote = Statement(
    "jobs.claim.promote",
    """
    WITH due AS (
      SELECT ctid AS place, id, id AS same FROM jobs
      WHERE state IN ('queued', 'waiting') AND NOT is_due AND run_at <= $1
      ORDER BY run_at LIMIT 500 FOR UPDATE SKIP LOCKED)
    UPDATE jobs AS j SET state = 'queued', is_due = true
    FROM due WHERE j.ctid = due.place AND due.same = due.id
    """)

  /// Waits as long as writers of jobs have to wait: an observer that cannot write must not believe
  /// that the others do not want to.
  static let asWriter = Statement(
    "jobs.claim.as_writer", "UPDATE jobs SET state = state WHERE false")

  /// The leases of all running jobs.
  static let leases = Statement(
    "jobs.claim.leases",
    "SELECT account_id, id, token, lease_until FROM jobs WHERE state = 'running'")

  /// Puts jobs back whose runner was not heard of for a lease, unless it was heard of meanwhile.
  /// $1 now, $2 most takeovers; then arrays: accounts, ids, tokens, ends of the leases
  /// (microseconds).
  static let takeOver = Statement(
    "jobs.claim.take_over",
    """
    WITH silent AS (
      SELECT job.* FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS l (account_id, same, token, until)
      CROSS JOIN LATERAL (
        SELECT j.ctid AS place, j.id, l.same FROM jobs AS j
        WHERE j.account_id = l.account_id AND j.id = l.same AND j.token = l.token
          AND j.state = 'running'
          AND j.lease_until = 'epoch'::timestamptz + l.until * interval '1 microsecond'
        FOR UPDATE SKIP LOCKED) AS job),
    expired AS (
      UPDATE jobs AS j SET takeovers = takeovers + 1, lease_owner = NULL, lease_until = NULL,
        state = CASE WHEN cancel_requested THEN 'cancelled'
          WHEN takeovers >= $2 THEN 'failed' ELSE 'queued' END,
        is_due = NOT cancel_requested AND takeovers < $2,
        run_at = CASE WHEN cancel_requested OR takeovers >= $2 THEN NULL ELSE $1::timestamptz END,
        finished_at = CASE WHEN cancel_requested OR takeovers >= $2 THEN $1 END,
        error = CASE WHEN takeovers >= $2 AND NOT cancel_requested
          THEN 'The job was lost with its runner too many times' ELSE error END,
        error_code = CASE WHEN takeovers >= $2 AND NOT cancel_requested
          THEN 'internal' ELSE error_code END
      FROM silent AS s WHERE j.ctid = s.place AND s.same = s.id
      RETURNING j.account_id, j.id, j.failures, j.state)
    INSERT INTO job_events (account_id, job_id, at, kind, attempt, detail)
    SELECT account_id, id, $1,
      CASE state WHEN 'queued' THEN 'lease_lost' ELSE state END, failures + 1,
      'the lease ran out'
    FROM expired
    """)

  /// Claims ready jobs: lower priority numbers first, then one of each account in turn, beginning
  /// behind the account that was served last. $1 now, $2 end of the lease, $3 owner, $4 free slots,
  /// $5 most running jobs of an account, $6 kinds, $7–$9 account served last, by priority.
  ///
  /// No statistics can make this read all that is ready, or all that is kept. A priority is asked
  /// for as an array, so that it counts in the order, which no index but `jobs_ready` then has. The
  /// rows chosen are reached one by one, by key and then by their place, which stays theirs while
  /// they are locked. That `same` is `id` says nothing, except that the planner expects one row.
  static let claim = Statement(
    "jobs.claim.claim",
    """
    WITH RECURSIVE busy AS MATERIALIZED (
      SELECT account_id, count(*) AS running FROM jobs WHERE state = 'running'
      GROUP BY account_id),
    steps AS MATERIALIZED (SELECT count(*) + $4 AS most FROM busy),
    segment (priority, past, low, high) AS (
      VALUES (0::smallint, 0, $7::bigint, 9223372036854775807),
        (0::smallint, 1, (-9223372036854775808)::bigint, $7::bigint),
        (1::smallint, 0, $8::bigint, 9223372036854775807),
        (1::smallint, 1, (-9223372036854775808)::bigint, $8::bigint),
        (2::smallint, 0, $9::bigint, 9223372036854775807),
        (2::smallint, 1, (-9223372036854775808)::bigint, $9::bigint)),
    lane (priority, past, high, account_id, step) AS (
      SELECT s.priority, s.past, s.high, first.account_id, 1
      FROM segment AS s CROSS JOIN LATERAL (
        SELECT j.account_id FROM jobs AS j
        WHERE j.state = 'queued' AND j.is_due
          AND j.priority = ANY (ARRAY[s.priority]) AND j.kind = ANY ($6)
          AND j.account_id > s.low AND j.account_id <= s.high
        ORDER BY j.priority, j.account_id LIMIT 1) AS first
      UNION ALL
      SELECT l.priority, l.past, l.high, next.account_id, l.step + 1
      FROM lane AS l CROSS JOIN LATERAL (
        SELECT j.account_id FROM jobs AS j
        WHERE j.state = 'queued' AND j.is_due
          AND j.priority = ANY (ARRAY[l.priority]) AND j.kind = ANY ($6)
          AND j.account_id > l.account_id AND j.account_id <= l.high
        ORDER BY j.priority, j.account_id LIMIT 1) AS next
      WHERE l.step < (SELECT most FROM steps)),
    candidate AS (
      SELECT l.priority, l.past, l.account_id, job.id, job.nth,
        $5 - COALESCE(b.running, 0) AS room
      FROM lane AS l LEFT JOIN busy AS b ON b.account_id = l.account_id
      CROSS JOIN LATERAL (
        SELECT ready.id, row_number() OVER () AS nth FROM (
          SELECT j.id FROM jobs AS j
          WHERE j.state = 'queued' AND j.is_due
            AND j.priority = ANY (ARRAY[l.priority]) AND j.account_id = l.account_id
            AND j.kind = ANY ($6)
          ORDER BY j.priority, j.account_id, j.id
          LIMIT greatest(0, $5 - COALESCE(b.running, 0))) AS ready) AS job),
    chosen AS (
      SELECT ranked.* FROM (
        SELECT c.*, row_number() OVER (
          PARTITION BY c.account_id ORDER BY c.priority, c.nth) AS place
        FROM candidate AS c) AS ranked
      WHERE ranked.place <= ranked.room
      ORDER BY ranked.priority, ranked.nth, ranked.past, ranked.account_id LIMIT $4),
    locked AS (
      SELECT job.place, job.run_at, job.id, c.id AS same FROM chosen AS c CROSS JOIN LATERAL (
        SELECT j.ctid AS place, j.run_at, j.id FROM jobs AS j
        WHERE j.account_id = c.account_id AND j.id = c.id AND j.priority = c.priority
          AND j.state = 'queued' AND j.is_due
        FOR UPDATE SKIP LOCKED) AS job)
    UPDATE jobs AS j SET state = 'running', is_due = false, run_at = NULL, token = j.token + 1,
      lease_owner = $3, lease_until = $2, started_at = COALESCE(j.started_at, $1),
      wake_requested = false
    FROM locked WHERE j.ctid = locked.place AND locked.same = locked.id
    RETURNING j.account_id, j.id, j.kind, j.payload, j.priority, j.failures, j.max_attempts,
      j.takeovers, j.token, j.checkpoint, j.phase, j.percentage, j.message, j.current, j.total,
      j.items, locked.run_at
    """)

  /// When the next scheduled job is due.
  static let nextDue = Statement(
    "jobs.claim.next_due",
    """
    SELECT min(run_at) FROM jobs WHERE state IN ('queued', 'waiting') AND NOT is_due
    """)
}

import Postgres

/// Statements by which jobs come, are read and are steered from outside.
enum QueueQueries {
  static let all = [
    add, addKeyed, findKey, notify, get, getByKey, list, history, cancel, wake, retry, depth,
    cleanJobs,
    cleanEvents,
  ]

  /// Adds a job; the values are those of `addKeyed`. One row: its id.
  static let add = Statement(
    "jobs.queue.add",
    """
    INSERT INTO jobs
      (account_id, kind, payload, key, priority, is_due, run_at, max_attempts, created_at)
    VALUES ($1, $2, $3, $4, $5, $6::timestamptz <= $8, $6, $7, $8)
    RETURNING id
    """)

  /// Adds a job unless the account has one with this key. $1 account, $2 kind, $3 payload, $4 key,
  /// $5 priority, $6 due when, $7 most attempts, $8 now. One row: id and whether it is new; none
  /// when a job with the key was committed in this very moment.
  static let addKeyed = Statement(
    "jobs.queue.add_keyed",
    """
    WITH added AS (
      INSERT INTO jobs
        (account_id, kind, payload, key, priority, is_due, run_at, max_attempts, created_at)
      VALUES ($1, $2, $3, $4, $5, $6::timestamptz <= $8, $6, $7, $8)
      ON CONFLICT (account_id, key) WHERE key IS NOT NULL DO NOTHING
      RETURNING id)
    SELECT id, true FROM added
    UNION ALL
    (SELECT id, false FROM jobs WHERE account_id = $1 AND key = $4 LIMIT 1)
    """)

  static let findKey = Statement(
    "jobs.queue.find_key", "SELECT id FROM jobs WHERE account_id = $1 AND key = $2")

  /// Wakes the runners. $1 channel, $2 what for and who asks.
  static let notify = Statement("jobs.queue.notify", "SELECT pg_notify($1, $2)")

  private static let columns = """
    id, account_id, kind, payload, key, priority, state, failures, max_attempts, run_at,
    cancel_requested, phase, percentage, message, current, total, items, checkpoint, result, error,
    error_code, created_at, started_at, finished_at
    """

  static let get = Statement(
    "jobs.queue.get", "SELECT \(columns) FROM jobs WHERE account_id = $1 AND id = $2")

  static let getByKey = Statement(
    "jobs.queue.get_by_key", "SELECT \(columns) FROM jobs WHERE account_id = $1 AND key = $2")

  /// An account's jobs, latest first. $2 kinds, $3 states (null: any), $4 ids below, $5 most rows.
  static let list = Statement(
    "jobs.queue.list",
    """
    SELECT \(columns) FROM jobs
    WHERE account_id = $1 AND ($2::text[] IS NULL OR kind = ANY ($2))
      AND ($3::text[] IS NULL OR state = ANY ($3)) AND id < $4
    ORDER BY id DESC LIMIT $5
    """)

  static let history = Statement(
    "jobs.queue.history",
    """
    SELECT at, kind, attempt, detail FROM job_events
    WHERE account_id = $1 AND job_id = $2 ORDER BY id
    """)

  /// Ends a job that does not run, and asks the runner of one that does. $3 now.
  static let cancel = Statement(
    "jobs.queue.cancel",
    """
    WITH asked AS (
      UPDATE jobs SET cancel_requested = true, is_due = false, run_at = NULL,
        state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END,
        finished_at = CASE WHEN state = 'running' THEN NULL ELSE $3::timestamptz END
      WHERE account_id = $1 AND id = $2 AND state IN ('queued', 'waiting', 'running')
      RETURNING account_id, id, state, failures),
    noted AS (
      INSERT INTO job_events (account_id, job_id, at, kind, attempt, detail)
      SELECT account_id, id, $3, 'cancelled', failures + 1, '' FROM asked
      WHERE state = 'cancelled')
    SELECT state FROM asked
    """)

  /// Lets a waiting job go on; a running one, when it sets itself aside. $3 now.
  static let wake = Statement(
    "jobs.queue.wake",
    """
    UPDATE jobs SET
      wake_requested = (state = 'running'),
      is_due = (state = 'waiting'),
      run_at = CASE state WHEN 'waiting' THEN $3 ELSE run_at END,
      state = CASE state WHEN 'waiting' THEN 'queued' ELSE state END
    WHERE account_id = $1 AND id = $2 AND state IN ('waiting', 'running')
    """)

  /// Gives a failed or cancelled job all its tries again. $3 now.
  static let retry = Statement(
    "jobs.queue.retry",
    """
    WITH again AS (
      UPDATE jobs SET state = 'queued', is_due = true, run_at = $3, failures = 0, takeovers = 0,
        cancel_requested = false, wake_requested = false, phase = 'INIT', percentage = 0,
        message = '', current = 0, finished_at = NULL
      WHERE account_id = $1 AND id = $2 AND state IN ('failed', 'cancelled')
      RETURNING account_id, id)
    INSERT INTO job_events (account_id, job_id, at, kind, attempt, detail)
    SELECT account_id, id, $3, 'retried_by_hand', 1, '' FROM again
    """)

  /// How many jobs are in each unfinished state, by the three partial indexes.
  static let depth = Statement(
    "jobs.queue.depth",
    """
    SELECT 'queued', count(*) FROM jobs WHERE state = 'queued' AND is_due
    UNION ALL
    SELECT state, count(*) FROM jobs WHERE state IN ('queued', 'waiting') AND NOT is_due
    GROUP BY state
    UNION ALL
    SELECT 'running', count(*) FROM jobs WHERE state = 'running'
    """)

  /// Deletes some of the jobs that were over before $1. $2 most rows.
  static let cleanJobs = Statement(
    "jobs.queue.clean_jobs",
    """
    DELETE FROM jobs WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobs WHERE finished_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
    """)

  /// Deletes some of the history from before $1. $2 most rows.
  static let cleanEvents = Statement(
    "jobs.queue.clean_events",
    """
    DELETE FROM job_events WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM job_events WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))
    """)
}

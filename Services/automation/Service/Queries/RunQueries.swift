import Postgres

enum RunQueries {
  static let all = [
    insert, insertStages, setJob, get, lock, current, list, count, stages, setState, setConfig,
    enterStage, skipStage, leaveStage, failStage, setIdleRounds, endStages, log, countLogs,
    listLogs,
  ]

  private static let columns = """
    id, account_id, site_id, user_id, job_id, status, pause_reason, current_stage, config,
    estimate, trigger, error, started_at, finished_at, created_at, updated_at
    """

  /// $1 account, $2 site, $3 user, $4 configuration, $5 estimate, $6 now, $7 trigger.
  static let insert = Statement(
    "automation.run.insert",
    """
    INSERT INTO automation_runs
      (account_id, site_id, user_id, config, estimate, trigger, status, created_at,
        updated_at)
    VALUES ($1, $2, $3, $4, $5, $7, 'created', $6, $6)
    RETURNING \(columns)
    """)

  /// $1 account, $2 run.
  static let insertStages = Statement(
    "automation.run.insert_stages",
    """
    INSERT INTO automation_run_stages (account_id, run_id, stage)
    SELECT $1, $2, generate_series(1, 7)
    """)

  /// $1 account, $2 run, $3 job.
  static let setJob = Statement(
    "automation.run.set_job",
    "UPDATE automation_runs SET job_id = $3 WHERE account_id = $1 AND id = $2")

  static let get = Statement(
    "automation.run.get",
    "SELECT \(columns) FROM automation_runs WHERE account_id = $1 AND id = $2")

  /// Does not keep a worker from writing lines that refer to the run.
  static let lock = Statement(
    "automation.run.lock",
    """
    SELECT \(columns) FROM automation_runs WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE
    """)

  /// The active run of a site, else its newest. $1 account, $2 site.
  static let current = Statement(
    "automation.run.current",
    """
    SELECT \(columns) FROM automation_runs WHERE account_id = $1 AND site_id = $2
    ORDER BY status IN ('created', 'running', 'paused') DESC, id DESC LIMIT 1
    """)

  /// Newest first. $1 account, $2 site (null: any), $3 status (null: any), $4 sites that the
  /// caller may see (null: any), $5 rows, $6 offset.
  static let list = Statement(
    "automation.run.list",
    """
    SELECT \(columns) FROM automation_runs
    WHERE account_id = $1 AND ($2::bigint IS NULL OR site_id = $2)
      AND ($3::text IS NULL OR status = $3) AND ($4::bigint[] IS NULL OR site_id = ANY ($4))
    ORDER BY id DESC LIMIT $5 OFFSET $6
    """)

  static let count = Statement(
    "automation.run.count",
    """
    SELECT count(*) FROM automation_runs
    WHERE account_id = $1 AND ($2::bigint IS NULL OR site_id = $2)
      AND ($3::text IS NULL OR status = $3) AND ($4::bigint[] IS NULL OR site_id = ANY ($4))
    """)

  /// Stages with sums over their items. $1 account, $2 runs.
  static let stages = Statement(
    "automation.run.stages",
    """
    SELECT s.run_id, s.stage, s.status, s.idle_rounds, s.started_at, s.finished_at,
      count(i.item_id) AS seen,
      count(*) FILTER (WHERE i.status = 'done') AS done,
      count(*) FILTER (WHERE i.status = 'failed') AS failed,
      count(*) FILTER (WHERE i.status = 'skipped') AS skipped,
      COALESCE(sum(i.credits), 0)::bigint AS credits
    FROM automation_run_stages AS s
    LEFT JOIN automation_run_items AS i
      ON i.account_id = s.account_id AND i.run_id = s.run_id AND i.stage = s.stage
    WHERE s.account_id = $1 AND s.run_id = ANY ($2)
    GROUP BY s.account_id, s.run_id, s.stage
    ORDER BY s.run_id, s.stage
    """)

  /// $1 account, $2 run, $3 status, $4 reason of the pause, $5 now, $6 error.
  static let setState = Statement(
    "automation.run.set_state",
    """
    UPDATE automation_runs SET status = $3, pause_reason = $4, updated_at = $5,
      error = COALESCE($6, error),
      started_at = CASE WHEN $3 = 'running' THEN COALESCE(started_at, $5) ELSE started_at END,
      finished_at = CASE WHEN $3 IN ('completed', 'failed', 'cancelled') THEN $5::timestamptz END
    WHERE account_id = $1 AND id = $2
    """)

  /// $1 account, $2 run, $3 configuration.
  static let setConfig = Statement(
    "automation.run.set_config",
    "UPDATE automation_runs SET config = $3 WHERE account_id = $1 AND id = $2")

  /// The stage's items are all there: it may be worked on. $1 account, $2 run, $3 stage, $4 now.
  static let enterStage = Statement(
    "automation.run.enter_stage",
    """
    WITH run AS (
      UPDATE automation_runs SET current_stage = $3, updated_at = $4
      WHERE account_id = $1 AND id = $2)
    UPDATE automation_run_stages SET status = 'running', started_at = $4, idle_rounds = 0
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'pending'
    """)

  static let skipStage = Statement(
    "automation.run.skip_stage",
    """
    UPDATE automation_run_stages SET status = 'skipped', finished_at = $4
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'pending'
    """)

  static let leaveStage = Statement(
    "automation.run.leave_stage",
    """
    UPDATE automation_run_stages SET status = 'completed', finished_at = $4
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status = 'running'
    """)

  static let failStage = Statement(
    "automation.run.fail_stage",
    """
    UPDATE automation_run_stages SET status = 'failed', finished_at = $4
    WHERE account_id = $1 AND run_id = $2 AND stage = $3 AND status IN ('pending', 'running')
    """)

  /// $1 account, $2 run, $3 stage, $4 rounds without progress.
  static let setIdleRounds = Statement(
    "automation.run.set_idle_rounds",
    """
    UPDATE automation_run_stages SET idle_rounds = $4
    WHERE account_id = $1 AND run_id = $2 AND stage = $3
    """)

  /// What a cancelled run leaves undone. $1 account, $2 run, $3 now.
  static let endStages = Statement(
    "automation.run.end_stages",
    """
    WITH items AS (
      UPDATE automation_run_items SET status = 'skipped', error = 'The run was cancelled'
      WHERE account_id = $1 AND run_id = $2 AND status = 'pending')
    UPDATE automation_run_stages SET status = 'skipped', finished_at = $3
    WHERE account_id = $1 AND run_id = $2 AND status IN ('pending', 'running')
    """)

  /// $1 account, $2 run, $3 now, $4 level, $5 stage, $6 message.
  static let log = Statement(
    "automation.run.log",
    """
    INSERT INTO automation_run_logs (account_id, run_id, at, level, stage, message)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  static let countLogs = Statement(
    "automation.run.count_logs",
    "SELECT count(*) FROM automation_run_logs WHERE account_id = $1 AND run_id = $2")

  /// $1 account, $2 run, $3 rows, $4 offset.
  static let listLogs = Statement(
    "automation.run.list_logs",
    """
    SELECT id, at, level, stage, message FROM automation_run_logs
    WHERE account_id = $1 AND run_id = $2 ORDER BY id LIMIT $3 OFFSET $4
    """)
}

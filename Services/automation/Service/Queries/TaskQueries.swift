import Postgres

enum TaskQueries {
  static let all = [list, count, get]

  private static let status = """
    CASE WHEN state = 'queued' THEN 'pending' WHEN state IN ('running', 'waiting') THEN 'running'
      WHEN state = 'cancelled' OR result ? 'skipped' THEN 'skipped'
      WHEN state = 'succeeded' THEN 'completed' ELSE state END
    """

  private static let columns = """
    id, kind, \(status), CASE WHEN state = 'cancelled' THEN 'cancelled'
      ELSE result->>'skipped' END,
    failures, max_attempts, result, error, error_code, run_at, started_at, finished_at, created_at,
    state
    """

  private static let filter = """
    account_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR (\(status)) = $3)
    """

  /// Latest first. $1 account, $2 kind (null: any), $3 status (null: any), $4 rows, $5 offset.
  static let list = Statement(
    "automation.task.list",
    "SELECT \(columns) FROM jobs WHERE \(filter) ORDER BY id DESC LIMIT $4 OFFSET $5")

  static let count = Statement(
    "automation.task.count", "SELECT count(*) FROM jobs WHERE \(filter)")

  /// $1 account, $2 job.
  static let get = Statement(
    "automation.task.get", "SELECT \(columns) FROM jobs WHERE account_id = $1 AND id = $2")
}

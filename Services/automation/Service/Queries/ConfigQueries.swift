import Postgres

enum ConfigQueries {
  static let all = [get, lock, save, due, setNext, setOutcome]

  private static let columns = """
    config, next_run_at, last_outcome,
    (SELECT max(r.created_at) FROM automation_runs r
      WHERE r.account_id = c.account_id AND r.site_id = c.site_id)
    """

  /// $1 account, $2 site.
  static let get = Statement(
    "automation.config.get",
    "SELECT \(columns) FROM automation_configs c WHERE account_id = $1 AND site_id = $2")

  static let lock = Statement(
    "automation.config.lock",
    """
    SELECT \(columns) FROM automation_configs c WHERE account_id = $1 AND site_id = $2 FOR UPDATE
    """)

  /// $1 account, $2 site, $3 configuration, $4 when it is due, $5 now.
  static let save = Statement(
    "automation.config.save",
    """
    INSERT INTO automation_configs (account_id, site_id, config, next_run_at, updated_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT ON CONSTRAINT automation_configs_pkey
      DO UPDATE SET config = excluded.config, next_run_at = excluded.next_run_at,
        updated_at = excluded.updated_at
    """)

  /// Locks what is due, or was never looked at, unless somebody else has it. $1 now, $2 most rows.
  static let due = Statement(
    "automation.config.due",
    """
    SELECT account_id, site_id, config, next_run_at FROM automation_configs
    WHERE is_enabled AND (next_run_at <= $1 OR next_run_at IS NULL)
    ORDER BY next_run_at LIMIT $2 FOR UPDATE SKIP LOCKED
    """)

  /// $1 account, $2 site, $3 when it is due.
  static let setNext = Statement(
    "automation.config.set_next",
    """
    UPDATE automation_configs SET next_run_at = $3 WHERE account_id = $1 AND site_id = $2
    """)

  /// $1 account, $2 site, $3 what came of the last time.
  static let setOutcome = Statement(
    "automation.config.set_outcome",
    """
    UPDATE automation_configs SET last_outcome = $3 WHERE account_id = $1 AND site_id = $2
    """)
}

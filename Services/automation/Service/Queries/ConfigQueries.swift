import Postgres

enum ConfigQueries {
  static let all = [get, lock, save, noteRun]

  /// $1 account, $2 site.
  static let get = Statement(
    "automation.config.get",
    """
    SELECT config, last_run_at FROM automation_configs WHERE account_id = $1 AND site_id = $2
    """)

  static let lock = Statement(
    "automation.config.lock",
    """
    SELECT config, last_run_at FROM automation_configs WHERE account_id = $1 AND site_id = $2
    FOR UPDATE
    """)

  /// $1 account, $2 site, $3 configuration, $4 now.
  static let save = Statement(
    "automation.config.save",
    """
    INSERT INTO automation_configs (account_id, site_id, config, updated_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT ON CONSTRAINT automation_configs_pkey
      DO UPDATE SET config = excluded.config, updated_at = excluded.updated_at
    """)

  /// $1 account, $2 site, $3 now.
  static let noteRun = Statement(
    "automation.config.note_run",
    """
    UPDATE automation_configs SET last_run_at = $3 WHERE account_id = $1 AND site_id = $2
    """)
}

import Postgres

/// What a deleted site leaves behind. $1 account, $2 site.
enum SiteQueries {
  static let all = [openJobs, deleteRuns, deleteConfig]

  /// Unfinished jobs of its runs, its schedule and what was asked for by hand.
  static let openJobs = Statement(
    "automation.site.open_jobs",
    """
    SELECT j.id FROM jobs j WHERE j.account_id = $1
      AND j.state IN ('queued', 'running', 'waiting')
      AND (j.payload @> jsonb_build_object('site', $2::bigint) OR j.id IN (
        SELECT r.job_id FROM automation_runs r
        WHERE r.account_id = $1 AND r.site_id = $2
          AND r.status IN ('created', 'running', 'paused')))
    ORDER BY j.id
    """)

  /// With their stages, items and logs.
  static let deleteRuns = Statement(
    "automation.site.delete_runs",
    "DELETE FROM automation_runs WHERE account_id = $1 AND site_id = $2")

  static let deleteConfig = Statement(
    "automation.site.delete_config",
    "DELETE FROM automation_configs WHERE account_id = $1 AND site_id = $2")
}

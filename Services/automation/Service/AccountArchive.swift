import Exports

/// What owners find of this context in the archive of their account. How jobs are carried out, with
/// payloads and leases, stays inside.
enum AccountArchive {
  static let tables: [ExportTable] = [
    .rows(
      "automation_configs", by: [.number("site_id")],
      "site_id config is_enabled next_run_at last_outcome updated_at"),
    .rows(
      "automation_runs",
      """
      id site_id user_id job_id status pause_reason current_stage config estimate trigger error
      started_at finished_at created_at updated_at
      """),
    .rows(
      "automation_run_stages", by: [.number("run_id"), .number("stage")],
      "run_id stage status idle_rounds started_at finished_at"),
    .rows(
      "automation_run_items", by: [.number("run_id"), .number("stage"), .number("item_id")],
      "run_id stage item_id position batch sector_id label estimate status credits error"),
    .rows(
      "automation_run_logs", by: [.number("run_id"), .number("id")],
      "run_id id at level stage message"),
    .rows(
      "jobs",
      """
      id kind priority state phase percentage message current total error error_code created_at
      started_at finished_at
      """),
    .rows(
      "job_events", by: [.number("job_id"), .number("id")], "job_id id at kind attempt detail"),
  ]
}

import Events

/// When an account is erased, its runs, schedules and jobs go; a worker that still has one of the
/// jobs finds its lease gone and writes nothing.
enum AccountDeparture {
  static let tables = [
    "automation_run_logs", "automation_run_items", "automation_run_stages", "automation_runs",
    "automation_configs", "job_events", "jobs",
  ]

  static let handlers: [String: EventConsumer.Handler] = [
    AccountErasure.kind: AccountErasure.handler(tables: tables)
  ]
}

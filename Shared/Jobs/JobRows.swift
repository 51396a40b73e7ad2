import Kernel
import Postgres

extension Job {
  /// Reads the columns of `QueueQueries.columns`.
  init(row: Row, account: AccountID) throws {
    let state = JobState(rawValue: try row.text(6)) ?? .failed
    let failures = Int(try row.int(7))
    let attempt = state == .failed ? max(1, failures) : failures + 1
    self.init(
      id: try row.id(0), account: account, kind: try row.text(2), payload: try row.json(3),
      key: try row.optionalText(4), priority: JobPriority(rawValue: try row.int(5)) ?? .pipeline,
      state: state, attempt: attempt, maxAttempts: Int(try row.int(8)),
      runAt: try row.optionalInstant(9), isCancelRequested: try row.bool(10),
      progress: try JobProgress(row: row, from: 11), checkpoint: try row.optionalJSON(17),
      result: try row.optionalJSON(18), error: try row.optionalText(19),
      errorCode: try row.optionalText(20), createdAt: try row.instant(21),
      startedAt: try row.optionalInstant(22), finishedAt: try row.optionalInstant(23))
  }
}

extension JobProgress {
  /// Reads phase, percentage, message, current, total and items.
  init(row: Row, from column: Int) throws {
    self.init(
      phase: try row.text(column), percentage: Int(try row.int(column + 1)),
      message: try row.text(column + 2), current: try row.int(column + 3),
      total: try row.int(column + 4), items: try row.optionalJSON(column + 5))
  }
}

/// A job in the hands of a runner.
struct ClaimedJob: Sendable {
  let account: AccountID
  let id: JobID
  let kind: String
  let payload: String
  let priority: JobPriority
  let checkpoint: String?
  let progress: JobProgress
  /// The runner that claimed it.
  let owner: String
  /// Since when it could have been claimed.
  let dueAt: Instant?
  /// The record after the claim.
  let machine: JobMachine

  var token: Int64 { machine.token }

  /// Reads the columns that `ClaimQueries.claim` returns.
  init(row: Row, owner: String, maxTakeovers: Int) throws {
    self.owner = owner
    account = try row.id(0)
    id = try row.id(1)
    kind = try row.text(2)
    payload = try row.json(3)
    priority = JobPriority(rawValue: try row.int(4)) ?? .pipeline
    checkpoint = try row.optionalJSON(9)
    progress = try JobProgress(row: row, from: 10)
    dueAt = try row.optionalInstant(16)
    machine = JobMachine(
      state: .running, failures: Int(try row.int(5)), maxAttempts: Int(try row.int(6)),
      takeovers: Int(try row.int(7)), maxTakeovers: maxTakeovers, token: try row.int(8),
      runAt: nil)
  }
}

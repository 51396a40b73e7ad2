import AutomationCore
import JSON
import Jobs
import Kernel
import Logging
import Postgres
import RPC

/// Does a run, stage by stage. All it knows is in the database, so that any worker can go on where
/// another was lost: a stage's items are written down when it is entered, each item's end when it
/// ends, and what was under way is asked for again under the same key.
struct PipelineJob: Sendable {
  static let kind = "pipeline.run"
  /// Tries of a run's job; only failures of this service's own database use them up.
  static let attempts = 200

  let runs: RunStore
  let work: ItemWork
  let log: Logger

  static func request(for run: StoredRun) -> JobRequest {
    JobRequest(
      kind: kind, account: run.account, payload: #"{"run":\#(run.id)}"#, key: "run/\(run.id)",
      priority: .pipeline, maxAttempts: attempts)
  }

  func run(_ job: JobRun) async throws -> String {
    let payload = try JSONValue(parsing: job.payload)
    let id = RunID(payload["run"]?.int ?? 0)
    guard let run = try await runs.get(id, of: job.account), !run.machine.state.isFinal else {
      return "{}"
    }
    if run.machine.state == .paused { try job.park() }
    try await start(run, job)
    for stage in Stage.allCases {
      guard try await StageWork(run: run, stage: stage, job: job, runs: runs, work: work).run()
      else { return "{}" }
    }
    try await runs.change(
      id, of: job.account, .finished, log: LogLine("The run is complete"), job: job)
    return "{}"
  }

  /// A pause between the look and this is no mistake: the first stage finds it.
  private func start(_ run: StoredRun, _ job: JobRun) async throws {
    do {
      try await runs.change(run.id, of: job.account, .started, job: job)
    } catch let error as RPCError where error.details.reason == "run_state" {
      let now = try await runs.get(run.id, of: job.account)
      if now?.machine.state == .paused { try job.park() }
      throw error
    }
  }
}

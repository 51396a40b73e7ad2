import AutomationContract
import AutomationCore
import JSON
import Jobs
import Kernel
import Postgres
import RPC

/// Starts the run that a schedule asks for, or says why there is none.
struct ScheduleJob: Sendable {
  static let kind = "pipeline.schedule"
  /// With the waits between them these are hours.
  static let attempts = 60

  /// What came of a slot; the raw value is what tables and contracts hold.
  enum Outcome: String, Sendable {
    case started
    case runActive = "run_active"
    case insufficientCredits = "insufficient_credits"
    case nothingToDo = "nothing_to_do"
    case siteUnavailable = "site_unavailable"
    case switchedOff = "switched_off"
    case suspended
    case moduleOff = "module_off"
  }

  let runs: RunStore
  let forecast: RunForecast
  let work: ItemWork

  static func request(site: Int64, _ account: AccountID, slot: Instant) -> JobRequest {
    JobRequest(
      kind: kind, account: account, payload: #"{"site":\#(site)}"#,
      key: "schedule/\(site)/\(slot.seconds)", priority: .pipeline, maxAttempts: attempts)
  }

  func run(_ job: JobRun) async throws -> String {
    let site = try JSONValue(parsing: job.payload)["site"]?.int ?? 0
    // Saved together with the run, before a worker was lost.
    if let checkpoint = job.checkpoint { return checkpoint }
    let outcome = try await outcome(site, job)
    if outcome != .started, outcome != .switchedOff {
      _ = try await runs.database.run(
        ConfigQueries.setOutcome, [.id(job.account), .int(site), .text(outcome.rawValue)],
        in: .account(job.account))
    }
    return Self.result(outcome)
  }

  private static func result(_ outcome: Outcome) -> String {
    let value: JSONValue =
      outcome == .started
      ? ["outcome": .string(outcome.rawValue)] : ["skipped": .string(outcome.rawValue)]
    return value.text
  }

  private func outcome(_ site: Int64, _ job: JobRun) async throws -> Outcome {
    let account = job.account
    guard try await runs.config(of: site, account).config.isEnabled else { return .switchedOff }
    if let run = try await runs.current(site: site, of: account), !run.machine.state.isFinal {
      return .runActive
    }
    let principal = Principal(account: account, user: nil, requestID: "schedule-\(job.id)")
    switch try await work.standing(of: principal).pauseReason {
    case .suspended: return .suspended
    case .moduleOff: return .moduleOff
    default: break
    }
    let call = try await work.call(principal, timeout: .seconds(60))
    do {
      try await forecast.check(site: site, call)
    } catch let error as RPCError where error.code == .invalidArgument {
      return .siteUnavailable
    }
    let (estimate, config) = try await forecast.estimate(site, account, call)
    let isPublishing = config.publishesItself && !config.destinations.isEmpty
    let isWork = estimate.stages.contains {
      isPublishing || Int($0.stage) != Stage.publishing.rawValue
    }
    guard isWork else { return .nothingToDo }
    guard estimate.sufficient else { return .insufficientCredits }
    return try await start(site, config, estimate, job)
  }

  private func start(
    _ site: Int64, _ config: PipelineConfig, _ estimate: Automation.RunEstimate, _ job: JobRun
  ) async throws -> Outcome {
    let account = job.account
    do {
      try await runs.database.transaction(in: .account(account)) { transaction in
        _ = try await runs.create(
          site: site, account: account, user: nil, config: config, estimate: estimate,
          trigger: .schedule, in: transaction)
        _ = try await transaction.run(
          ConfigQueries.setOutcome,
          [.id(account), .int(site), .text(Outcome.started.rawValue)])
        try await job.checkpoint(Self.result(.started), in: transaction)
      }
      return .started
    } catch let error as RPCError where error.details.reason == "run_active" {
      return .runActive
    }
  }
}

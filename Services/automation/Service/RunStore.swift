import AutomationContract
import AutomationCore
import Jobs
import Kernel
import Postgres
import RPC
import Resources

/// The runs and configurations of the database.
struct RunStore: Sendable {
  let database: Database
  let queue: JobQueue
  let time: any TimeSource

  // MARK: Configurations

  /// A site's configuration, the default one where nobody made any.
  func config(of site: Int64, _ account: AccountID) async throws -> StoredConfig {
    let rows = try await database.run(
      ConfigQueries.get, [.id(account), .int(site)], in: .account(account))
    return try rows.first.map(StoredConfig.init(row:)) ?? StoredConfig()
  }

  /// Changes a site's configuration. What is due stays so unless the schedule changes.
  func changeConfig(
    of site: Int64, _ account: AccountID, _ zones: Zones,
    _ change: @Sendable (inout PipelineConfig) -> Void
  ) async throws {
    try await database.transaction(in: .account(account)) { transaction in
      let place: [SQLValue] = [.id(account), .int(site)]
      let rows = try await transaction.run(ConfigQueries.lock, place)
      let stored = try rows.first.map(StoredConfig.init(row:)) ?? StoredConfig()
      var config = stored.config
      change(&config)
      let (old, new) = (stored.config.schedule(zones), config.schedule(zones))
      var next = stored.nextRunAt
      if next == nil || old != new { next = new?.next(after: time.now()) }
      _ = try await transaction.run(
        ConfigQueries.save,
        place + [
          .json(config.json), .instant(config.isEnabled ? next : nil), .instant(time.now()),
        ])
    }
  }

  // MARK: Runs

  func get(_ id: RunID, of account: AccountID) async throws -> StoredRun? {
    try await database.run(RunQueries.get, [.id(account), .id(id)], in: .account(account)).first
      .map(StoredRun.init(row:))
  }

  /// The run of a site that has not ended, else its newest.
  func current(site: Int64, of account: AccountID) async throws -> StoredRun? {
    try await database.run(RunQueries.current, [.id(account), .int(site)], in: .account(account))
      .first.map(StoredRun.init(row:))
  }

  func stages(of runs: [RunID], _ account: AccountID) async throws -> [StoredStage] {
    try await database.run(RunQueries.stages, [.id(account), .ids(runs)], in: .account(account))
      .map(StoredStage.init(row:))
  }

  /// Runs as callers see them.
  func replies(_ runs: [StoredRun], _ account: AccountID) async throws -> [Automation.Run] {
    guard !runs.isEmpty else { return [] }
    let stages = Dictionary(grouping: try await stages(of: runs.map(\.id), account), by: \.run)
    return try runs.map { try $0.reply(stages[$0.id] ?? []) }
  }

  /// Makes a run and its job.
  /// - Throws: `RPCError` `.alreadyExists` while another run of the site is active.
  func create(
    site: Int64, account: AccountID, user: Int64?, config: PipelineConfig,
    estimate: Automation.RunEstimate, trigger: RunTrigger = .manual, in transaction: Transaction
  ) async throws -> Automation.Run {
    let values: [SQLValue] = [
      .id(account), .int(site), .int(user), .json(config.json), .json(estimate.json),
      .instant(time.now()), .text(trigger.rawValue),
    ]
    let run: StoredRun
    do {
      run = try StoredRun(row: try await transaction.run(RunQueries.insert, values).one())
    } catch let error as PostgresError where error.isUniqueViolation(of: "automation_runs_active") {
      throw RPCError(
        .alreadyExists, "A run of this site is active already", reason: "run_active")
    }
    let place: [SQLValue] = [.id(account), .id(run.id)]
    _ = try await transaction.run(RunQueries.insertStages, place)
    let job = try await queue.enqueue(PipelineJob.request(for: run), in: transaction)
    _ = try await transaction.run(RunQueries.setJob, place + [.id(job)])
    try await log(LogLine(trigger.line), run.id, account, in: transaction)
    let stages = try await transaction.run(RunQueries.stages, [.id(account), .ids([run.id])])
    return try run.reply(try stages.map(StoredStage.init(row:)))
  }

  /// Lets something happen to a run.
  /// - Parameters:
  ///   - job: who says so, if it is the run's own job: refused when that was taken over.
  ///   - more: what else changes with it.
  /// - Throws: `RPCError` `.failedPrecondition` where it makes no sense in the run's state.
  @discardableResult
  func change(
    _ id: RunID, of account: AccountID, _ event: RunMachine.Event, log line: LogLine? = nil,
    error: String? = nil, job: JobRun? = nil,
    more: @Sendable (StoredRun, Transaction) async throws -> Void = { _, _ in }
  ) async throws -> StoredRun {
    try await database.transaction(in: .account(account)) { transaction in
      let place: [SQLValue] = [.id(account), .id(id)]
      guard let row = try await transaction.run(RunQueries.lock, place).first else {
        throw RPCError.missing
      }
      let run = try StoredRun(row: row)
      var machine = run.machine
      do { try machine.handle(event) } catch {
        throw RPCError(
          .failedPrecondition, "The run is \(run.machine.state.rawValue)", reason: "run_state")
      }
      if machine != run.machine {
        _ = try await transaction.run(
          RunQueries.setState,
          place + [
            .text(machine.state.rawValue), .text(machine.pauseReason?.rawValue),
            .instant(time.now()), .text(error),
          ])
        if let line { try await log(line, id, account, in: transaction) }
        try await more(run, transaction)
      }
      if let job { try await job.fence(in: transaction) }
      return run
    }
  }

  /// Writes a line into a run's log.
  func log(
    _ line: LogLine, _ id: RunID, _ account: AccountID, in transaction: Transaction
  ) async throws {
    _ = try await transaction.run(
      RunQueries.log,
      [
        .id(account), .id(id), .instant(time.now()), .text(line.level.rawValue),
        .int(line.stage?.rawValue ?? 0), .text(line.message),
      ])
  }
}

import AutomationCore
import Jobs
import Kernel
import Postgres
import RPC
import Resources

/// Does one stage of a run.
struct StageWork: Sendable {
  /// Items looked up at once.
  static let page: Int64 = 200
  /// As many batches as the page has room for.
  static let allBatches: Int64 = 1_000_000_000

  let run: StoredRun
  let stage: Stage
  let job: JobRun
  let runs: RunStore
  let work: ItemWork

  var account: AccountID { job.account }
  var database: Database { runs.database }
  var config: PipelineConfig { run.config }

  var principal: Principal {
    Principal(
      account: account, user: run.user.map { UserID($0) }, requestID: "run-\(run.id)")
  }

  /// The start of every statement about the stage.
  var place: [SQLValue] { [.id(account), .id(run.id), .int(stage.rawValue)] }

  /// Does the stage, or what is left of it; false when the run is over.
  /// - Throws: what parks the job while the run is paused or a service is out of reach.
  func run() async throws -> Bool {
    do {
      switch try await state().state {
      case .completed, .skipped: return true
      case .failed: return false
      case .pending: guard try await enter() else { return true }
      case .running: break
      }
      try await workOff()
      try await leave()
      return true
    } catch let error as RPCError {
      try Task.checkCancellation()
      if let reason = error.pauseReason {
        try await pause(reason)
        try job.park()
      }
      return try await judge(
        Round(unreachable: [(nil, error)]), isFinal: error.isPermanent)
    }
  }

  func state() async throws -> StoredStage {
    let stages = try await runs.stages(of: [run.id], account)
    guard let stage = stages.first(where: { $0.stage == stage }) else { throw RPCError.missing }
    return stage
  }

  /// Changes something while the job is this worker's.
  func write(
    _ statements: [(Statement, [SQLValue])], log line: LogLine? = nil
  ) async throws {
    try await database.transaction(in: .account(account)) { transaction in
      for (statement, values) in statements { _ = try await transaction.run(statement, values) }
      if var line {
        line.stage = stage
        try await runs.log(line, run.id, account, in: transaction)
      }
      try await job.fence(in: transaction)
    }
  }

  // MARK: Entering and leaving

  /// Writes down what the stage will work on; false when it is switched off.
  private func enter() async throws -> Bool {
    let settings = config[stage]
    let now: SQLValue = .instant(runs.time.now())
    guard settings.isEnabled else {
      try await write(
        [(RunQueries.skipStage, place + [now])], log: LogLine("\(stage.name): switched off"))
      return false
    }
    let call = try await work.call(principal, timeout: .seconds(60))
    let items = try await work.peers.items(
      of: stage, site: run.site, atMost: settings.maxItems, call)
    let plan = StagePlan(stage, items, settings: settings)
    let costs = try await costs(of: plan, call)
    try await write(
      [(ItemQueries.insert, place + values(plan, costs)), (RunQueries.enterStage, place + [now])],
      log: LogLine("\(stage.name): \(plan.count) items"))
    return true
  }

  private func costs(
    of plan: StagePlan, _ call: OutgoingCall
  ) async throws -> [Int64: Int64] {
    guard config.creditCap != nil, let operation = stage.operation else { return [:] }
    return try await work.peers.prices(of: operation, Set(plan.amounts), call).costs
  }

  private func values(_ plan: StagePlan, _ costs: [Int64: Int64]) -> [SQLValue] {
    let places = plan.batches.enumerated().flatMap { batch, items in
      items.indices.map { (batch: Int64(batch), isFirst: $0 == 0) }
    }
    let items = Array(plan.batches.joined())
    let estimates = zip(items, places).map { item, place -> Int64 in
      if stage.worksInBatches { return place.isFirst ? costs[1] ?? 0 : 0 }
      return costs[item.amount] ?? 0
    }
    return [
      .ints(items.map(\.id)), .ints(items.indices.map { Int64($0) }), .ints(places.map(\.batch)),
      .ints(items.map(\.sector)), .texts(items.map(\.label)), .ints(estimates),
    ]
  }

  private func leave() async throws {
    let now: SQLValue = .instant(runs.time.now())
    let sums = try await state()
    let line = """
      \(stage.name): \(sums.done) done, \(sums.failed) failed, \(sums.skipped) skipped, \
      \(sums.credits) credits
      """
    try await write([(RunQueries.leaveStage, place + [now])], log: LogLine(line))
  }

  // MARK: Working

  /// Works until nothing is left.
  private func workOff() async throws {
    if stage == .publishing, !config.publishesItself || config.destinations.isEmpty {
      return try await write([
        (ItemQueries.skipAll, place + [.text("Waits for a person to publish it")])
      ])
    }
    var isFirst = true
    while true {
      try await stopUnlessRunning()
      let units = try await pending()
      if units.isEmpty { return }
      if !isFirst, config.delayMilliseconds > 0 {
        try await runs.time.sleep(for: .milliseconds(config.delayMilliseconds))
      }
      isFirst = false
      let round = try await perform(units)
      if let reason = round.stop {
        try await pause(reason)
      } else if !round.unreachable.isEmpty {
        _ = try await judge(round, isFinal: false)
      } else {
        try await noteProgress()
      }
    }
  }

  /// Sets the job aside while the run is paused.
  private func stopUnlessRunning() async throws {
    guard let now = try await runs.get(run.id, of: account) else { throw CancellationError() }
    switch now.machine.state {
    case .running, .created: return
    case .paused: try job.park()
    case .cancelled, .completed, .failed: throw CancellationError()
    }
  }

  private func pause(_ reason: PauseReason) async throws {
    let why =
      switch reason {
      case .user: "The run is paused"
      case .insufficientCredits: "The run is paused: the credits do not suffice"
      case .creditCap: "The run is paused: its credit cap is reached"
      case .suspended: "The run is paused: the account is suspended"
      case .moduleOff: "The run is paused: a module that it needs is switched off"
      }
    do {
      try await runs.change(
        run.id, of: account, .paused(reason), log: LogLine(why, .warning, stage: stage), job: job)
    } catch let error as RPCError where error.details.reason == "run_state" {
      throw CancellationError()
    }
  }

  /// What is to be done next: the rest of one batch, or of several.
  private func pending() async throws -> [PendingUnit] {
    let isByBatch = stage.worksInBatches || config.delayMilliseconds > 0
    let rows = try await database.run(
      ItemQueries.pending, place + [.int(isByBatch ? 1 : Self.allBatches), .int(Self.page)],
      in: .account(account))
    let items = try rows.map(PendingItem.init(row:))
    if !stage.worksInBatches { return items.compactMap { unit(of: [$0]) } }
    return unit(of: items).map { [$0] } ?? []
  }

  private func unit(of items: [PendingItem]) -> PendingUnit? {
    guard let first = items.first else { return nil }
    let unit: WorkUnit =
      switch stage {
      case .clustering:
        .cluster(items.map(\.id), site: run.site, sector: first.sector, withOutliers: true)
      case .ideas: .ideas(first.id)
      case .tasks: .queue(items.map(\.id))
      case .contents: .content(first.id)
      case .imagePrompts: .imagePrompts(first.id)
      case .images: .image(first.id, anew: false)
      case .publishing: .publish(first.id, destinations: config.destinations)
      }
    let label = items.count > 1 ? "\(items.count) items from “\(first.label)”" : "“\(first.label)”"
    return PendingUnit(
      unit: unit, ids: items.map(\.id), label: label,
      estimate: items.reduce(0) { $0 + $1.estimate },
      key: "run/\(run.id)/\(stage.rawValue)/\(first.id)")
  }

  // MARK: Rounds

  /// Decides what becomes of a stage that could not reach something; false when it failed.
  private func judge(_ round: Round, isFinal: Bool) async throws -> Bool {
    let before = try await state()
    let verdict =
      isFinal
      ? .failStage
      : RetryRule.verdict(
        rounds: before.idleRounds, progressed: round.ended > 0, anyDone: before.done > 0)
    let reason = round.unreachable.first?.error.message ?? "Unreachable"
    switch verdict {
    case .again(let rounds):
      try await write(
        [(RunQueries.setIdleRounds, place + [.int(rounds)])],
        log: LogLine("\(stage.name): trying again after: \(reason)", .warning))
      let wait = work.settings.round.delay(attempt: rounds, chance: work.chance)
      try job.park(until: runs.time.now() + wait)
    case .failItems:
      for (unit, error) in round.unreachable {
        if let unit { try await settle(unit, .failure(error)) }
      }
      return true
    case .failStage:
      try await fail(reason)
      return false
    }
  }

  private func noteProgress() async throws {
    guard try await state().idleRounds > 0 else { return }
    try await write([(RunQueries.setIdleRounds, place + [0])])
  }

  private func fail(_ reason: String) async throws {
    let (account, id, values) = (account, run.id, place + [.instant(runs.time.now())])
    try await runs.change(
      id, of: account, .stageFailed, log: LogLine("\(stage.name): \(reason)", .error, stage: stage),
      error: "\(stage.name): \(reason)", job: job
    ) { _, transaction in
      _ = try await transaction.run(RunQueries.failStage, values)
    }
  }
}

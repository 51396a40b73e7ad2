import AutomationContract
import AutomationCore
import BillingContract
import CommonContract
import Events
import Jobs
import Kernel
import Postgres
import RPC
import Resources

/// Runs: estimated, started, steered, watched.
struct RunHandlers: Sendable {
  let peers: Peers
  let runs: RunStore
  let forecast: RunForecast
  let settings: AutomationSettings

  func register(in routes: inout RPCRoutes) {
    routes.answer(PipelineMethods.estimate) { request, call in
      try await estimate(try request.requireSite(), call).estimate
    }
    routes.answer(PipelineMethods.runNow, runNow)
    routes.answer(PipelineMethods.pause) { request, call in
      try await steer(request, call, .paused(.user), LogLine("The run was paused by a person"))
    }
    routes.answer(PipelineMethods.resume, resume)
    routes.answer(PipelineMethods.cancel, cancel)
    routes.answer(PipelineMethods.getCurrentRun, currentRun)
    routes.answer(PipelineMethods.listRuns, list)
    routes.answer(PipelineMethods.getRun) { request, call in
      try await self.reply(try await find(request.id, call), call)
    }
    routes.answer(PipelineMethods.listRunLogs, logs)
    routes.stream(PipelineMethods.watchRun, watch)
    routes.answer(PipelineMethods.getPipelineOverview, overview)
  }

  private func reply(_ run: StoredRun, _ call: IncomingCall) async throws -> Automation.Run {
    guard let reply = try await runs.replies([run], try call.requireAccount()).first else {
      throw RPCError.missing
    }
    return reply
  }

  /// A run that the caller may see.
  private func find(_ id: Int64, _ call: IncomingCall) async throws -> StoredRun {
    guard let run = try await runs.get(RunID(id), of: try call.requireAccount()),
      call.context.sites?.contains(SiteID(run.site)) ?? true
    else { throw RPCError.missing }
    return run
  }

  // MARK: Starting

  private func estimate(
    _ site: Int64, _ call: IncomingCall
  ) async throws -> (estimate: Automation.RunEstimate, config: PipelineConfig) {
    try await peers.check(site: site, call)
    return try await forecast.estimate(site, try call.requireAccount(), call.outgoingInternal())
  }

  private func runNow(
    _ request: Automation.SiteRequest, _ call: IncomingCall
  ) async throws -> Automation.Run {
    let site = try request.requireSite()
    let account = try call.requireAccount()
    let keyed = try KeyedRequest(call, PipelineMethods.runNow, request)
    if let known = try await runs.database.knownAnswer(keyed, as: Automation.Run.self) {
      return known
    }
    try await peers.check(site: site, call, forWriting: true)
    if let run = try await runs.current(site: site, of: account), !run.machine.state.isFinal {
      throw RPCError(
        .alreadyExists, "A run of this site is active already", reason: "run_active")
    }
    let (estimate, config) = try await estimate(site, call)
    guard estimate.sufficient else {
      throw insufficientCredits(
        required: estimate.requiredCredits, available: estimate.availableCredits)
    }
    return try await runs.database.transaction(in: .account(account)) { transaction in
      try await IdempotencyKeys.once(keyed, in: transaction) {
        try await runs.create(
          site: site, account: account, user: call.context.user?.value, config: config,
          estimate: estimate, in: transaction)
      }
    }
  }

  // MARK: Steering

  private func target(
    _ request: Automation.RunRequest, _ call: IncomingCall
  ) async throws -> StoredRun {
    if let run = request.runID { return try await find(run, call) }
    guard let site = request.siteID else { throw RPCError(required: "site_id") }
    try await peers.check(site: site, call)
    guard let run = try await runs.current(site: site, of: try call.requireAccount()) else {
      throw RPCError.missing
    }
    return run
  }

  private func steer(
    _ request: Automation.RunRequest, _ call: IncomingCall, _ event: RunMachine.Event,
    _ line: LogLine,
    more: @Sendable (StoredRun, Transaction) async throws -> Void = { _, _ in }
  ) async throws -> Automation.Run {
    let account = try call.requireAccount()
    let run = try await target(request, call)
    try await runs.change(run.id, of: account, event, log: line, more: more)
    return try await reply(try await find(run.id.value, call), call)
  }

  /// The credit cap may have been raised meanwhile.
  private func resume(
    _ request: Automation.RunRequest, _ call: IncomingCall
  ) async throws -> Automation.Run {
    let account = try call.requireAccount()
    let run = try await target(request, call)
    let saved = try await runs.config(of: run.site, account).config
    return try await steer(request, call, .resumed, LogLine("The run was resumed")) {
      run, transaction in
      var config = run.config
      config.creditCap = saved.creditCap
      _ = try await transaction.run(
        RunQueries.setConfig, [.id(account), .id(run.id), .json(config.json)])
      if let job = run.job { try await runs.queue.wake(job, of: account, in: transaction) }
    }
  }

  private func cancel(
    _ request: Automation.RunRequest, _ call: IncomingCall
  ) async throws -> Automation.Run {
    let account = try call.requireAccount()
    return try await steer(request, call, .cancelled, LogLine("The run was cancelled", .warning)) {
      run, transaction in
      _ = try await transaction.run(
        RunQueries.endStages, [.id(account), .id(run.id), .instant(runs.time.now())])
      if let job = run.job { try await runs.queue.cancel(job, of: account, in: transaction) }
    }
  }

  // MARK: Reading

  private func currentRun(
    _ request: Automation.SiteRequest, _ call: IncomingCall
  ) async throws -> Automation.Run {
    let site = try request.requireSite()
    try await peers.check(site: site, call)
    guard let run = try await runs.current(site: site, of: try call.requireAccount()) else {
      throw RPCError.missing
    }
    return try await reply(run, call)
  }

  private func list(
    _ request: Automation.ListRunsRequest, _ call: IncomingCall
  ) async throws -> Automation.ListRunsReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let filter: [SQLValue] = [
      .id(account), .int(request.siteID), .text(request.status),
      .ints(call.context.sites?.map(\.value)),
    ]
    let rows = try await runs.database.runAll(
      [
        (RunQueries.count, filter),
        (RunQueries.list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Automation.ListRunsReply(
      count: try rows[0].one().int(0),
      results: try await runs.replies(try rows[1].map(StoredRun.init(row:)), account))
  }

  private func logs(
    _ request: Automation.ListRunLogsRequest, _ call: IncomingCall
  ) async throws -> Automation.ListRunLogsReply {
    let account = try call.requireAccount()
    let run = try await find(request.id, call)
    let page = try Page(request.page, size: request.pageSize)
    let place: [SQLValue] = [.id(account), .id(run.id)]
    let rows = try await runs.database.runAll(
      [
        (RunQueries.countLogs, place),
        (RunQueries.listLogs, place + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Automation.ListRunLogsReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { row in
        Automation.RunLogLine(
          id: try row.int(0), at: try row.instant(1), level: try row.text(2),
          stage: Int32(try row.int(3)), message: try row.text(4))
      })
  }

  private func watch(
    _ request: Common.IdRequest, _ call: IncomingCall, _ sender: ItemSender<Automation.Run>
  ) async throws {
    var shown: Automation.Run?
    while true {
      let now = try await reply(try await find(request.id, call), call)
      if now != shown { try await sender.send(now) }
      shown = now
      if now.finishedAt != nil { return }
      try await runs.time.sleep(for: settings.watchEvery)
    }
  }

  private func overview(
    _ request: Automation.SiteRequest, _ call: IncomingCall
  ) async throws -> Automation.PipelineOverview {
    let site = try request.requireSite()
    try await peers.check(site: site, call)
    let outgoing = call.outgoingInternal()
    let stages = try await withThrowingTaskGroup(of: Automation.StageEstimate.self) { group in
      for stage in Stage.allCases {
        group.addTask {
          let count = try await peers.count(of: stage, site: site, outgoing)
          return Automation.StageEstimate(
            stage: Int32(stage.rawValue), name: stage.name, items: count)
        }
      }
      var all: [Automation.StageEstimate] = []
      for try await one in group { all.append(one) }
      return all.sorted { $0.stage < $1.stage }
    }
    return Automation.PipelineOverview(siteID: site, stages: stages)
  }
}

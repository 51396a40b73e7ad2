import AutomationContract
import AutomationCore
import Exports
import Jobs
import Kernel
import Logging
import Postgres
import RPC
import Redis

/// The automation context: its answers, and the jobs it does.
package struct AutomationService: Sendable {
  package let routes: RPCRoutes
  /// Does tasks and runs.
  package let runner: JobRunner
  let queue: JobQueue
  /// Turns schedules that are due into jobs.
  package let scheduler: Scheduler

  /// - Parameter sessions: for the runner alone, so that no heartbeat waits behind calls and work;
  ///   nil for those of `database`.
  package init(
    settings: AutomationSettings, peers: Peers, database: Database, sessions: Database? = nil,
    redis: RedisClient?, time: any TimeSource, chance: any Chance, log: Logger,
    jobs: JobSettings = JobSettings()
  ) {
    var jobs = jobs
    jobs.perAccount = settings.perAccount
    queue = JobQueue(
      database: database, redis: redis, settings: jobs, time: time, chance: chance, log: log)
    let runs = RunStore(database: database, queue: queue, time: time)
    let work = ItemWork(
      peers: peers, standings: Standings(auth: peers.auth, age: settings.standingAge, time: time),
      settings: settings, time: time, chance: chance)
    let (tasks, zones) = (AITaskJob(work: work), Zones())
    let forecast = RunForecast(peers: peers, runs: runs)
    scheduler = Scheduler(runs: runs, zones: zones, log: log)
    let pipeline = PipelineJob(runs: runs, work: work, log: log)
    let schedule = ScheduleJob(runs: runs, forecast: forecast, work: work)
    var handlers: [String: JobHandler] = [
      PipelineJob.kind: { try await pipeline.run($0) },
      ScheduleJob.kind: { try await schedule.run($0) },
    ]
    for function in AITask.allCases { handlers[function.kind] = { try await tasks.run($0) } }
    runner = JobRunner(
      queue: queue, handlers: handlers, concurrency: settings.workers, sessions: sessions)
    var routes = RPCRoutes()
    AITaskHandlers(
      peers: peers, database: database, queue: queue, settings: settings, time: time
    ).register(in: &routes)
    ConfigHandlers(peers: peers, runs: runs, zones: zones).register(in: &routes)
    RunHandlers(peers: peers, runs: runs, forecast: forecast, settings: settings)
      .register(in: &routes)
    ScheduledTaskHandlers(database: database, queue: queue).register(in: &routes)
    AccountExport(AccountArchive.tables, database: database)
      .register(AutomationExportMethods.exportAccount, in: &routes)
    self.routes = routes
  }
}

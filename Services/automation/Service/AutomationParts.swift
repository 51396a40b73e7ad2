import Events
import Jobs
import Postgres
import Runtime

extension AutomationService {
  /// The service in a process of its own: its methods, the runner of jobs and the keeper of its
  /// request keys.
  package static func parts(
    in environment: ServiceEnvironment<AutomationSettings>
  ) throws -> ServiceParts {
    var runnerSettings = environment.database.settings
    (runnerSettings.minSessions, runnerSettings.maxSessions) = (1, 6)
    let service = AutomationService(
      settings: environment.settings,
      peers: Peers(
        auth: try environment.client(of: "auth"), planner: try environment.client(of: "planner"),
        writer: try environment.client(of: "writer"),
        integration: try environment.client(of: "integration"),
        billing: try environment.client(of: "billing")),
      database: environment.database,
      sessions: Database(
        settings: runnerSettings, time: environment.time, log: environment.log),
      redis: environment.redis, time: environment.time, chance: environment.chance,
      log: environment.log)
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis, time: environment.time,
      chance: environment.chance, log: environment.log)
    let consumer = EventConsumer(
      name: "automation", database: environment.database, redis: environment.redis,
      handlers: SiteDeparture(queue: service.queue).handlers
        .merging(AccountDeparture.handlers) { first, _ in first },
      time: environment.time, chance: environment.chance, log: environment.log)
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("jobs") { await service.runner.run() },
        .repeating(
          "schedules", every: environment.settings.scheduleEvery, time: environment.time
        ) { try await service.scheduler.tick() },
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
      ])
  }
}

import Events
import RPC
import Runtime

extension IntegrationService {
  /// The service in a process of its own: its methods, what it does about others' events, and the
  /// relay, which clears away the events that are long done with.
  package static func parts(
    in environment: ServiceEnvironment<IntegrationSettings>
  ) throws -> ServiceParts {
    let service = try IntegrationService(
      settings: environment.settings, database: environment.database,
      auth: environment.client(of: "auth"), writer: environment.client(of: "writer"),
      loops: environment.loops.group, time: environment.time, chance: environment.chance,
      log: environment.log)
    let consumer = EventConsumer(
      name: "integration", database: environment.database, redis: environment.redis,
      handlers: SiteDeparture.handlers.merging(AccountDeparture.handlers) { first, _ in first },
      time: environment.time, chance: environment.chance, log: environment.log)
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis, time: environment.time,
      chance: environment.chance, log: environment.log)
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
      ],
      onDrain: [{ await service.close() }])
  }
}

import Events
import Metering
import Runtime
import Settings

extension PlannerService {
  /// The service in a process of its own: its methods, the relay of its events and charges, and
  /// what it hears of the other contexts.
  package static func parts(
    in environment: ServiceEnvironment<NoSettings>
  ) throws -> ServiceParts {
    let neighbours = Neighbours(
      auth: try environment.client(of: "auth"), billing: try environment.client(of: "billing"),
      integration: try environment.client(of: "integration"),
      writer: try environment.client(of: "writer"))
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis,
      handlers: Metering.handlers(billing: neighbours.billing, time: environment.time),
      time: environment.time, chance: environment.chance, log: environment.log)
    let service = try PlannerService(
      database: environment.database, neighbours: neighbours, time: environment.time,
      log: environment.log, messagesWaiting: { relay.wake() })
    let consumer = EventConsumer(
      name: "planner", database: environment.database, redis: environment.redis,
      handlers: SiteDeparture.handlers.merging(WriterNews.handlers) { first, _ in first }
        .merging(AccountDeparture.handlers) { first, _ in first },
      time: environment.time, chance: environment.chance, log: environment.log)
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
      ])
  }
}

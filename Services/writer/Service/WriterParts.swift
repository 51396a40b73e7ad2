import Events
import Metering
import Runtime

extension WriterService {
  /// The service in a process of its own: its methods and the relay of its events and charges.
  package static func parts(
    in environment: ServiceEnvironment<WriterSettings>
  ) throws -> ServiceParts {
    let billing = try environment.client(of: "billing")
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis,
      handlers: Metering.handlers(billing: billing, time: environment.time),
      time: environment.time, chance: environment.chance, log: environment.log)
    let service = try WriterService(
      settings: environment.settings, database: environment.database,
      services: WriterService.Services(
        auth: try environment.client(of: "auth"), billing: billing,
        integration: try environment.client(of: "integration")),
      time: environment.time, log: environment.log, messagesWaiting: { relay.wake() })
    let consumer = EventConsumer(
      name: "writer", database: environment.database, redis: environment.redis,
      handlers: SiteDeparture.handlers.merging(AccountDeparture.handlers) { first, _ in first },
      time: environment.time, chance: environment.chance, log: environment.log)
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
      ])
  }
}

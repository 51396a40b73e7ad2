import Events
import RPC
import Runtime

extension BillingService {
  /// The service in a process of its own: its methods, the sweeper and the relay of its events.
  package static func parts(in environment: ServiceEnvironment<BillingSettings>) -> ServiceParts {
    let relay = OutboxRelay(
      database: environment.database, redis: environment.redis, time: environment.time,
      chance: environment.chance, log: environment.log)
    let service = BillingService(
      settings: environment.settings, database: environment.database, time: environment.time,
      log: environment.log, loops: environment.loops.group, eventsWaiting: { relay.wake() })
    let standing = AccountStanding(ledgers: service.ledgers)
    let consumer = EventConsumer(
      name: "billing", database: environment.database, redis: environment.redis,
      handlers: [AccountDeparture.handlers, standing.handlers, WriterNews.handlers]
        .reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } },
      time: environment.time, chance: environment.chance, log: environment.log)
    return ServiceParts(
      routes: service.routes,
      background: [
        BackgroundTask("sweeper") { await service.sweeper.run() },
        BackgroundTask("renewals") { await service.renewals.run() },
        BackgroundTask("top-ups") { await service.topUps.run() },
        BackgroundTask("payments") { await service.watch.run() },
        BackgroundTask("relay") { await relay.run() },
        BackgroundTask("events") { await consumer.run() },
      ],
      onDrain: [{ await service.watch.providers.close() }])
  }
}

import Kernel
import Logging
import Postgres
import Redis
import Telemetry

/// Delivers the messages of one schema's outbox: events to the stream in Redis, calls to the
/// handlers given here.
///
/// Any number of replicas may run: each leases the messages that it delivers. A message is
/// delivered at least once, and again (with growing waits) while its delivery fails. A call whose
/// handler refuses it for good is parked: it stays in the table with its error, is logged, and can
/// be tried again by `retry`. A replica that dies during a delivery leaves the message to the next
/// one when the lease ends.
package final class OutboxRelay: Sendable {
  /// Delivers one call. Must do the same thing once however often it runs: `message.key` is the
  /// key.
  package typealias Handler = @Sendable (OutboxMessage) async throws -> Void

  let database: Database
  let time: any TimeSource
  let chance: any Chance
  let settings: RelaySettings
  let log: Logger
  let figures: RelayFigures
  private let redis: RedisClient?
  private let handlers: [String: Handler]
  private let callsWaiting = Signal()
  private let eventsWaiting = Signal()

  /// - Parameter redis: where the event stream is; nil for a service that sends no events.
  package init(
    database: Database, redis: RedisClient?, handlers: [String: Handler] = [:],
    settings: RelaySettings = RelaySettings(), time: any TimeSource, chance: any Chance,
    log: Logger, metrics: Metrics = .shared
  ) {
    figures = RelayFigures(metrics)
    (self.database, self.redis, self.handlers) = (database, redis, handlers)
    self.settings = settings
    (self.time, self.chance, self.log) = (time, chance, log)
  }

  /// Says that messages have been committed, so that their delivery begins now. Never waits.
  package func wake() {
    callsWaiting.raise()
    eventsWaiting.raise()
  }

  /// Delivers until the task is cancelled.
  package func run() async {
    await withDiscardingTaskGroup { group in
      if !handlers.isEmpty {
        group.addTask { await CallLane(self, self.handlers, self.callsWaiting).run() }
      }
      if let redis {
        let stream = EventStream(redis: redis, database: database, time: time)
        group.addTask { await EventLane(self, stream, self.eventsWaiting).run() }
      }
      group.addTask { await self.clean() }
    }
  }

  /// Messages that were set aside, latest first.
  /// - Throws: `PostgresError`.
  package func parked(limit: Int = 100) async throws -> [ParkedMessage] {
    let rows = try await database.run(OutboxQueries.parked, [.int(Int64(limit))], in: .allAccounts)
    return try rows.map(ParkedMessage.init(row:))
  }

  /// Gives a parked message another chance; false when there is none such.
  /// - Throws: `PostgresError`.
  package func retry(_ id: Int64, of account: AccountID) async throws -> Bool {
    let values: [SQLValue] = [.instant(time.now()), .int(account.value), .int(id)]
    let rows = try await database.run(OutboxQueries.unpark, values, in: .account(account))
    wake()
    return rows.rowsAffected > 0
  }

  /// Removes what is older than it need be, a thousand rows at a time, and shows what waits.
  private func clean() async {
    while !Task.isCancelled {
      let old: [(Statement, Duration)] = [
        (OutboxQueries.clean, settings.keepDelivered),
        (IdempotencyQueries.clean, settings.keepKeys),
        (ConsumedQueries.clean, settings.keepKeys),
      ]
      for (statement, age) in old {
        await attempt("cleaning \(statement.name)") {
          let values: [SQLValue] = [.instant(time.now() - age), .int(1_000)]
          _ = try await database.run(statement, values, in: .allAccounts)
        }
      }
      await attempt("counting messages") { figures.show(waiting: try await waiting()) }
      try? await time.sleep(for: settings.cleanEvery)
    }
  }

  private func waiting() async throws -> [OutboxMessage.Route: Int64] {
    var waiting: [OutboxMessage.Route: Int64] = [:]
    for row in try await database.run(OutboxQueries.backlog, in: .allAccounts) {
      if let route = OutboxMessage.Route(rawValue: try row.text(0)) {
        waiting[route] = try row.int(1)
      }
    }
    return waiting
  }

  /// Until somebody says that there are messages, or the next look is due anyway.
  /// - Parameter began: when the last look did.
  func waitForMore(_ waiting: Signal, since began: Duration) async {
    try? await waiting.wait(atMost: settings.poll, time: time)
    let rest = settings.gather - (time.monotonic() - began)
    if rest > .zero { try? await time.sleep(for: rest) }
  }

  /// Leases due messages of a route.
  func claim(_ route: OutboxMessage.Route, kinds: [String]?, atMost limit: Int) async throws
    -> [OutboxMessage]
  {
    let now = time.now()
    let values: [SQLValue] = [
      .instant(now), .instant(now + settings.lease), .text(route.rawValue), .int(Int64(limit)),
      kinds.map { .texts($0) } ?? .null,
    ]
    let rows = try await database.run(OutboxQueries.claim, values, in: .allAccounts)
    return try rows.map { try OutboxMessage(row: $0, route: route) }
  }

  /// Puts messages back so that they are due after `wait`.
  func postpone(_ messages: [OutboxMessage], for wait: Duration, because error: String) async {
    let values: [SQLValue] = [.instant(time.now() + wait), .text(error)] + messages.columns
    await attempt("postponing messages") {
      _ = try await database.run(OutboxQueries.postpone, values, in: .allAccounts)
      figures.werePostponed(messages)
    }
  }

  /// Marks messages delivered.
  func finish(_ messages: [OutboxMessage], generation: Int64?) async {
    let values: [SQLValue] = [.instant(time.now()), .int(generation)] + messages.columns
    await attempt("marking messages delivered") {
      _ = try await database.run(OutboxQueries.done, values, in: .allAccounts)
      figures.wereDelivered(messages)
    }
  }

  /// Tries something whose failure mends itself: the lease ends and the message is delivered again.
  func attempt(_ what: String, _ body: () async throws -> Void) async {
    do { try await body() } catch is CancellationError {} catch {
      log.warning("\(what) failed", metadata: ["error": "\(error)"])
    }
  }
}

extension [OutboxMessage] {
  /// Accounts, ids and attempts, as the statements take them.
  fileprivate var columns: [SQLValue] {
    [
      .ints(map(\.account.value)), .ints(map(\.id)), .ints(map { Int64($0.attempt) }),
    ]
  }
}

/// A message that its handler refused for good.
package struct ParkedMessage: Sendable {
  package let message: OutboxMessage
  package let error: String
}

extension ParkedMessage {
  init(row: Row) throws {
    let route = OutboxMessage.Route(rawValue: try row.text(2)) ?? .call
    message = OutboxMessage(
      id: try row.int(1), route: route, kind: try row.text(3), account: AccountID(try row.int(0)),
      payload: try row.json(5), key: try row.optionalText(4), createdAt: try row.instant(6),
      attempt: Int(try row.int(7)))
    error = try row.optionalText(8) ?? ""
  }
}

extension OutboxMessage {
  init(row: Row, route: Route) throws {
    self.init(
      id: try row.int(1), route: route, kind: try row.text(2), account: AccountID(try row.int(0)),
      payload: try row.json(4), key: try row.optionalText(3), createdAt: try row.instant(5),
      attempt: Int(try row.int(6)))
  }
}

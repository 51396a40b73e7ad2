import Kernel
import NIOCore
import NIOPosix
import Postgres
import Redis
import Synchronization
import TestKit

@testable import Events

/// A service's schema with a table for what its handlers do.
let migrations = [
  Migration(number: 1, name: "events", sql: OutboxSchema.migrationSQL),
  Migration(
    number: 2, name: "effects",
    sql: """
      CREATE TABLE effects (account_id bigint NOT NULL, name text NOT NULL);
      \(RowSecurity.enable("effects"))
      """),
]

let account = AccountID(7)
private let addEffect = Statement(
  "test.effect.add", "INSERT INTO effects (account_id, name) VALUES ($1, $2)")
private let listEffects = Statement(
  "test.effect.list", "SELECT name FROM effects WHERE account_id = $1 ORDER BY name")

struct World: Sendable {
  let postgres: TestDatabase
  let chance = SeededChance(seed: 1)

  var database: Database { postgres.database }

  static func make(schema: String = "billing") async throws -> World {
    World(postgres: try await TestDatabase.make(schema: schema, migrations: migrations))
  }

  func add(_ messages: OutboxMessage...) async throws {
    try await database.transaction(in: .account(account)) { transaction in
      Outbox.add(messages, in: transaction)
    }
  }

  func relay(
    redis: RedisClient? = nil, handlers: [String: OutboxRelay.Handler] = [:],
    configure: (inout RelaySettings) -> Void = { _ in }
  ) -> OutboxRelay {
    var settings = RelaySettings()
    settings.poll = .milliseconds(20)
    settings.backoff = Backoff(base: .milliseconds(5), limit: .milliseconds(20))
    configure(&settings)
    return OutboxRelay(
      database: database, redis: redis, handlers: handlers, settings: settings, time: RealTime(),
      chance: chance, log: quietLog)
  }

  func consumer(redis: RedisClient, handlers: [String: EventConsumer.Handler]) -> EventConsumer {
    var settings = ConsumerSettings()
    settings.patience = .milliseconds(20)
    settings.redeliverAfter = .milliseconds(50)
    return EventConsumer(
      name: "automation", database: database, redis: redis, handlers: handlers,
      settings: settings, time: RealTime(), chance: chance, log: quietLog)
  }

  /// A handler whose effect is a row named after the event.
  static let noteEvent: EventConsumer.Handler = { event, transaction in
    try await note(event.payload, in: transaction)
  }

  static func note(_ name: String, in transaction: Transaction) async throws {
    _ = try await transaction.run(addEffect, [.id(account), .text(name)])
  }

  func effects() async throws -> [String] {
    try await database.run(listEffects, [.id(account)], in: .account(account)).map {
      try $0.text(0)
    }
  }

  func count(_ what: String) async throws -> Int {
    let statement = Statement("test.count.\(what)", "SELECT count(*) FROM \(what)")
    return Int(try await database.run(statement, in: .allAccounts).one().int(0))
  }
}

func redisClient(port: Int, database: Int = 0) -> RedisClient {
  var settings = RedisSettings(host: "127.0.0.1", port: port, database: database)
  settings.backoff = Backoff(base: .milliseconds(5), limit: .milliseconds(20))
  return RedisClient(
    settings: settings, group: MultiThreadedEventLoopGroup.singleton,
    chance: SeededChance(seed: 2), log: quietLog)
}

/// What handlers were given, in order.
final class Seen<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  func add(_ element: Element) { elements.withLock { $0.append(element) } }

  var all: [Element] { elements.withLock { $0 } }
}

struct NeverHappened: Error {}

/// Returns once something is so.
func until(_ isSo: () async throws -> Bool) async throws {
  for _ in 0..<2_000 {
    if try await isSo() { return }
    try await RealTime().sleep(for: .milliseconds(5))
  }
  throw NeverHappened()
}

/// Runs something in the background while `body` runs.
func during<Result: Sendable>(
  _ background: @escaping @Sendable () async -> Void, body: () async throws -> Result
) async throws -> Result {
  let task = Task { await background() }
  let result: Swift.Result<Result, any Error>
  do { result = .success(try await body()) } catch { result = .failure(error) }
  task.cancel()
  await task.value
  return try result.get()
}

func during<Result: Sendable>(
  _ first: @escaping @Sendable () async -> Void, _ second: @escaping @Sendable () async -> Void,
  body: () async throws -> Result
) async throws -> Result {
  try await during(first) { try await during(second, body: body) }
}

import Kernel
import Postgres
import Redis
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("events while Redis is lost, full and flushed", .inTurn, .timeLimit(.minutes(10)))
struct RedisLossTests {
  private static let consumers = ["automation", "integration"]

  /// Notes the event under the consumer's name, in the transaction that records it.
  private func consumer(_ name: String, _ world: World, _ redis: RedisClient) -> EventConsumer {
    var settings = ConsumerSettings()
    settings.patience = .milliseconds(20)
    settings.redeliverAfter = .milliseconds(100)
    return EventConsumer(
      name: name, database: world.database, redis: redis,
      handlers: [
        "keyword.added": { event, transaction in
          try await World.note("\(name) \(event.payload)", in: transaction)
        }
      ], settings: settings, time: RealTime(), chance: SeededChance(seed: StableHash(name).value),
      log: quietLog)
  }

  /// What each consumer should have done, once each.
  private func expected(_ count: Int) -> [String] {
    Self.consumers.flatMap { name in (0..<count).map { "\(name) {\"number\": \($0)}" } }.sorted()
  }

  /// Adds events in the middle of which `disturb` does something to the server, and returns once
  /// everything has come to every consumer.
  private func flow(
    rounds: Int, _ disturb: (Int, TestRedisServer, RedisClient) async throws -> Void
  ) async throws {
    let world = try await World.make()
    let server = try await TestRedis.apart()
    let redis = redisClient(port: server.port)
    let relay = world.relay(redis: redis) { $0.batch = 7 }
    let (first, second) = (
      consumer(Self.consumers[0], world, redis), consumer(Self.consumers[1], world, redis)
    )
    var count = 0
    try await during({ await relay.run() }, { await first.run() }) {
      try await during({ await second.run() }) {
        for round in 0..<rounds {
          for _ in 0..<20 {
            let payload = #"{"number": \#(count)}"#
            try await world.add(.event("keyword.added", account: account, payload: payload))
            count += 1
            if count % 10 == 5 { try await disturb(round, server, redis) }
          }
          relay.wake()
        }
        try await until { try await world.effects().count >= count * Self.consumers.count }
        try await RealTime().sleep(for: .milliseconds(200))
      }
    }
    #expect(try await world.effects().sorted() == expected(count))
    #expect(try await world.count("outbox WHERE done_at IS NULL") == 0)
    await redis.close()
    server.stop()
  }

  @Test("a flush in the middle of the stream: every consumer has every event once")
  func flushed() async throws {
    try await flow(rounds: 6) { _, _, redis in _ = try? await redis.command(["FLUSHALL"]) }
  }

  @Test("a restart without its data in the middle of the stream: the same")
  func restarted() async throws {
    try await flow(rounds: 3) { _, server, _ in
      server.stop()
      try server.start()
    }
  }

  @Test("a server that is full for a while: rows stay in the outbox, then every event comes once")
  func full() async throws {
    try await flow(rounds: 4) { round, _, redis in
      let limit: RedisArgument = round % 2 == 0 ? "1" : "0"
      _ = try await redis.command(["CONFIG", "SET", "maxmemory", limit])
    }
  }

  @Test("a stream or a group that somebody deleted is made anew, and what was in it comes again")
  func deleted() async throws {
    try await flow(rounds: 4) { round, _, redis in
      let group = RedisArgument(Self.consumers[round % 2])
      _ = try? await redis.command(["XGROUP", "DESTROY", .init(EventStream.name), group])
    }
  }
}

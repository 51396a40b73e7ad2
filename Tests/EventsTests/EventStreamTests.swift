import Kernel
import Postgres
import RPC
import Redis
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("events from outbox to consumer", .inTurn, .timeLimit(.minutes(10)))
struct EventStreamTests {
  private func added(_ name: String) -> OutboxMessage {
    .event("keyword.added", account: account, payload: #"{"name": "\#(name)"}"#)
  }

  private func payload(_ name: String) -> String { #"{"name": "\#(name)"}"# }

  private func client() async throws -> RedisClient {
    let redis = try await TestRedis.make()
    return redisClient(port: redis.port, database: redis.database)
  }

  @Test("an event reaches its handler with all that the sender said")
  func arrives() async throws {
    let (world, redis) = (try await World.make(), try await client())
    let seen = Seen<Event>()
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(
      redis: redis, handlers: ["keyword.added": { event, _ in seen.add(event) }])
    try await during({ await relay.run() }, { await consumer.run() }) {
      try await world.add(
        .event(
          "keyword.added", account: account, payload: #"{"id": 5, "word": "Kaffee ☕"}"#, key: "k5")
      )
      relay.wake()
      try await until { !seen.all.isEmpty }
    }
    let event = try #require(seen.all.first)
    #expect(event.id == "billing/1")
    #expect(event.key == "k5")
    #expect(event.payload == #"{"id": 5, "word": "Kaffee ☕"}"#)
    #expect(event.account == account)
    await redis.close()
  }

  @Test("a relay that dies between sending and noting it doubles no effect")
  func sentTwice() async throws {
    let (world, redis) = (try await World.make(), try await client())
    try await world.add(added("a"), added("b"))
    let dead = world.relay(redis: redis) { $0.lease = .zero }
    let stream = EventStream(redis: redis, database: world.database, time: RealTime())
    let generation = try await stream.generation()
    let events = try await dead.claim(.event, kinds: nil, atMost: 10)
    let kept = Instant(seconds: 0)
    #expect(try await stream.append(events, to: generation, keepingSince: kept))

    let relay = world.relay(redis: redis)
    let consumer = world.consumer(redis: redis, handlers: ["keyword.added": World.noteEvent])
    try await during({ await relay.run() }) {
      try await until { try await redis.streamLength(EventStream.name) == 4 }
      try await during({ await consumer.run() }) {
        try await until { try await world.effects().count >= 2 }
        try await until { try await pending(redis) == 0 }
      }
    }
    #expect(try await world.effects() == [payload("a"), payload("b")])
    await redis.close()
  }

  /// Entries of the stream that the consumers have not dealt with yet.
  private func pending(_ redis: RedisClient) async throws -> Int {
    let groups = try await redis.command(["XINFO", "GROUPS", .init(EventStream.name)]).array ?? []
    guard let group = groups.first?.array else { return -1 }
    func field(_ name: String) -> Int? {
      group.firstIndex { $0.text == name }.flatMap { group[$0 + 1].int }.map(Int.init)
    }
    return (field("pending") ?? 0) + (field("lag") ?? 0)
  }

  @Test("a handler that fails leaves no effect, and the event comes again")
  func failing() async throws {
    struct Broken: Error {}
    let (world, redis) = (try await World.make(), try await client())
    let tries = Seen<String>()
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(
      redis: redis,
      handlers: [
        "keyword.added": { event, transaction in
          try await World.noteEvent(event, transaction)
          tries.add(event.id)
          if tries.all.count < 3 { throw Broken() }
        }
      ])
    try await world.add(added("a"))
    try await during({ await relay.run() }, { await consumer.run() }) {
      try await until { try await !world.effects().isEmpty }
    }
    #expect(tries.all.count == 3)
    #expect(try await world.effects() == [payload("a")])
    await redis.close()
  }

  @Test("an event that a handler refuses for good is kept with the reason and holds up nothing")
  func refused() async throws {
    let (world, redis) = (try await World.make(), try await client())
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(
      redis: redis,
      handlers: [
        "keyword.added": { event, transaction in
          if event.payload.contains("bad") { throw RPCError(.notFound, "No such keyword") }
          try await World.noteEvent(event, transaction)
        }
      ])
    try await world.add(added("bad"), added("good"))
    try await during({ await relay.run() }, { await consumer.run() }) {
      try await until { try await world.count("consumed_events") == 2 }
    }
    #expect(try await world.count("consumed_events WHERE refused LIKE '%No such keyword%'") == 1)
    #expect(try await world.effects() == [payload("good")])
    await redis.close()
  }

  @Test("events of other kinds are passed over")
  func otherKinds() async throws {
    let (world, redis) = (try await World.make(), try await client())
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(redis: redis, handlers: ["keyword.added": World.noteEvent])
    try await world.add(.event("other", account: account, payload: "{}"), added("a"))
    try await during({ await relay.run() }, { await consumer.run() }) {
      try await until { try await !world.effects().isEmpty }
      try await until { try await pending(redis) == 0 }
    }
    #expect(try await world.count("consumed_events") == 1)
    await redis.close()
  }

  @Test("none is lost while Redis is down, and none when it comes back empty")
  func redisDown() async throws {
    let world = try await World.make()
    let server = try await TestRedis.apart()
    let redis = redisClient(port: server.port)
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(redis: redis, handlers: ["keyword.added": World.noteEvent])
    try await world.add(added("a"))
    try await during({ await relay.run() }) {
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 1 }
      server.stop()
      try await world.add(added("b"))
      try server.start()
      try await during({ await consumer.run() }) {
        try await until { try await world.effects().count == 2 }
        server.stop()
        try await world.add(added("c"))
        try server.start()
        try await until { try await world.effects().count == 3 }
      }
    }
    #expect(try await world.effects() == ["a", "b", "c"].map(payload))
    await redis.close()
    server.stop()
  }

  @Test("events that Redis forgot unread are sent again")
  func flushed() async throws {
    let world = try await World.make()
    let server = try await TestRedis.apart()
    let redis = redisClient(port: server.port)
    let relay = world.relay(redis: redis)
    let consumer = world.consumer(redis: redis, handlers: ["keyword.added": World.noteEvent])
    try await during({ await relay.run() }) {
      try await world.add(added("a"), added("b"))
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 2 }
      _ = try await redis.command(["FLUSHALL"])
      try await world.add(added("c"))
      try await during({ await consumer.run() }) {
        try await until { try await world.effects().count == 3 }
        _ = try await redis.command(["FLUSHALL"])
        try await world.add(added("d"))
        try await until { try await world.effects().count == 4 }
        try await until { try await redis.streamLength(EventStream.name) >= 4 }
        try await until { try await pending(redis) == 0 }
      }
    }
    #expect(try await world.effects() == ["a", "b", "c", "d"].map(payload))
    await redis.close()
    server.stop()
  }

  @Test("events are not added under a generation that is over")
  func staleGeneration() async throws {
    let (world, redis) = (try await World.make(), try await client())
    try await world.add(added("a"))
    let relay = world.relay(redis: redis)
    let stream = EventStream(redis: redis, database: world.database, time: RealTime())
    let generation = try await stream.generation()
    let events = try await relay.claim(.event, kinds: nil, atMost: 10)
    _ = try await redis.command(["FLUSHDB"])
    let kept = Instant(seconds: 0)
    #expect(try await !stream.append(events, to: generation, keepingSince: kept))
    let next = try await stream.generation()
    #expect(next > generation)
    #expect(try await stream.append(events, to: next, keepingSince: kept))
    #expect(try await redis.streamLength(EventStream.name) == 1)
    await redis.close()
  }

  @Test("two relays agree on one generation")
  func agree() async throws {
    let (world, redis) = (try await World.make(), try await client())
    let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try await EventStream(redis: redis, database: world.database, time: RealTime())
            .generation()
        }
      }
      return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
    }
    #expect(numbers.count == 1)
    await redis.close()
  }
}

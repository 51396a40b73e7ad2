import EdgeCore
import Kernel
import NIOPosix
import Redis
import Telemetry
import TestKit
import TestTraits
import Testing

@testable import EdgeService

/// One replica's view of counters in a real Redis.
private struct Replica {
  let client: RedisClient
  let counters: RedisThrottleCounters

  init(port: Int, database: Int = 0) {
    var settings = RedisSettings(host: "127.0.0.1", port: port, database: database)
    settings.commandTimeout = .seconds(30)
    client = RedisClient(
      settings: settings, group: MultiThreadedEventLoopGroup.singleton,
      chance: SeededChance(seed: 2), log: quietLog)
    counters = RedisThrottleCounters(redis: client, time: RealTime())
  }

  func count(_ key: String = "throttle:{t1}:system:u5") async throws -> ThrottleState {
    let counts = [ThrottleCount(key: key, rate: ThrottleRate(3, per: .hour))]
    return try #require(try await counters.count(counts).first)
  }

  func untilItAnswers() async throws {
    while (try? await client.command(["PING"])) == nil {
      try await RealTime().sleep(for: .milliseconds(10))
    }
  }
}

@Suite("the throttle on a Redis that is not as it should be", .inTurn, .timeLimit(.minutes(10)))
struct ThrottleFaultTests {
  @Test("replicas count together: of 200 requests at once each gets its own number")
  func replicas() async throws {
    let redis = try await TestRedis.make()
    let replicas = (0..<2).map { _ in Replica(port: redis.port, database: redis.database) }
    for replica in replicas { try await replica.untilItAnswers() }
    let used = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<200 {
        group.addTask { try await replicas[number % 2].count().used }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(used.sorted() == Array(1...200))
    for replica in replicas { await replica.client.close() }
  }

  @Test("after a flush and after a restart a window begins anew")
  func forgotten() async throws {
    let server = try await TestRedis.apart()
    let replica = Replica(port: server.port)
    try await replica.untilItAnswers()
    for used in 1...4 { #expect(try await replica.count().used == used) }
    #expect(try await replica.count().isExceeded)
    _ = try await replica.client.command(["FLUSHALL"])
    let flushed = try await replica.count()
    #expect(flushed.used == 1)
    #expect(flushed.reset > RealTime().now().seconds + 3_500)
    server.stop()
    try server.start()
    try await replica.untilItAnswers()
    #expect(try await replica.count().used == 1)
    await replica.client.close()
    server.stop()
  }

  @Test("a window that ends while it is known begins anew and ends again")
  func over() async throws {
    let redis = try await TestRedis.make()
    let replica = Replica(port: redis.port, database: redis.database)
    try await replica.untilItAnswers()
    for used in 1...3 { #expect(try await replica.count("window").used == used) }
    _ = try await replica.client.command(["DEL", "window"])
    let state = try await replica.count("window")
    #expect(state.used == 1)
    #expect(state.reset > RealTime().now().seconds + 3_500)
    #expect((try await replica.client.command(["TTL", "window"]).int ?? 0) > 3_500)
    await replica.client.close()
  }

  @Test("a counter that lost its end gets one")
  func endless() async throws {
    let redis = try await TestRedis.make()
    let replica = Replica(port: redis.port, database: redis.database)
    try await replica.untilItAnswers()
    _ = try await replica.client.command(["SET", "endless", "3"])
    #expect(try await replica.count("endless").isExceeded)
    #expect((try await replica.client.command(["TTL", "endless"]).int ?? 0) > 3_500)
    await replica.client.close()
  }

  @Test("while Redis is full, silent or away requests pass uncounted, and limits bind again after")
  func passes() async throws {
    let server = try await TestRedis.apart()
    let proxy = try ChaosProxy(to: server.port)
    let replica = Replica(port: proxy.port)
    try await replica.untilItAnswers()
    let world = try EdgeWorld(
      environment: ["IGNY8_THROTTLE_SYSTEM": "1/hour"], counting: replica.counters)
    let path = "/api/v1/system/ping/"
    #expect(try await world.ask("GET", path).header("X-Throttle-Remaining") == "0")
    #expect(try await world.ask("GET", path).status == 429)

    func passesUncounted(_ count: Int) async throws {
      let reply = try await world.ask("GET", path)
      #expect(reply.status == 200)
      #expect(reply.header("X-Throttle-Remaining") == nil)
      #expect(world.gateway.figures.uncounted.value == count)
    }
    _ = try await replica.client.command(["CONFIG", "SET", "maxmemory", "1"])
    try await passesUncounted(1)
    _ = try await replica.client.command(["CONFIG", "SET", "maxmemory", "0"])
    #expect(try await world.ask("GET", path).status == 429)
    proxy.judge { _, _ in .silence }
    try await passesUncounted(2)
    proxy.heal()
    server.stop()
    try await passesUncounted(3)
    try server.start()
    try await replica.untilItAnswers()
    // The counters were lost with the server.
    #expect(try await world.ask("GET", path).header("X-Throttle-Remaining") == "0")
    #expect(try await world.ask("GET", path).status == 429)
    await replica.client.close()
    proxy.stop()
    server.stop()
  }
}

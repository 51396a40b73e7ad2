import Kernel
import NIOCore
import NIOPosix
import Redis
import TestKit
import TestTraits
import Testing

@Suite("Redis full, slow or silent", .inTurn, .timeLimit(.minutes(10)))
struct RedisFaultTests {
  private func ping(_ world: RedisWorld, _ timeout: Duration? = nil) async -> Result<
    RedisValue, RedisError
  > {
    await outcome { () async throws(RedisError) in
      try await world.client.command(["PING"], timeout: timeout)
    }
  }

  @Test("a full server refuses writes with its reason, answers reads, and takes writes again")
  func full() async throws {
    let server = try await TestRedis.apart()
    let world = RedisWorld(port: server.port)
    let redis = world.client
    try await world.untilItAnswers()
    _ = try await redis.command(["SET", "kept", "value"])
    _ = try await redis.command(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
    _ = try await redis.command(["CONFIG", "SET", "maxmemory", "1"])
    let script = RedisScript(source: "return redis.call('SET', KEYS[1], 'x')")
    for _ in 0..<3 {
      let refused = await outcome { () async throws(RedisError) in
        try await redis.command(["SET", "new", "value"])
      }
      let refusedScript = await outcome { () async throws(RedisError) in
        try await redis.run(script, keys: ["new"])
      }
      for result in [refused, refusedScript] {
        guard case .failure(let error) = result, error.isServer(code: "OOM") else {
          Issue.record("unexpected: \(result)")
          continue
        }
      }
      #expect(try await redis.command(["GET", "kept"]).text == "value")
    }
    #expect(redis.isAvailable)
    _ = try await redis.command(["CONFIG", "SET", "maxmemory", "0"])
    #expect(try await redis.run(script, keys: ["new"]).text == "OK")
    await redis.close()
    server.stop()
  }

  @Test("a server that accepts and never greets is away, not waited for")
  func blackhole() async throws {
    let server = try await FakeServer.start { _ in nil }
    let world = RedisWorld(port: server.port) { $0.connectTimeout = .milliseconds(100) }
    for _ in 0..<5 {
      guard case .failure(let error) = await ping(world, .seconds(30)) else {
        Issue.record("it greeted")
        return
      }
      guard case .unavailable = error else {
        Issue.record("unexpected: \(error)")
        return
      }
    }
    #expect(!world.client.isAvailable)
    await world.client.close()
    try await server.channel.close()
  }

  @Test("while a server is slow, calls end at their limits and no more than the limit wait")
  func slow() async throws {
    let server = try await FakeServer.start { bytes in
      String(buffer: bytes).contains("PING") ? "+PONG\r\n" : nil
    }
    let world = RedisWorld(port: server.port) {
      $0.maxPending = 50
      $0.commandTimeout = .seconds(30)
    }
    try await world.untilItAnswers()
    let outcomes = await withTaskGroup(of: Result<RedisValue, RedisError>.self) { group in
      for _ in 0..<500 {
        group.addTask {
          await outcome { () async throws(RedisError) in
            try await world.client.command(["GET", "x"], timeout: .milliseconds(200))
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let timedOut = outcomes.count { $0 == .failure(.timedOut) }
    let refused = outcomes.count { $0 == .failure(.unavailable("too many commands are waiting")) }
    #expect(timedOut + refused == 500)
    #expect(timedOut >= 50)
    #expect(refused > 0)
    // Those whose callers are gone count no longer.
    #expect(
      await ping(world, .milliseconds(1)) != .failure(.unavailable("too many commands are waiting"))
    )
    await world.client.close()
    try await server.channel.close()
  }

  @Test("a flush in the middle of a script's use is not noticed")
  func scriptsFlushed() async throws {
    let server = try await TestRedis.apart()
    let world = RedisWorld(port: server.port)
    try await world.untilItAnswers()
    let count = RedisScript(source: "return redis.call('INCR', KEYS[1])")
    for round in 1...3 {
      #expect(try await world.client.run(count, keys: ["n"]).int == 1, "round \(round)")
      _ = try await world.client.command(["FLUSHALL"])
      _ = try await world.client.command(["SCRIPT", "FLUSH"])
    }
    await world.client.close()
    server.stop()
  }
}

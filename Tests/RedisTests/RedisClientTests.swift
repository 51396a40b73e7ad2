import Kernel
import NIOCore
import NIOPosix
import Redis
import Synchronization
import Telemetry
import TestKit
import TestTraits
import Testing

/// A client of a private database, and what it needs.
struct RedisWorld: Sendable {
  let client: RedisClient
  let metrics = Metrics()

  init(
    port: Int, database: Int = 0, configure: (inout RedisSettings) -> Void = { _ in }
  ) {
    var settings = RedisSettings(port: port, database: database)
    settings.backoff = Backoff(base: .milliseconds(5), limit: .milliseconds(50))
    configure(&settings)
    client = RedisClient(
      settings: settings, group: MultiThreadedEventLoopGroup.singleton,
      chance: SeededChance(seed: 1), log: quietLog, metrics: metrics)
  }

  static func make(
    configure: (inout RedisSettings) -> Void = { _ in }
  ) async throws -> RedisWorld {
    let redis = try await TestRedis.make()
    return RedisWorld(port: redis.port, database: redis.database, configure: configure)
  }

  /// Returns once a command is answered, whatever happened before.
  func untilItAnswers() async throws {
    while true {
      do throws(RedisError) {
        _ = try await client.command(["PING"])
        return
      } catch {
        try await RealTime().sleep(for: .milliseconds(5))
      }
    }
  }
}

/// Returns once some client of the server waits for a list.
func untilBlocked(_ redis: RedisClient) async throws {
  let clients: RedisCommand = ["INFO", "clients"]
  while try await redis.command(clients).text?.contains("blocked_clients:0") != false {}
}

@Suite("the Redis client", .inTurn, .timeLimit(.minutes(10)))
struct RedisClientTests {
  @Test("answers of every kind come as what they are")
  func kinds() async throws {
    let redis = try await RedisWorld.make().client
    #expect(try await redis.command(["PING"]) == .status("PONG"))
    #expect(try await redis.command(["GET", "absent"]) == .null)
    let bytes = [UInt8](0...255) + Array("\r\n$-1\r\n".utf8)
    _ = try await redis.command(["SET", "k", .init(bytes)])
    #expect(try await redis.command(["GET", "k"]).bytes == bytes)
    #expect(try await redis.command(["SET", "empty", ""]).text == "OK")
    #expect(try await redis.command(["GET", "empty"]) == .bytes([]))
    #expect(try await redis.command(["INCRBY", "n", -7]) == .integer(-7))
    let nested = try await redis.command([
      "EVAL", "return {1, {'a', false}, redis.error_reply('BAD thing')}", 0,
    ])
    #expect(
      nested
        == .array([
          .integer(1), .array([.bytes([0x61]), .null]), .error("BAD thing"),
        ]))
    #expect(try await redis.command(["SELECT", "0"]).text == "OK")
    await redis.close()
  }

  @Test("an error that Redis answers is thrown with its code and message, and the next call works")
  func serverErrors() async throws {
    let redis = try await RedisWorld.make().client
    _ = try await redis.command(["SET", "k", "text"])
    let error = await #expect(throws: RedisError.self) { try await redis.command(["INCR", "k"]) }
    #expect(error == .server(code: "ERR", message: "value is not an integer or out of range"))
    let other = await #expect(throws: RedisError.self) {
      try await redis.command(["LPUSH", "k", "x"])
    }
    #expect(other?.isServer(code: "WRONGTYPE") == true)
    #expect(try await redis.command(["GET", "k"]).text == "text")
    await redis.close()
  }

  @Test("a thousand concurrent commands get each its own answer")
  func concurrency() async throws {
    let redis = try await RedisWorld.make().client
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<1_000 {
        group.addTask {
          let text = String(repeating: "\(number).", count: number % 90 + 1)
          return try await redis.command(["ECHO", .init(text)]).text == text
        }
      }
      for try await isOwn in group { #expect(isOwn) }
    }
    await redis.close()
  }

  @Test("a pipeline's answers come in order, one command's error is its own result")
  func pipeline() async throws {
    let redis = try await RedisWorld.make().client
    let answers = try await redis.pipeline([
      ["SET", "a", "1"], ["LPUSH", "a", "x"], ["INCR", "a"], ["GET", "a"],
    ])
    #expect(answers.count == 4)
    #expect(try answers[0].get().text == "OK")
    #expect(throws: RedisError.self) { try answers[1].get() }
    #expect(try answers[2].get() == .integer(2))
    #expect(try answers[3].get().int == 2)
    #expect(try await redis.pipeline([]).isEmpty)
    await redis.close()
  }

  @Test("nothing of another task gets between the commands of a pipeline")
  func adjacency() async throws {
    let redis = try await RedisWorld.make().client
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let answers = try await redis.pipeline([
            ["SET", "who", .init(number)], ["GET", "who"], ["MULTI"], ["INCR", "n"], ["EXEC"],
          ])
          #expect(try answers[1].get().int == Int64(number))
          #expect(try answers[4].get().array?.count == 1)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await redis.command(["GET", "n"]).int == 200)
    await redis.close()
  }

  @Test("a large value goes there and back")
  func large() async throws {
    let redis = try await RedisWorld.make().client
    let bytes = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    _ = try await redis.command(["SET", "large", .init(bytes)])
    #expect(try await redis.command(["GET", "large"]).bytes == bytes)
    await redis.close()
  }

  @Test("a script's source is sent once, and again after Redis forgot it")
  func scripts() async throws {
    let redis = try await RedisWorld.make().client
    let script = RedisScript(
      source: "-- of this test only\nreturn {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
    for count in 1...3 {
      let answer = try await redis.run(script, keys: ["k"], arguments: ["v"])
      #expect(answer == .array([.bytes([0x6b]), .bytes([0x76]), .integer(Int64(count))]))
    }
    _ = try await redis.command(["SCRIPT", "FLUSH"])
    #expect(try await redis.run(script, keys: ["k"], arguments: ["v"]).array?.last == .integer(4))
    let known = try await redis.command(["SCRIPT", "EXISTS", .init(script.sha)])
    #expect(known == .array([.integer(1)]))
    await redis.close()
  }

  @Test("a cancelled task gets its cancellation, the others their answers")
  func cancellation() async throws {
    let server = try await TestRedis.apart()
    let redis = RedisWorld(port: server.port).client
    let blocking = Task { () async -> RedisError? in
      do throws(RedisError) {
        _ = try await redis.command(["BLPOP", "list", "0"], timeout: .seconds(50))
        return nil
      } catch {
        return error
      }
    }
    let other = redis.another()
    try await untilBlocked(other)
    blocking.cancel()
    #expect(await blocking.value == .cancelled)
    _ = try await other.command(["LPUSH", "list", "x"])
    #expect(try await redis.command(["ECHO", "after"]).text == "after")
    await other.close()
    await redis.close()
    await #expect(throws: RedisError.closed) { try await redis.command(["PING"]) }
    server.stop()
  }

  @Test("more commands than may wait are refused at once, and room comes back")
  func overload() async throws {
    let redis = try await RedisWorld.make { $0.maxPending = 10 }.client
    let refused = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 {
        group.addTask {
          do throws(RedisError) {
            _ = try await redis.command(["PING"])
            return false
          } catch {
            return error == .unavailable("too many commands are waiting")
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(refused < 200)
    await #expect(throws: RedisError.unavailable("too many commands are waiting")) {
      try await redis.pipeline(Array(repeating: ["PING"], count: 11))
    }
    #expect(try await redis.command(["PING"]).text == "PONG")
    await redis.close()
  }
}

import Kernel
import Redis
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("how far a job is", .inTurn, .timeLimit(.minutes(10)))
struct ProgressTests {
  private func shown(_ id: JobID, _ world: World) async throws -> JobProgress {
    guard let found = try await world.queue.progress(id, of: account) else { throw NeverHappened() }
    return found.progress
  }

  @Test("readers see what the handler reports, and never less than before")
  func monotone() async throws {
    let redis = try await redisClient()
    let world = try await World.make(redis: redis) { $0.progressEvery = .zero }
    let id = try await world.add()
    let run = try #require(try await world.claim().first)
    try await run.progress("PREP", 10, "reading", current: 1, total: 10)
    #expect(try await shown(id, world).phase == "PREP")
    try await run.progress("PREP", 40, "reading", current: 4, total: 10, items: #"["a"]"#)
    let now = try await shown(id, world)
    #expect(now.percentage == 40)
    #expect(now.current == 4)
    #expect(now.items == #"["a"]"#)
    try await run.progress("SAVE", 30, "saving")
    #expect(try await shown(id, world).percentage == 40)
    #expect(try await shown(id, world).phase == "SAVE")
    await redis.close()
  }

  @Test("the next holder of a job does not set it back")
  func takenOver() async throws {
    let redis = try await redisClient()
    let time = ManualTime()
    let world = try await World.make(time: time, redis: redis) { $0.progressEvery = .zero }
    let id = try await world.add()
    let first = try #require(try await world.claim().first)
    try await first.progress("AI_CALL", 20)
    try await first.progress("AI_CALL", 60)
    try await world.takeOver()
    let second = try #require(try await world.claim().first)
    await second.resume()
    try await second.progress("PREP", 5)
    #expect(try await shown(id, world).percentage == 60)
    _ = try? await first.progress("AI_CALL", 99)
    #expect(try await shown(id, world).percentage == 60)
    await redis.close()
  }

  @Test("without Redis readers see phases at once and the rest with the next heartbeat")
  func withoutRedis() async throws {
    let world = try await World.make()
    let gate = Gate()
    let runner = world.runner([
      "work": { run in
        try await run.progress("PREP", 10)
        try await run.progress("PREP", 55, "half", current: 5, total: 9)
        try await gate.pass()
        return "{}"
      }
    ])
    let id = try await world.add()
    try await running(runner) {
      try await until { try await shown(id, world).percentage == 55 }
      #expect(try await shown(id, world).current == 5)
      gate.open()
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(try await shown(id, world).percentage == 100)
  }

  @Test("what Redis forgets is found in Postgres")
  func flushed() async throws {
    let redis = try await redisClient()
    let world = try await World.make(redis: redis) { $0.progressEvery = .zero }
    let id = try await world.add()
    let run = try #require(try await world.claim().first)
    try await run.progress("PREP", 10)
    try await run.progress("AI_CALL", 30)
    _ = try await redis.command(["FLUSHDB"])
    #expect(try await shown(id, world).percentage == 30)
    #expect(try await shown(id, world).phase == "AI_CALL")
    await redis.close()
  }

  @Test("a full or silent Redis stops no job: it goes on, and readers see what Postgres has")
  func failing() async throws {
    let server = try await TestRedis.apart()
    let proxy = try ChaosProxy(to: server.port)
    let redis = redisClient(port: proxy.port) { $0.commandTimeout = .milliseconds(200) }
    let world = try await World.make(redis: redis) { $0.progressEvery = .zero }
    try await until { redis.isAvailable }
    let id = try await world.add()
    let run = try #require(try await world.claim().first)
    try await run.progress("PREP", 10)
    _ = try await redis.command(["CONFIG", "SET", "maxmemory", "1"])
    try await run.progress("AI_CALL", 30)
    #expect(try await shown(id, world).phase == "AI_CALL")
    _ = try await redis.command(["CONFIG", "SET", "maxmemory", "0"])
    try await run.progress("AI_CALL", 40)
    #expect(try await shown(id, world).percentage == 40)
    proxy.judge { _, _ in .silence }
    try await run.progress("SAVE", 80)
    #expect(try await shown(id, world).phase == "SAVE")
    #expect(try await shown(id, world).percentage == 80)
    await redis.close()
    proxy.stop()
    server.stop()
  }

  @Test("another account's job has no progress")
  func foreign() async throws {
    let world = try await World.make()
    let id = try await world.add()
    #expect(try await world.queue.progress(id, of: other) == nil)
  }
}

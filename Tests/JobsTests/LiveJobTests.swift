import Kernel
import Postgres
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import Jobs

/// A clock on the wall that somebody sets.
final class WallClock: TimeSource {
  private let base: any TimeSource
  private let offset = Mutex(Duration.zero)

  init(_ base: any TimeSource) { self.base = base }

  func now() -> Instant { base.now() + offset.withLock { $0 } }
  func monotonic() -> Duration { base.monotonic() }
  func sleep(for duration: Duration) async throws { try await base.sleep(for: duration) }

  func set(_ new: Duration) { offset.withLock { $0 = new } }
}

@Suite("a slow job that lives", .inTurn, .timeLimit(.minutes(10)))
struct LiveJobTests {
  private struct Slow {
    let gate = Gate()
    let starts = Seen<Int64>()
    let jobs = Seen<JobID>()

    func runner(_ queue: JobQueue) -> JobRunner {
      JobRunner(
        queue: queue,
        handlers: [
          "work": { [gate, starts, jobs] run in
            starts.add(run.token)
            jobs.add(run.id)
            try await gate.pass()
            return "{}"
          }
        ])
    }
  }

  private func queue(_ world: World, _ time: any TimeSource, seed: UInt64) -> JobQueue {
    JobQueue(
      database: world.database, redis: nil, settings: world.queue.settings, time: time,
      chance: SeededChance(seed: seed), log: quietLog)
  }

  @Test("clocks that jump by an hour, forth and back, give no live job to another runner")
  func clocks() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let (one, two) = (WallClock(time), WallClock(time))
    let slow = Slow()
    let id = try await world.add()
    let runners = [
      slow.runner(queue(world, one, seed: 21)), slow.runner(queue(world, two, seed: 22)),
    ]
    try await running(runners[0], runners[1]) {
      _ = try await world.reaches(.running, id)
      for step in 0..<240 {
        let jump: [Duration] = [.zero, .seconds(3_600), .seconds(-3_600)]
        one.set(jump[step / 20 % 3])
        two.set(jump[step / 30 % 3])
        // Of each runner: the claims, the endings, the heartbeats, the looks and the cleaning.
        await time.waitForSleepers(10)
        time.advance(by: .milliseconds(100))
      }
      slow.gate.open()
      try await until {
        time.advance(by: .milliseconds(10))
        return try await world.job(id).state == .succeeded
      }
    }
    #expect(slow.starts.all == [1])
  }

  @Test("a dead runner's job is taken over in time, whatever the clock on the wall says")
  func clocksAndDeath() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let id = try await world.add()
    #expect(try await world.claim().count == 1)
    let clock = WallClock(time)
    clock.set(.seconds(-3_600))
    let slow = Slow()
    slow.gate.open()
    let start = time.monotonic()
    try await running(slow.runner(queue(world, clock, seed: 23))) {
      while try await world.job(id).state != .succeeded, time.monotonic() - start < .seconds(60) {
        await time.waitForSleepers(5)
        time.advance(by: .milliseconds(50))
      }
    }
    #expect(time.monotonic() - start <= .seconds(5))
    #expect(slow.starts.all == [2])
  }

  @Test("a database that stands still for many leases takes no live job from its runner")
  func standstill() async throws {
    for mode in ["ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE"] {
      let world = try await World.make { $0.lease = .milliseconds(300) }
      let slow = Slow()
      let id = try await world.add()
      let lock = Statement("test.lock.\(mode)", "LOCK TABLE jobs IN \(mode) MODE")
      let runners = (31...33).map { slow.runner(queue(world, world.time, seed: $0)) }
      try await running(runners[0], runners[1], runners[2]) {
        _ = try await world.reaches(.running, id)
        for _ in 0..<3 {
          try await world.database.transaction(in: .allAccounts) { transaction in
            _ = try await transaction.run(lock)
            try await RealTime().sleep(for: .milliseconds(900))
          }
          try await RealTime().sleep(for: .milliseconds(150))
        }
        slow.gate.open()
        _ = try await world.reaches(.succeeded, id)
      }
      // A claim whose answer is lost before the lock is another's when it begins, and begins once.
      #expect(slow.starts.all.count == 1, "\(mode): \(slow.starts.all)")
    }
  }

  @Test("a transaction that holds one job's row for many leases costs no other job its runner")
  func lockedRow() async throws {
    let world = try await World.make { $0.lease = .milliseconds(900) }
    let slow = Slow()
    let ids = [try await world.add(), try await world.add(of: other)]
    let lock = Statement("test.lock.row", "SELECT FROM jobs WHERE id = $1 FOR UPDATE")
    let runners = (41...42).map { slow.runner(queue(world, world.time, seed: $0)) }
    try await running(runners[0], runners[1]) {
      try await until { slow.starts.all.count == 2 }
      try await world.database.transaction(in: .account(account)) { transaction in
        _ = try await transaction.run(lock, [.id(ids[0])])
        try await RealTime().sleep(for: .milliseconds(2_500))
      }
      slow.gate.open()
      _ = try await world.reaches(.succeeded, ids[0])
      _ = try await world.reaches(.succeeded, ids[1], of: other)
    }
    #expect(slow.jobs.all.count { $0 == ids[1] } == 1)
  }

  @Test("callers who take all sessions of the database keep no runner from being heard of")
  func exhaustedPool() async throws {
    let world = try await World.make { $0.lease = .milliseconds(900) }
    let own = Database(settings: world.postgres.settings, time: RealTime(), log: quietLog)
    let slow = Slow()
    let id = try await world.add()
    let runner = JobRunner(
      queue: world.queue,
      handlers: [
        "work": { run in
          slow.starts.add(run.token)
          try await slow.gate.pass()
          return "{}"
        }
      ], sessions: own)
    let rest = Statement("test.rest", "SELECT pg_sleep(5)")
    let watcher = slow.runner(queue(world, world.time, seed: 52))
    try await running(runner) {
      _ = try await world.reaches(.running, id)
      try await running(watcher) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<world.postgres.settings.maxSessions {
            group.addTask { _ = try await world.database.run(rest, in: .none) }
          }
          try await group.waitForAll()
        }
        slow.gate.open()
        _ = try await world.reaches(.succeeded, id)
      }
    }
    #expect(slow.starts.all == [1])
    await own.close()
  }

  @Test("heartbeats that the server takes long for are heard, however often others look")
  func slowHeartbeats() async throws {
    let world = try await World.make()
    let slow = Slow()
    let id = try await world.add()
    // Longer than until the next heartbeat, and two of them longer than a lease.
    try await world.postgres.administer(
      """
      CREATE FUNCTION automation.rest() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(1.25); RETURN NEW; END';
      CREATE TRIGGER rest BEFORE UPDATE OF phase ON automation.jobs FOR EACH ROW
        WHEN (OLD.state = 'running' AND NEW.state = 'running')
        EXECUTE FUNCTION automation.rest();
      """)
    let runners = (71...72).map { slow.runner(queue(world, world.time, seed: $0)) }
    try await running(runners[0], runners[1]) {
      _ = try await world.reaches(.running, id)
      try await RealTime().sleep(for: world.queue.settings.lease * 3)
      slow.gate.open()
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(slow.starts.all == [1])
  }

  @Test("handlers that keep the processors busy keep no runner from being heard of")
  func busyHandlers() async throws {
    let world = try await World.make {
      $0.lease = .milliseconds(900)
      $0.perAccount = 32
    }
    let starts = Seen<JobID>()
    let handler: JobHandler = { run in
      starts.add(run.id)
      let end = RealTime().monotonic() + .milliseconds(1_500)
      var sum: UInt64 = 0
      while RealTime().monotonic() < end {
        for number in 0..<5_000 { sum = sum &* 31 &+ UInt64(number) }
        await Task.yield()
      }
      return "{\"sum\": \(sum % 10)}"
    }
    let ids = try await world.queue.enqueue(
      (0..<6).map { _ in JobRequest(kind: "work", account: account, payload: "{}") })
    let runners = (61...62).map {
      JobRunner(
        queue: queue(world, world.time, seed: $0), handlers: ["work": handler], concurrency: 32)
    }
    try await running(runners[0], runners[1]) {
      for id in ids { _ = try await world.reaches(.succeeded, id) }
    }
    #expect(starts.all.count == 6)
  }

  // MARK: claims that a crash of Postgres forgets

  @Test("a forgotten claim that another runner makes again is not the first one's any more")
  func forgottenToOther() async throws {
    let world = try await World.make()
    let id = try await world.add()
    let first = try #require(try await world.claim().first)
    try await forget(id, world)
    let second = try #require(try await world.claim().first)
    #expect(second.token == first.token)
    await #expect(throws: LeaseLost(id: id)) { try await first.checkpoint("1") }
    await #expect(throws: LeaseLost(id: id)) { try await first.progress("SAVE", 90) }
    try await second.checkpoint("2")
    #expect(try await world.job(id).checkpoint == "2")
  }

  @Test("a forgotten claim that the same runner makes again goes on and does not begin twice")
  func forgottenToSelf() async throws {
    let world = try await World.make { $0.lease = .seconds(600) }
    let slow = Slow()
    let listening = Statement(
      "test.listening",
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND query ~ '^LISTEN'
      """
    )
    try await running(slow.runner(world.queue)) {
      // Hearing for the first time asks for a heartbeat, which would find the job not held.
      try await until { try await world.database.run(listening, in: .none).one().int(0) > 0 }
      try await RealTime().sleep(for: .milliseconds(100))
      let id = try await world.add()
      _ = try await world.reaches(.running, id)
      try await forget(id, world)
      _ = try await world.reaches(.running, id)
      try await RealTime().sleep(for: .milliseconds(100))
      slow.gate.open()
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(slow.starts.all == [1])
  }

  private func forget(_ id: JobID, _ world: World) async throws {
    let forget = Statement(
      "test.forget",
      """
      UPDATE jobs SET state = 'queued', is_due = true, run_at = now(), token = token - 1,
        lease_owner = NULL, lease_until = NULL WHERE id = $1
      """)
    _ = try await world.database.run(forget, [.id(id)], in: .allAccounts)
  }
}

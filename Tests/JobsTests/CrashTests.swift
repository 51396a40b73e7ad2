import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("runners that die", .inTurn, .timeLimit(.minutes(10)))
struct CrashTests {
  @Test("a job whose runner is not heard of any more is taken over with its checkpoint")
  func takenOver() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let id = try await world.add()
    let dead = try #require(try await world.claim().first)
    try await dead.checkpoint(#"{"step": 3}"#)
    let seen = Seen<(token: Int64, checkpoint: String?)>()
    let runner = world.runner([
      "work": { run in
        seen.add((run.token, run.checkpoint))
        return "{}"
      }
    ])
    let start = time.monotonic()
    let job = try await running(runner) {
      while try await world.job(id).state != .succeeded, time.monotonic() - start < .seconds(60) {
        // The claims, the endings, the heartbeats, the looks and the cleaning: all asleep.
        await time.waitForSleepers(5)
        time.advance(by: .milliseconds(50))
      }
      return try await world.job(id)
    }
    #expect(time.monotonic() - start <= .seconds(5))
    #expect(job.attempt == 1)
    #expect(seen.all.map(\.token) == [2])
    #expect(seen.all.first?.checkpoint == #"{"step": 3}"#)
    #expect(try await world.queue.history(id, of: account).map(\.kind) == [.leaseLost])
  }

  @Test("whatever a zombie still writes is refused")
  func zombie() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let id = try await world.add()
    let zombie = try #require(try await world.claim().first)
    try await world.takeOver()
    let successor = try #require(try await world.claim().first)
    #expect(successor.token == 2)
    try await successor.checkpoint(#"{"by": "successor"}"#)

    await #expect(throws: LeaseLost(id: id)) { try await zombie.checkpoint(#"{"by": "zombie"}"#) }
    await #expect(throws: LeaseLost(id: id)) { try await zombie.progress("SAVE", 90) }
    await #expect(throws: LeaseLost(id: id)) {
      try await world.database.transaction(in: .account(account)) { transaction in
        try await zombie.fence(in: transaction)
      }
    }
    let held = HeldJobs()
    #expect(held.add([zombie]).count == 1)
    let writer = JobWriter(
      queue: world.queue, sessions: world.database, held: held, owner: zombie.job.owner)
    var machine = zombie.job.machine
    try machine.handle(.ended(.succeeded, token: zombie.token))
    held.end(zombie.place, EndedTry(zombie.job, machine, result: "{}", failure: nil))
    await writer.settle()

    let job = try await world.job(id)
    #expect(job.state == .running)
    #expect(job.checkpoint == #"{"by": "successor"}"#)
    #expect(job.progress.percentage == 0)
    #expect(job.result == nil)
    try await world.database.transaction(in: .account(account)) { transaction in
      try await successor.fence(in: transaction)
    }
  }

  @Test("a handler that lives on after losing its job is told so, and its result does not count")
  func lost() async throws {
    let world = try await World.make()
    let id = try await world.add()
    let stopped = Seen<Bool>()
    let slow = world.runner([
      "work": { _ in
        do { try await RealTime().sleep(for: .seconds(600)) } catch { stopped.add(true) }
        return #"{"by": "zombie"}"#
      }
    ])
    let steal = Statement(
      "test.steal", "UPDATE jobs SET token = token + 1, lease_until = now() + interval '1 hour'")
    try await running(slow) {
      _ = try await world.reaches(.running, id)
      _ = try await world.database.run(steal, in: .allAccounts)
      try await until { !stopped.all.isEmpty }
    }
    #expect(try await world.job(id).state == .running)
    #expect(try await world.job(id).result == nil)
  }

  @Test("a job that takes its runners down with it fails in the end")
  func poison() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time) { $0.maxTakeovers = 3 }
    let id = try await world.add()
    for _ in 0..<4 {
      #expect(try await world.claim().count == 1)
      try await world.takeOver()
    }
    #expect(try await world.claim().isEmpty)
    let job = try await world.job(id)
    #expect(job.state == .failed)
    #expect(job.error == "The job was lost with its runner too many times")
    let history = try await world.queue.history(id, of: account)
    #expect(history.map(\.kind) == [.leaseLost, .leaseLost, .leaseLost, .failed])
  }

  @Test("a heartbeat keeps a long job with its runner")
  func heartbeat() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let id = try await world.add()
    let (gate, starts) = (Gate(), Seen<Int64>())
    let handler: JobHandler = { run in
      starts.add(run.token)
      try await gate.pass()
      return "{}"
    }
    let (one, two) = (world.runner(["work": handler]), world.runner(["work": handler]))
    let lease = Statement("test.lease", "SELECT lease_until FROM jobs")
    func leaseEnd() async throws -> Instant {
      try await world.database.run(lease, in: .allAccounts).one().instant(0)
    }
    try await running(one, two) {
      _ = try await world.reaches(.running, id)
      for _ in 0..<9 {
        let before = try await leaseEnd()
        time.advance(by: world.queue.settings.lease / 3 + .milliseconds(1))
        try await until {
          // A runner that was about to lie down slept through the long step.
          time.advance(by: .microseconds(500))
          return try await leaseEnd() > before
        }
      }
      gate.open()
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(starts.all == [1])
  }

  @Test("jobs whose runners die again and again have their effects once each")
  func exactlyOnce() async throws {
    let world = try await World.make {
      $0.lease = .milliseconds(300)
      $0.maxTakeovers = 1_000
    }
    let chance = SeededChance(seed: 11)
    let accounts = (1...5).map { AccountID(Int64($0)) }
    for number in 0..<40 { try await world.add(of: accounts[number % 5], key: "k\(number)") }
    let handler: JobHandler = { run in
      var step = Int(run.checkpoint ?? "0") ?? 0
      while step < 3 {
        try await world.effect(run.key("step-\(step)"))
        if chance.fraction() < 0.15 {
          // Its runner dies here: nothing further is written and no heartbeat is sent.
          try await Task { try await RealTime().sleep(for: .milliseconds(600)) }.value
          throw CancellationError()
        }
        step += 1
        try await run.checkpoint("\(step)")
      }
      return "{}"
    }
    try await running(world.runner(["work": handler]), world.runner(["work": handler])) {
      try await until {
        let lost = try await world.leases().filter { _ in chance.fraction() < 0.2 }
        _ = try? await world.queue.takeOver(lost, on: world.database)
        let depth = try await world.queue.depth()
        return depth.values.allSatisfy { $0 == 0 }
      }
    }
    #expect(try await world.effects() == 40 * 3)
    for account in accounts {
      let jobs = try await world.queue.list(of: account)
      #expect(jobs.filter { $0.state == .succeeded }.count == 8)
    }
  }
}

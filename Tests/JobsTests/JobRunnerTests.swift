import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("doing jobs", .inTurn, .timeLimit(.minutes(10)))
struct JobRunnerTests {
  @Test("a job is done with its payload, and its result is kept")
  func done() async throws {
    let world = try await World.make()
    let runner = world.runner(["work": { #"{"got": \#($0.payload)}"# }])
    let id = try await running(runner) {
      let id = try await world.add(payload: #"{"n": 5}"#)
      _ = try await world.reaches(.succeeded, id)
      return id
    }
    let job = try await world.job(id)
    #expect(job.result == #"{"got": {"n": 5}}"#)
    #expect(job.progress.percentage == 100)
    #expect(job.progress.phase == "DONE")
    #expect(job.attempt == 1)
    #expect(job.finishedAt != nil)
    #expect(try await world.queue.history(id, of: account).isEmpty)
  }

  @Test("a job of a transaction that is undone never was")
  func undone() async throws {
    struct Undone: Error {}
    let world = try await World.make()
    await #expect(throws: Undone.self) {
      try await world.database.transaction(in: .account(account)) { transaction in
        try await world.queue.enqueue(
          JobRequest(kind: "work", account: account, payload: "{}"), in: transaction)
        throw Undone()
      }
    }
    #expect(try await world.queue.list(of: account).isEmpty)
  }

  @Test("a second request with the same key is the first job")
  func keys() async throws {
    let world = try await World.make()
    let first = try await world.add(key: "run/1")
    #expect(try await world.add(key: "run/1") == first)
    #expect(try await world.add(key: "run/2") != first)
    #expect(try await world.add(of: other, key: "run/1") != first)
    #expect(try await world.queue.get(key: "run/1", of: account)?.id == first)
    let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
      for _ in 0..<6 { group.addTask { try await world.add(key: "run/3") } }
      return try await group.reduce(into: Set<JobID>()) { $0.insert($1) }
    }
    #expect(ids.count == 1)
  }

  @Test("a passing failure is tried again, and the history tells of it")
  func transient() async throws {
    let world = try await World.make()
    let runner = world.runner([
      "work": { run in
        if run.attempt < 3 { throw RPCError(.unavailable, "planner is away") }
        return "{}"
      }
    ])
    let id = try await world.add()
    let job = try await running(runner) { try await world.reaches(.succeeded, id) }
    #expect(job.attempt == 3)
    let history = try await world.queue.history(id, of: account)
    #expect(history.map(\.kind) == [.retried, .retried])
    #expect(history.map(\.detail) == ["planner is away", "planner is away"])
    #expect(history.map(\.attempt) == [1, 2])
  }

  @Test("a job whose tries are used up fails and shows why, and can be retried by hand")
  func exhausted() async throws {
    let world = try await World.make()
    let tries = Seen<Int>()
    let runner = world.runner([
      "work": { run in
        tries.add(run.attempt)
        if tries.all.count <= 2 { throw RPCError(.deadlineExceeded, "too slow") }
        return "{}"
      }
    ])
    let id = try await world.add(maxAttempts: 2)
    try await running(runner) {
      let job = try await world.reaches(.failed, id)
      #expect(job.error == "too slow")
      #expect(job.errorCode == "deadlineExceeded")
      #expect(try await world.queue.retry(id, of: account))
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(tries.all == [1, 2, 1])
    let history = try await world.queue.history(id, of: account)
    #expect(history.map(\.kind) == [.retried, .failed, .retriedByHand])
  }

  @Test("a refusal is not tried again")
  func permanent() async throws {
    let world = try await World.make()
    let tries = Seen<Int>()
    let runner = world.runner([
      "work": { run in
        tries.add(run.attempt)
        throw RPCError(.failedPrecondition, "Insufficient credits", reason: "insufficient_credits")
      }
    ])
    let id = try await world.add()
    let job = try await running(runner) { try await world.reaches(.failed, id) }
    #expect(tries.all == [1])
    #expect(job.error == "Insufficient credits")
  }

  @Test("a failure that says when to come again is waited for that long")
  func retryAfter() async throws {
    let world = try await World.make()
    let runner = world.runner([
      "work": { _ in
        throw RPCError(
          .resourceExhausted, "slow down", details: ErrorDetails(retryAfter: .seconds(3_600)))
      }
    ])
    let before = world.time.now()
    let id = try await world.add()
    let job = try await running(runner) {
      try await until { try await world.job(id).error != nil }
      return try await world.job(id)
    }
    #expect(job.state == .queued)
    #expect(try #require(job.runAt) >= before + .seconds(3_600))
  }

  @Test("a result that is no JSON fails its job and no other")
  func badResult() async throws {
    let world = try await World.make()
    let runner = world.runner(["work": { $0.payload.contains("bad") ? "no json" : "{}" }])
    let bad = try await world.add(payload: #"{"bad": 1}"#)
    let good = try await world.add()
    try await running(runner) {
      _ = try await world.reaches(.failed, bad)
      _ = try await world.reaches(.succeeded, good)
    }
    #expect(try await world.job(bad).error?.contains("refused") == true)
  }

  @Test("a job for later waits until then")
  func scheduled() async throws {
    let world = try await World.make()
    let runner = world.runner(["work": { _ in "{}" }])
    let far = try await world.add(runAt: world.time.now() + .seconds(3_600))
    let soon = try await world.add(runAt: world.time.now() + .milliseconds(100))
    try await running(runner) { _ = try await world.reaches(.succeeded, soon) }
    let done = try await world.job(soon)
    #expect(try #require(done.startedAt) >= done.createdAt + .milliseconds(100))
    #expect(try await world.job(far).state == .queued)
  }

  @Test("jobs of kinds without a handler here are left alone")
  func otherKinds() async throws {
    let world = try await World.make()
    let strange = try await world.add("strange")
    let known = try await world.add()
    try await running(world.runner(["work": { _ in "{}" }])) {
      _ = try await world.reaches(.succeeded, known)
    }
    #expect(try await world.job(strange).state == .queued)
  }

  // MARK: setting aside

  @Test("a job that sets itself aside goes on from its checkpoint when it is woken")
  func parked() async throws {
    let world = try await World.make()
    let runner = world.runner([
      "work": { run in
        guard run.checkpoint == nil else { return #"{"from": \#(run.checkpoint ?? "")}"# }
        try await run.checkpoint(#"{"step": 2}"#)
        try run.park()
      }
    ])
    let id = try await world.add()
    try await running(runner) {
      let waiting = try await world.reaches(.waiting, id)
      #expect(waiting.runAt == nil)
      #expect(waiting.checkpoint == #"{"step": 2}"#)
      #expect(try await world.queue.wake(id, of: account))
      let job = try await world.reaches(.succeeded, id)
      #expect(job.result == #"{"from": {"step": 2}}"#)
      #expect(job.attempt == 1)
    }
    #expect(try await !world.queue.wake(id, of: account))
  }

  @Test("a job that sets itself aside until a time goes on then")
  func parkedUntil() async throws {
    let world = try await World.make()
    let starts = Seen<Instant>()
    let runner = world.runner([
      "work": { run in
        starts.add(world.time.now())
        if starts.all.count == 1 { try run.park(until: world.time.now() + .milliseconds(120)) }
        return "{}"
      }
    ])
    let id = try await world.add()
    _ = try await running(runner) { try await world.reaches(.succeeded, id) }
    #expect(starts.all[1] >= starts.all[0] + .milliseconds(120))
  }

  @Test("a wake-up that comes before the job sets itself aside is not lost")
  func earlyWake() async throws {
    let world = try await World.make()
    let (gate, starts) = (Gate(), Seen<Int>())
    let runner = world.runner([
      "work": { run in
        starts.add(run.attempt)
        if starts.all.count > 1 { return "{}" }
        try await gate.pass()
        try run.park()
      }
    ])
    let id = try await world.add()
    try await running(runner) {
      _ = try await world.reaches(.running, id)
      #expect(try await world.queue.wake(id, of: account))
      gate.open()
      _ = try await world.reaches(.succeeded, id)
    }
    #expect(starts.all.count == 2)
  }

  // MARK: cancelling and stopping

  @Test("cancelling reaches a running handler at once")
  func cancelled() async throws {
    let world = try await World.make { $0.lease = .seconds(600) }
    let id = try await world.add()
    let runner = world.runner([
      "work": { _ in
        try await RealTime().sleep(for: .seconds(600))
        return "{}"
      }
    ])
    try await running(runner) {
      _ = try await world.reaches(.running, id)
      #expect(try await world.queue.cancel(id, of: account))
      _ = try await world.reaches(.cancelled, id)
    }
    #expect(try await world.queue.history(id, of: account).map(\.kind) == [.cancelled])
    #expect(try await !world.queue.cancel(id, of: account))
  }

  @Test("a job that does not run yet is cancelled without a runner, and only by its account")
  func cancelledQueued() async throws {
    let world = try await World.make()
    let id = try await world.add()
    #expect(try await !world.queue.cancel(id, of: other))
    #expect(try await world.queue.cancel(id, of: account))
    #expect(try await world.job(id).state == .cancelled)
    #expect(try await world.claim().isEmpty)
  }

  @Test("a runner that stops gives what runs back, without counting it as a try")
  func stopped() async throws {
    let world = try await World.make { $0.lease = .seconds(600) }
    let id = try await world.add()
    let first = world.runner([
      "work": { _ in
        try await RealTime().sleep(for: .seconds(600))
        return "{}"
      }
    ])
    try await running(first) { _ = try await world.reaches(.running, id) }
    #expect(try await world.job(id).state == .queued)
    let job = try await running(world.runner(["work": { _ in "{}" }])) {
      try await world.reaches(.succeeded, id)
    }
    #expect(job.attempt == 1)
    #expect(try await world.queue.history(id, of: account).isEmpty)
  }

  // MARK: old rows

  @Test("jobs and history that are old enough are removed, and nothing else")
  func retention() async throws {
    let time = ManualTime()
    let world = try await World.make(time: time)
    let done = try await world.add()
    #expect(try await world.queue.cancel(done, of: account))
    let waiting = try await world.add()
    try await world.queue.clean()
    #expect(try await world.queue.get(done, of: account) != nil)
    time.advance(by: .seconds(31 * 24 * 3_600))
    try await world.queue.clean()
    #expect(try await world.queue.history(done, of: account).isEmpty)
    time.advance(by: .seconds(60 * 24 * 3_600))
    try await world.queue.clean()
    #expect(try await world.queue.get(done, of: account) == nil)
    #expect(try await world.job(waiting).state == .queued)
  }
}

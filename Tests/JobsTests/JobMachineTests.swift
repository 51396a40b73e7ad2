import Kernel
import TestKit
import Testing

@testable import Jobs

@Suite("what may happen to a job")
struct JobMachineTests {
  private let now = Instant(seconds: 1_000)
  private let later = Instant(seconds: 2_000)

  private func machine(
    _ events: JobMachine.Event..., maxAttempts: Int = 3, maxTakeovers: Int = 2
  ) throws -> JobMachine {
    var machine = JobMachine(
      maxAttempts: maxAttempts, maxTakeovers: maxTakeovers, runAt: Instant(seconds: 0))
    for event in events { try machine.handle(event) }
    return machine
  }

  @Test("a claim hands out a new token each time")
  func tokens() throws {
    let first = try machine(.claimed)
    #expect(first.state == .running)
    #expect(first.token == 1)
    let second = try machine(.claimed, .leaseExpired(at: now), .claimed)
    #expect(second.token == 2)
  }

  @Test("an older token ends, saves and parks nothing")
  func zombie() throws {
    for event: JobMachine.Event in [
      .ended(.succeeded, token: 1), .ended(.failedForGood, token: 1),
      .ended(.parked(until: nil, at: now), token: 1), .checkpointSaved(token: 1),
    ] {
      var machine = try machine(.claimed, .leaseExpired(at: now), .claimed)
      let before = machine
      #expect(throws: JobMachine.Refusal.staleToken) { try machine.handle(event) }
      #expect(machine == before)
    }
  }

  @Test("a failure that another try may mend is tried again until the tries are used up")
  func retries() throws {
    let failed = JobMachine.Ending.failed(retryAt: later)
    var machine = try machine(.claimed, .ended(failed, token: 1))
    #expect(machine.state == .queued)
    #expect(machine.runAt == later)
    try machine.handle(.claimed)
    try machine.handle(.ended(failed, token: 2))
    #expect(machine.state == .queued)
    try machine.handle(.claimed)
    try machine.handle(.ended(failed, token: 3))
    #expect(machine.state == .failed)
    #expect(machine.failures == 3)
  }

  @Test("a failure for good is not tried again")
  func permanent() throws {
    let machine = try machine(.claimed, .ended(.failedForGood, token: 1))
    #expect(machine.state == .failed)
    #expect(machine.failures == 1)
  }

  @Test("what ends with its runner costs no try, but not for ever")
  func takeovers() throws {
    var machine = try machine(.claimed, .leaseExpired(at: now), .claimed, .leaseExpired(at: now))
    #expect(machine.state == .queued)
    #expect(machine.failures == 0)
    try machine.handle(.claimed)
    var saved = machine
    try machine.handle(.leaseExpired(at: now))
    #expect(machine.state == .failed)
    try saved.handle(.checkpointSaved(token: 3))
    try saved.handle(.leaseExpired(at: now))
    #expect(saved.state == .queued)
  }

  @Test("a parked job waits for its time or to be woken, and a wake-up that came first is not lost")
  func parking() throws {
    let parked = JobMachine.Event.ended(.parked(until: later, at: now), token: 1)
    var machine = try machine(.claimed, parked)
    #expect(machine.state == .waiting)
    #expect(machine.runAt == later)
    try machine.handle(.woken(at: now))
    #expect(machine.state == .queued)
    #expect(machine.runAt == now)
    let early = try self.machine(.claimed, .woken(at: now), parked)
    #expect(early.state == .queued)
    let due = try self.machine(.claimed, parked, .due)
    #expect(due.state == .queued)
  }

  @Test("a job that does not run is cancelled at once, a running one when its try ends")
  func cancelling() throws {
    #expect(try machine(.cancelRequested).state == .cancelled)
    var machine = try machine(.claimed, .cancelRequested)
    #expect(machine.state == .running)
    var done = machine
    try machine.handle(.ended(.failed(retryAt: later), token: 1))
    #expect(machine.state == .cancelled)
    try done.handle(.ended(.succeeded, token: 1))
    #expect(done.state == .succeeded)
    #expect(
      try self.machine(.claimed, .cancelRequested, .leaseExpired(at: now)).state == .cancelled)
  }

  @Test("a retry by hand gives all tries again")
  func byHand() throws {
    let machine = try machine(
      .claimed, .ended(.failedForGood, token: 1), .retriedByHand(at: now))
    #expect(machine.state == .queued)
    #expect(machine.failures == 0)
    #expect(throws: JobMachine.Refusal.wrongState(.queued)) {
      var machine = machine
      try machine.handle(.retriedByHand(at: now))
    }
  }

  @Test("a job that is over stays as it is")
  func final() throws {
    for ending: JobMachine.Ending in [.succeeded, .failedForGood] {
      for event: JobMachine.Event in [
        .claimed, .cancelRequested, .woken(at: now), .due, .leaseExpired(at: now),
        .ended(.succeeded, token: 1),
      ] {
        var machine = try machine(.claimed, .ended(ending, token: 1))
        let before = machine
        #expect(throws: JobMachine.Refusal.self) { try machine.handle(event) }
        #expect(machine == before)
      }
    }
  }
}

@Suite("whose turn it is")
struct RoundRobinTests {
  private func served(_ start: Int64, _ accounts: [Int64]) -> Int64 {
    var turns = RoundRobin()
    turns.note([(.pipeline, AccountID(start))])
    turns.note(accounts.map { (.pipeline, AccountID($0)) })
    return turns.last(.pipeline)
  }

  @Test("the next claim begins behind the farthest account served, counted around")
  func around() {
    #expect(served(5, [6, 9, 7]) == 9)
    #expect(served(5, [9, 2]) == 2)
    #expect(served(5, [2, 9]) == 2)
    #expect(served(5, [5]) == 5)
    #expect(served(5, [9, 5]) == 5)
    #expect(served(5, []) == 5)
  }

  @Test("priorities have turns of their own")
  func priorities() {
    var turns = RoundRobin()
    turns.note([(.interactive, AccountID(3))])
    #expect(turns.last(.interactive) == 3)
    #expect(turns.last(.pipeline) == .min)
  }
}

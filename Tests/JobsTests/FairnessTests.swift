import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("who goes first", .inTurn, .timeLimit(.minutes(10)))
struct FairnessTests {
  private func requests(
    _ count: Int, of account: AccountID, _ priority: JobPriority = .pipeline
  ) -> [JobRequest] {
    (0..<count).map { _ in
      JobRequest(kind: "work", account: account, payload: "{}", priority: priority)
    }
  }

  @Test("an account never runs more than its limit, however many runners there are")
  func limit() async throws {
    let world = try await World.make {
      $0.perAccount = 4
      $0.lease = .seconds(600)
    }
    try await world.queue.enqueue(requests(40, of: account))
    let now = Seen<Int>()
    let count = Counter()
    let handler: JobHandler = { _ in
      now.add(count.enter())
      try await RealTime().sleep(for: .milliseconds(5))
      count.leave()
      return "{}"
    }
    let runners = (0..<3).map { _ in world.runner(["work": handler], concurrency: 16) }
    try await running(runners[0], runners[1], runners[2]) {
      try await until { now.all.count == 40 }
      try await until { try await world.queue.depth().values.allSatisfy { $0 == 0 } }
    }
    #expect(now.all.max() == 4)
  }

  @Test("an account with thousands of jobs does not hold up another's one")
  func neighbours() async throws {
    let world = try await World.make { $0.perAccount = 100 }
    try await world.queue.enqueue(requests(2_000, of: account))
    let small = try await world.add(of: other)
    let order = Seen<AccountID>()
    let runner = world.runner(
      [
        "work": { run in
          order.add(run.account)
          return "{}"
        }
      ], concurrency: 4)
    _ = try await running(runner) { try await world.reaches(.succeeded, small, of: other) }
    #expect(try #require(order.all.firstIndex(of: other)) < 8)
  }

  @Test("accounts take turns")
  func turns() async throws {
    let world = try await World.make { $0.perAccount = 100 }
    let accounts = (1...6).map { AccountID(Int64($0)) }
    for account in accounts { try await world.queue.enqueue(requests(4, of: account)) }
    var turns = JobRunner.Turns()
    var order: [AccountID] = []
    let runner = world.runner(["work": { _ in "{}" }], concurrency: 3)
    for _ in 0..<8 { order += await runner.claim(&turns).map(\.account) }
    #expect(order.count == 24)
    for round in 0..<4 {
      #expect(Set(order[round * 6..<round * 6 + 6]) == Set(accounts))
    }
  }

  @Test("somebody who waits goes before the pipeline, and that before maintenance")
  func priorities() async throws {
    let world = try await World.make { $0.perAccount = 100 }
    for priority: JobPriority in [.maintenance, .pipeline, .interactive] {
      try await world.queue.enqueue(requests(2, of: account, priority))
      try await world.queue.enqueue(requests(2, of: other, priority))
    }
    var turns = JobRunner.Turns()
    let runner = world.runner(["work": { _ in "{}" }], concurrency: 4)
    var order: [[JobPriority]] = []
    for _ in 0..<3 { order.append(await runner.claim(&turns).map(\.priority)) }
    #expect(
      order == [.interactive, .pipeline, .maintenance].map { Array(repeating: $0, count: 4) })
  }

  @Test("an account at its limit in one priority takes no more in another")
  func limitOverPriorities() async throws {
    let world = try await World.make { $0.perAccount = 3 }
    try await world.queue.enqueue(requests(2, of: account, .interactive))
    try await world.queue.enqueue(requests(5, of: account, .pipeline))
    let claimed = try await world.claim(10)
    #expect(claimed.count == 3)
    #expect(claimed.filter { $0.priority == .interactive }.count == 2)
  }

  @Test("two claims at one moment never take the same job or more than the limit")
  func concurrentClaims() async throws {
    let world = try await World.make { $0.perAccount = 4 }
    for number in 1...5 { try await world.queue.enqueue(requests(10, of: AccountID(number))) }
    let claimed = try await withThrowingTaskGroup(of: [JobRun].self) { group in
      for _ in 0..<6 { group.addTask { try await world.claim(7) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(claimed.count == 20)
    #expect(Set(claimed.map(\.id)).count == 20)
    for (_, jobs) in Dictionary(grouping: claimed, by: \.account) { #expect(jobs.count == 4) }
  }

  /// How many claims of 16 slots went before each job of the small accounts, which all come at one
  /// moment; a job is over when the next claim is made.
  private func waits(_ world: World, ofSmall small: Int, jobs: Int) async throws -> [Int] {
    for number in 1...small { try await world.queue.enqueue(requests(jobs, of: AccountID(number))) }
    var turns = JobRunner.Turns()
    let runner = world.runner(["work": { _ in "{}" }], concurrency: 16)
    let finish = Statement(
      "test.finish",
      "UPDATE jobs SET state = 'succeeded', finished_at = now() WHERE state = 'running'")
    var waits: [Int] = []
    var claim = 0
    while waits.count < small * jobs {
      let claimed = await runner.claim(&turns)
      if claimed.isEmpty { throw NeverHappened() }
      _ = try await world.database.run(finish, in: .allAccounts)
      waits += claimed.filter { $0.account.value <= Int64(small) }.map { _ in claim }
      claim += 1
    }
    return waits.sorted()
  }

  @Test("99 accounts with 10 jobs each wait no longer behind one with 5,000 than without it")
  func crowd() async throws {
    let alone = try await waits(try await World.make(), ofSmall: 99, jobs: 10)
    let crowded = try await World.make()
    try await crowded.queue.enqueue(requests(5_000, of: AccountID(100)))
    let behind = try await waits(crowded, ofSmall: 99, jobs: 10)
    let p95 = 99 * 10 * 95 / 100
    #expect(behind[p95] * 100 <= alone[p95] * 110, "\(behind[p95]) claims, alone \(alone[p95])")
    #expect(behind[0] == 0)
  }

  @Test("accounts whose jobs nobody here can do keep no others waiting")
  func strangers() async throws {
    let world = try await World.make()
    for number in 1...60 { try await world.add("strange", of: AccountID(number)) }
    let id = try await world.add(of: AccountID(1_000))
    _ = try await running(world.runner(["work": { _ in "{}" }], concurrency: 2)) {
      try await world.reaches(.succeeded, id, of: AccountID(1_000))
    }
  }
}

extension AccountID {
  fileprivate init(_ number: Int) { self.init(Int64(number)) }
}

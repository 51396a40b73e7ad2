import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("waking runners", .inTurn, .timeLimit(.minutes(10)))
struct WakeUpTests {
  /// A queue on the same tables, as another process has it.
  private func elsewhere(_ world: World, seed: UInt64 = 77) -> JobQueue {
    JobQueue(
      database: world.database, redis: nil, settings: world.queue.settings, time: world.time,
      chance: SeededChance(seed: seed), log: quietLog)
  }

  private func request() -> JobRequest { JobRequest(kind: "work", account: account, payload: "{}") }

  @Test("a job is begun at once by an idle runner of this process and of another one")
  func atOnce() async throws {
    for isElsewhere in [false, true] {
      let world = try await World.make { $0.poll = .seconds(600) }
      try await running(world.runner(["work": { _ in "{}" }])) {
        let queue = isElsewhere ? elsewhere(world) : world.queue
        // The first is there before the runner listens, perhaps.
        for _ in 0..<3 {
          let id = try await queue.enqueue(request())
          _ = try await world.reaches(.succeeded, id)
        }
      }
    }
  }

  @Test("a transaction's jobs wake runners when it has committed")
  func committed() async throws {
    let world = try await World.make { $0.poll = .seconds(600) }
    try await running(world.runner(["work": { _ in "{}" }])) {
      for queue in [world.queue, elsewhere(world)] {
        let id = try await world.database.transaction(in: .account(account)) { transaction in
          let id = try await queue.enqueue(request(), in: transaction)
          try await RealTime().sleep(for: .milliseconds(100))
          return id
        }
        _ = try await world.reaches(.succeeded, id)
      }
    }
  }

  @Test("many jobs at once are told of in few notifications, and all are done")
  func coalesced() async throws {
    let world = try await World.make { $0.poll = .seconds(600) }
    let heard = Seen<String>()
    let ears = Task {
      for await notification in world.database.notifications(channel: world.queue.wakeUps.channel) {
        if case .received(let text) = notification { heard.add(text) } else { heard.add("") }
      }
    }
    try await until { heard.all == [""] }
    let queue = elsewhere(world)
    try await running(world.runner(["work": { _ in "{}" }])) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<10 {
          group.addTask { for _ in 0..<20 { try await queue.enqueue(request()) } }
        }
        try await group.waitForAll()
      }
      try await until { try await world.queue.depth().values.allSatisfy { $0 == 0 } }
    }
    #expect(heard.all.count > 1)
    #expect(heard.all.count < 100)
    ears.cancel()
  }

  @Test("runners that hear of nothing find jobs by looking now and then")
  func poll() async throws {
    let world = try await World.make { $0.poll = .milliseconds(30) }
    let add = Statement(
      "test.add",
      """
      INSERT INTO jobs
        (account_id, kind, payload, priority, is_due, run_at, max_attempts, created_at)
      VALUES (7, 'work', '{}', 1, true, now(), 1, now())
      """)
    try await running(world.runner(["work": { _ in "{}" }])) {
      try await RealTime().sleep(for: .milliseconds(100))
      _ = try await world.database.run(add, in: .account(account))
      try await until { try await world.queue.list(of: account).first?.state == .succeeded }
    }
  }
}

import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("waiting for a session", .inTurn, .timeLimit(.minutes(10)))
struct WaitingTests {
  @Test("who waits longest is served first, and whose deadline passed takes no session")
  func fairness() async throws {
    let world = try await Demo.world(sessions: 1) { $0.longestWait = .seconds(60) }
    let callers = try await world.database.transaction(in: .none) { transaction in
      _ = try await transaction.run(Demo.one)
      var callers: [Task<PostgresError?, Never>] = []
      for number in 0..<20 {
        let before = world.database.figures.requested
        callers.append(Self.caller(number, world.database))
        try await eventually { world.database.figures.requested > before }
      }
      try await eventually { world.database.figures.waiting == 10 }
      return callers
    }
    var kinds: [PostgresError.Kind?] = []
    for caller in callers { kinds.append(await caller.value?.kind) }
    #expect(kinds == (0..<20).map { $0 % 2 == 0 ? nil : .timedOut })
    let order = Statement("waiting.order", "SELECT array_agg(id ORDER BY ctid) FROM notes")
    let row = try await world.database.run(order, in: .none).one()
    #expect(try row.ints(0) == stride(from: Int64(0), to: 20, by: 2).map { $0 })
  }

  /// Writes its number; every other one gives up before a session is free.
  private static func caller(_ number: Int, _ database: Database) -> Task<PostgresError?, Never> {
    Task {
      await failure {
        let deadline =
          number % 2 == 0 ? nil : Deadline(in: .milliseconds(50), of: RealTime())
        _ = try await database.run(
          Demo.addNote, [.int(number), .text("a")], in: .none, deadline: deadline)
      }
    }
  }

  @Test("a refusal for want of a session comes after the longest wait and is counted")
  func exhausted() async throws {
    let world = try await Demo.world(sessions: 1) { $0.longestWait = .milliseconds(50) }
    try await eventually { await failure { try await world.database.ping() } == nil }
    let before = world.database.figures.exhausted
    try await world.database.transaction(in: .none) { transaction in
      _ = try await transaction.run(Demo.one)
      for _ in 0..<3 {
        #expect(await failure { try await world.database.ping() }?.kind == .exhausted)
      }
    }
    let figures = world.database.figures
    #expect(figures.exhausted == before + 3)
    #expect(figures.inUse == 0 && figures.waiting == 0 && figures.idle == 1)
  }

  @Test("two statements that block each other for good are both done in the end")
  func deadlock() async throws {
    let world = try await Demo.world(sessions: 4)
    for id in 1...2 {
      _ = try await world.database.run(Demo.addNote, [.int(id), .text("")], in: .none)
    }
    let update = Statement("waiting.update", "UPDATE notes SET text = text || 'x' WHERE id = $1")
    let lock = Statement("waiting.lock", "SELECT pg_advisory_xact_lock(9)")
    let pass = Statement("waiting.pass", "SELECT pg_advisory_xact_lock_shared(9)")
    let look = try Operator(world)
    // Both have their first row when the gate opens; each wants the other's next.
    let trips = try await look.database.transaction(in: .none) { gate in
      _ = try await gate.run(lock)
      let trips = [[1, 2], [2, 1]].map { order in
        Task {
          _ = try await world.database.runAll(
            [(update, [.int(order[0])]), (pass, []), (update, [.int(order[1])])], in: .none)
        }
      }
      let others = try Operator(world)
      try await eventually { try await others.running("%lock_shared(9)%") == 2 }
      return trips
    }
    for trip in trips { try await trip.value }
    let texts = Statement("waiting.texts", "SELECT text FROM notes ORDER BY id")
    let rows = try await world.database.run(texts, in: .none)
    #expect(try rows.map { try $0.text(0) } == ["xx", "xx"])
    let met = Statement(
      "waiting.met", "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    try await eventually { try await world.database.run(met, in: .none).one().int(0) >= 1 }
  }
}

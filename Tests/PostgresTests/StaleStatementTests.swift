import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

/// Somebody changes the schema, or a session's statements, under a pool that has both by heart.
@Suite("statements that no longer fit", .inTurn, .timeLimit(.minutes(10)))
struct StaleStatementTests {
  private static let note = Statement("stale.note", "SELECT * FROM notes WHERE id = $1")
  private static let byText = Statement("stale.text", "SELECT id FROM notes WHERE text = $1")
  private let scope = Scope.account(AccountID(1))

  @Test("every statement of a trip is prepared anew when all were dropped", arguments: [1, 3])
  func allDropped(sessions: Int) async throws {
    let world = try await Demo.world(sessions: sessions)
    let trip: [(Statement, [SQLValue])] = [
      (Demo.countItems, []), (Demo.countNotes, []), (Self.note, [.int(1)]),
    ]
    for sql in ["DEALLOCATE ALL", "DISCARD ALL"] {
      _ = try await world.database.runAll(trip, in: scope)
      try await world.database.script(sql)
      let answers = try await world.database.runAll(trip, in: scope)
      #expect(answers.map(\.count) == [1, 1, 0], "\(sql)")
      try await world.database.script(sql)
      let count = try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.runAll(trip)
        return try await transaction.run(Demo.countNotes).one().int(0)
      }
      #expect(count == 0, "\(sql)")
    }
  }

  @Test("several stale plans in one trip are prepared anew together, and the old ones are dropped")
  func severalStale() async throws {
    let world = try await Demo.world(sessions: 1)
    let other = Statement("stale.notes", "SELECT * FROM notes ORDER BY id")
    let trip: [(Statement, [SQLValue])] = [(Self.note, [.int(1)]), (other, [])]
    for round in 1...5 {
      _ = try await world.database.runAll(trip, in: scope)
      try await world.administer("ALTER TABLE demo.notes ADD COLUMN extra\(round) bigint")
      let answers = try await world.database.runAll(trip, in: scope)
      #expect(answers.map(\.columnNames.count) == [2 + round, 2 + round])
    }
    let kept = Statement("stale.kept", "SELECT count(*) FROM pg_prepared_statements")
    #expect(try await world.database.run(kept, in: .none).one().int(0) <= 6)
  }

  @Test("a place whose type became wider takes the wider values, on every session")
  func wider() async throws {
    let world = try await Demo.world(sessions: 3)
    try await world.administer("ALTER TABLE demo.notes ALTER COLUMN id TYPE int")
    try await onAll(3, world) { id, transaction in
      _ = try await transaction.run(Demo.addNote, [.int(id), .text("a")])
    }
    let large = Int64(Int32.max) + 1
    let before = await failure {
      _ = try await world.database.run(Demo.addNote, [.int(large), .text("b")], in: .none)
    }
    #expect(before?.kind == .value)
    try await world.administer("ALTER TABLE demo.notes ALTER COLUMN id TYPE bigint")
    try await onAll(3, world) { id, transaction in
      _ = try await transaction.run(Demo.addNote, [.int(large + Int64(id)), .text("b")])
    }
    #expect(try await Operator(world).count("notes") == 6)
  }

  @Test("a place whose type is another is asked for anew, on every session")
  func another() async throws {
    let world = try await Demo.world(sessions: 3)
    try await onAll(3, world) { _, transaction in
      _ = try await transaction.run(Self.byText, [.text("7")])
    }
    try await world.administer("ALTER TABLE demo.notes ALTER COLUMN text TYPE bigint USING 7")
    _ = try await world.database.run(Demo.addNote, [.int(1), .int(7)], in: .none)
    try await onAll(3, world) { _, transaction in
      let rows = try await transaction.run(Self.byText, [.int(7)])
      #expect(try rows.one().int(0) == 1)
    }
  }

  @Test("a column that was dropped or renamed is refused by its name, and serves when it is back")
  func dropped() async throws {
    let world = try await Demo.world(sessions: 1)
    _ = try await world.database.run(Self.byText, [.text("a")], in: scope)
    try await world.administer("ALTER TABLE demo.notes RENAME COLUMN text TO body")
    let error = await failure {
      _ = try await world.database.run(Self.byText, [.text("a")], in: scope)
    }
    #expect(error?.sqlState == "42703")
    #expect(error?.message.contains("text") == true)
    try await world.administer("ALTER TABLE demo.notes RENAME COLUMN body TO text")
    #expect(try await world.database.run(Self.byText, [.text("a")], in: scope).isEmpty)
  }

  @Test("a statement that was to make room and could not is dropped later")
  func roomLater() async throws {
    let world = try await Demo.world(sessions: 1) { $0.maxPreparedStatements = 3 }
    let failing = Statement("stale.fails", "SELECT 1 / $1::bigint")
    for number in 0..<20 {
      let next = Statement("stale.n\(number)", "SELECT \(number)::bigint")
      let error = await failure {
        _ = try await world.database.runAll([(failing, [.int(0)]), (next, [])], in: .none)
      }
      #expect(error?.sqlState == "22012")
      _ = try await world.database.run(next, in: .none)
    }
    let kept = Statement("stale.kept", "SELECT count(*) FROM pg_prepared_statements")
    #expect(try await world.database.run(kept, in: .none).one().int(0) <= 5)
  }

  /// Runs `body` in as many transactions as there are sessions, all open at once.
  private func onAll(
    _ sessions: Int, _ world: TestDatabase,
    _ body: @escaping @Sendable (Int, Transaction) async throws -> Void
  ) async throws {
    let everybody = Gathering(of: sessions)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...sessions {
        group.addTask {
          try await world.database.transaction(in: .none, retrying: 1) { transaction in
            _ = try await transaction.run(Demo.one)
            await everybody.arrive()
            try await body(number, transaction)
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

/// Lets nobody pass until so many are there.
actor Gathering {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(of count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    if missing > 0 { return await withCheckedContinuation { waiting.append($0) } }
    for continuation in waiting { continuation.resume() }
    waiting.removeAll()
  }
}

import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("prepared statements", .inTurn, .timeLimit(.minutes(10)))
struct StatementCacheTests {
  private static let prepared = Statement(
    "cache.prepared", "SELECT count(*), count(DISTINCT statement) FROM pg_prepared_statements")
  private static let all = Statement("cache.all", "SELECT * FROM notes WHERE id = $1")

  @Test("a statement is prepared once per session")
  func once() async throws {
    let world = try await Demo.world(sessions: 1)
    for number in 0..<20 {
      _ = try await world.database.run(Demo.broken, [.int(number + 1)], in: .none)
    }
    let row = try await world.database.run(Self.prepared, in: .none).one()
    #expect(try row.int(0) == 2)
    #expect(try row.int(1) == 2)
  }

  @Test("a session keeps only so many; an older one makes room and still runs")
  func bounded() async throws {
    let world = try await Demo.world(sessions: 1) { $0.maxPreparedStatements = 5 }
    for round in 0..<2 {
      for number in 0..<12 {
        let statement = Statement("cache.n\(number)", "SELECT \(number)::bigint")
        let rows = try await world.database.run(statement, in: .none)
        #expect(try rows.one().int(0) == Int64(number), "round \(round)")
      }
    }
    let count = try await world.database.run(Self.prepared, in: .none).one().int(0)
    #expect(count <= 6)
  }

  @Test("two statements of one name do not take each other's place")
  func sameName() async throws {
    let world = try await Demo.world(sessions: 1)
    for number in 0..<4 {
      let statement = Statement("cache.same", "SELECT \(number)::bigint")
      #expect(try await world.database.run(statement, in: .none).one().int(0) == Int64(number))
    }
  }

  @Test("after the schema changed, the stale plan is prepared anew and the caller sees nothing")
  func staleAlone() async throws {
    let world = try await Demo.world(sessions: 1)
    _ = try await world.database.run(Demo.addNote, [.int(1), .text("a")], in: .none)
    let before = try await world.database.run(Self.all, [.int(1)], in: .allAccounts).one()
    #expect(before.columnCount == 2)
    try await world.administer("ALTER TABLE demo.notes ADD COLUMN extra bigint DEFAULT 9")
    let after = try await world.database.run(Self.all, [.int(1)], in: .allAccounts).one()
    #expect(try after.int("extra") == 9)
  }

  @Test("the same at the begin of a transaction")
  func staleAtBegin() async throws {
    let world = try await Demo.world(sessions: 1)
    _ = try await world.database.run(Self.all, [.int(1)], in: .none)
    try await world.administer("ALTER TABLE demo.notes ADD COLUMN extra bigint")
    let columns = try await world.database.transaction(in: .account(AccountID(1))) { transaction in
      let columns = try await transaction.run(Self.all, [.int(1)]).columnNames
      _ = try await transaction.run(Demo.addNote, [.int(1), .text("a")])
      return columns
    }
    #expect(columns == ["id", "text", "extra"])
    try await world.administer("ALTER TABLE demo.notes ADD COLUMN more bigint")
    let again = try await world.database.transaction(in: .account(AccountID(1))) { transaction in
      try await transaction.run(Self.all, [.int(1)]).columnNames
    }
    #expect(again == ["id", "text", "extra", "more"])
    #expect(try await Operator(world).count("notes") == 1)
  }

  @Test("in the middle of a transaction the body is repeated when the caller allows it")
  func staleInTheMiddle() async throws {
    let world = try await Demo.world(sessions: 1)
    _ = try await world.database.run(Self.all, [.int(1)], in: .none)
    try await world.administer("ALTER TABLE demo.notes ADD COLUMN extra bigint")
    func columns(retrying: Int) async throws -> [String] {
      try await world.database.transaction(in: .none, retrying: retrying) { transaction in
        _ = try await transaction.run(Demo.one)
        return try await transaction.run(Self.all, [.int(1)]).columnNames
      }
    }
    let error = await failure { _ = try await columns(retrying: 0) }
    #expect(error?.sqlState == "0A000")
    #expect(try await columns(retrying: 0) == ["id", "text", "extra"])
    try await world.administer("ALTER TABLE demo.notes ADD COLUMN more bigint")
    #expect(try await columns(retrying: 1) == ["id", "text", "extra", "more"])
  }

  @Test("a session that lost its statements prepares them anew")
  func discarded() async throws {
    let world = try await Demo.world(sessions: 1)
    _ = try await world.database.run(Demo.countNotes, in: .none)
    try await world.database.script("DEALLOCATE ALL")
    #expect(try await world.database.run(Demo.countNotes, in: .none).one().int(0) == 0)
  }

  @Test("the check of plans tells which tables a statement can only read as a whole")
  func plans() async throws {
    let world = try await Demo.world()
    let byText = Statement("plans.text", "UPDATE notes SET text = '' WHERE text = $1")
    let join = Statement(
      "plans.join", "SELECT 1 FROM items i JOIN notes n ON n.id = i.id WHERE i.account_id = $1")
    let newest = Statement("plans.newest", "SELECT id FROM notes ORDER BY id DESC LIMIT 1")
    let byKey = Statement("plans.key", "SELECT * FROM notes WHERE id = ANY($1::bigint[])")
    let all = [byText, join, newest, byKey, Demo.itemNames, Demo.addNote, Demo.one]
    let found = try await StatementCheck.wholeReads(
      of: all, in: .account(AccountID(1)), on: world.database)
    #expect(found == ["plans.text": ["notes"], "plans.newest": ["notes"]])
  }

  @Test("a plan of when the table was empty finds a row by its key when it is full")
  func planOfEmptyTable() async throws {
    let world = try await Demo.world(sessions: 1)
    try await world.administer(
      "ALTER TABLE demo.notes SET (autovacuum_enabled = off)", "VACUUM ANALYZE demo.notes")
    let byKey = Statement("plans.key", "SELECT text FROM notes WHERE id = $1")
    #expect(try await world.database.run(byKey, [.int(77)], in: .none).isEmpty)
    try await world.administer(
      "INSERT INTO demo.notes SELECT n, 'note ' || n FROM generate_series(1, 2000) n")
    let read = Statement(
      "plans.read",
      """
      SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'notes'
      """)
    let (text, rows) = try await world.database.transaction(in: .none) { transaction in
      let text = try await transaction.run(byKey, [.int(77)]).one().text(0)
      return (text, try await transaction.run(read).one().int(0))
    }
    #expect(text == "note 77")
    #expect(rows == 1)
  }

  @Test("the check names every statement that does not fit the schema, and only those")
  func check() async throws {
    let world = try await Demo.world()
    let wrong = Statement("check.column", "SELECT nothing FROM items")
    let vague = Statement("check.vague", "SELECT $1 IS NULL")
    let double = Statement("demo.one", "SELECT 2")
    let failures = try await StatementCheck.failures(
      of: [Demo.one, wrong, Demo.addItem, vague, double], on: world.database)
    #expect(failures.map(\.statement) == ["check.column", "check.vague", "demo.one"])
    #expect(failures.map(\.sqlState) == ["42703", "42P18", ""])
    let fitting = [Demo.addItem, Demo.countItems, Demo.addNote, Demo.sleep, Demo.broken]
    #expect(try await StatementCheck.failures(of: fitting, on: world.database).isEmpty)
  }
}

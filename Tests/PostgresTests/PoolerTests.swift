import Glibc
import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

/// What tenancy, transactions and statements promise also holds behind a pooler: `Demo.Access`
/// runs their tests both ways. Here is what only a pooler can break.
@Suite("behind a pooler in transaction mode", .inTurn, .timeLimit(.minutes(10)))
struct PoolerTests {
  private static let whose = Statement(
    "pooler.whose",
    """
    SELECT coalesce(current_setting('app.account_id', true), ''), pg_backend_pid(),
      coalesce((SELECT string_agg(DISTINCT account_id::text, ',') FROM items), '')
    """)

  @Test("no account sees another's rows when many share a few sessions of the server")
  func tenants() async throws {
    let world = try await Demo.world(.pooler, sessions: 24)
    for account in Int64(1)...8 {
      _ = try await world.database.run(
        Demo.addItem, [.int(account), .text("a"), .int(0)], in: .account(AccountID(account)))
    }
    let backends = try await withThrowingTaskGroup(of: Set<Int64>.self) { group in
      for caller in Int64(0)..<48 {
        group.addTask { try await Self.look(as: caller % 8 + 1, in: world.database) }
      }
      return try await group.reduce(into: Set<Int64>()) { $0.formUnion($1) }
    }
    #expect((1...TestPooler.serverSessions).contains(backends.count))
    for _ in 0..<20 {
      let row = try await world.database.run(Self.whose, in: .none).one()
      #expect(try row.text(0) == "" && row.text(2) == "")
    }
  }

  /// Single statements and transactions of one account; which sessions of the server they met.
  private static func look(
    as account: Int64, in database: Database
  ) async throws -> Set<Int64> {
    var backends: Set<Int64> = []
    func check(_ rows: Rows) throws {
      let row = try rows.one()
      #expect(try row.text(0) == "\(account)" && row.text(2) == "\(account)")
      backends.insert(try row.int(1))
    }
    let scope = Scope.account(AccountID(account))
    for round in 0..<10 {
      try check(try await database.run(whose, in: scope))
      let error = await failure {
        _ = try await database.run(Demo.broken, [.int(round % 2)], in: scope)
      }
      #expect(error?.sqlState == (round % 2 == 0 ? "22012" : nil))
      let rows = try await database.transaction(in: scope) { transaction in
        let first = try await transaction.run(whose)
        let second = try await transaction.run(whose)
        #expect(try first.one().int(1) == second.one().int(1))
        return second
      }
      try check(rows)
    }
    return backends
  }

  @Test("each transaction has the settings that a session of one's own has, and prepares nothing")
  func settings() async throws {
    let names = ["search_path", "statement_timeout", "TimeZone", "jit"]
    let list = names.map { "current_setting('\($0)')" }.joined(separator: ", ")
    let shown = Statement("pooler.settings", "SELECT \(list)")
    func values(_ access: Demo.Access) async throws -> [String] {
      let world = try await Demo.world(access, sessions: 1)
      let row = try await world.database.run(shown, in: .none).one()
      return try names.indices.map { try row.text($0) }
    }
    #expect(try await values(.pooler) == (try await values(.direct)))

    let world = try await Demo.world(.pooler, sessions: 1)
    for _ in 0..<3 {
      _ = try await world.database.run(Demo.countNotes, in: .allAccounts)
      try await world.database.script("INSERT INTO notes VALUES (1, 'a'); DELETE FROM notes")
    }
    let left = Statement("pooler.left", "SELECT count(*) FROM pg_prepared_statements")
    #expect(try await world.database.run(left, in: .none).one().int(0) == 0)
  }

  @Test("a change of the schema is not noticed, for no plan is kept")
  func schemaChange() async throws {
    let world = try await Demo.world(.pooler, sessions: 4)
    let all = Statement("pooler.all", "SELECT * FROM notes WHERE id = $1")
    for round in 1...3 {
      let rows = try await world.database.run(all, [.int(round)], in: .none)
      #expect(rows.columnNames.count == 1 + round)
      try await world.administer("ALTER TABLE demo.notes ADD COLUMN extra\(round) bigint")
    }
  }

  @Test("notifications and migrations go around it")
  func around() async throws {
    let world = try await Demo.world(.pooler, sessions: 2)
    var heard = world.database.notifications(channel: "news").makeAsyncIterator()
    #expect(await heard.next() == .resumed)
    let notify = Statement("pooler.notify", "SELECT pg_notify('news', 'read all about it')")
    _ = try await world.database.run(notify, in: .none)
    #expect(await heard.next() == .received("read all about it"))

    let next = Migration(number: 3, name: "more", sql: "CREATE TABLE more (id bigint)")
    let ran = try await Migrator(schema: "demo", migrations: Demo.migrations + [next])
      .run(on: world.settings, time: RealTime(), log: quietLog)
    #expect(ran == [next])
  }

  @Test("when the server dies behind it a write is in doubt, and the pool goes on afterwards")
  func crash() async throws {
    let cluster = try await TestCluster.apart()
    defer { cluster.stop() }
    let pooler = try TestPooler.apart(before: cluster)
    defer { pooler.stop() }
    let direct = try cluster.settings(database: "postgres", schema: "public")
    let database = Database(
      settings: try pooler.through(direct), time: RealTime(), log: quietLog)
    try await cluster.administer(["CREATE TABLE notes (id bigint)"])
    let insert = Statement("pooler.insert", "INSERT INTO notes SELECT 1 FROM pg_sleep(600)")
    let backend = Statement(
      "pooler.backend", "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    let task = Task { await failure { _ = try await database.run(insert, in: .none) } }
    var pid: Int64?
    let look = Database(settings: direct, time: RealTime(), log: quietLog)
    try await eventually {
      pid = try await look.run(backend, in: .none).first?.int(0)
      return pid != nil
    }
    kill(pid_t(try #require(pid)), SIGKILL)
    #expect(await task.value?.kind == .outcomeUnknown)
    try await eventually { await failure { try await database.ping() } == nil }
    await look.close()
    await database.close()
  }
}

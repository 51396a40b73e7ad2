import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

/// The server goes away as a whole, and comes back.
@Suite("restarts and refusals of the server", .inTurn, .timeLimit(.minutes(10)))
struct RestartTests {
  private static let insert = Statement("restart.insert", "INSERT INTO ledger VALUES ($1)")
  private static let all = Statement("restart.all", "SELECT id FROM ledger")

  @Test("what callers were told during restarts is what the table says", arguments: [false, true])
  func ledger(abruptly: Bool) async throws {
    let cluster = try await TestCluster.apart()
    defer { cluster.stop() }
    try await cluster.administer([
      "CREATE TABLE ledger (id bigint)",
      "ALTER DATABASE postgres SET synchronous_commit = on",
    ])
    var settings = try cluster.settings(database: "postgres", schema: "public")
    settings.maxSessions = 4
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    let ledger = Ledger()
    let workers = Task {
      await withTaskGroup(of: Void.self) { group in
        for worker in 0..<8 {
          group.addTask { await Self.work(on: database, ledger, inTransactions: worker % 2 == 0) }
        }
      }
    }
    for round in 1...2 {
      try await eventually { await ledger.done.count > 40 * round }
      cluster.stop(abruptly: abruptly)
      try await RealTime().sleep(for: .milliseconds(100))
      try cluster.start()
    }
    let before = await ledger.done.count
    try await eventually { await ledger.done.count > before + 40 }
    workers.cancel()
    await workers.value
    let rows = try await database.run(Self.all, in: .none)
    let present = Set(try rows.map { try $0.int(0) })
    #expect(await ledger.lies(present) == [])
    #expect(rows.count == present.count)
    #expect(database.figures.inUse == 0 && database.figures.waiting == 0)
    #expect(database.figures.idle <= 4)
    await database.close()
  }

  /// Writes one number after another until cancelled, and notes what it was told.
  private static func work(
    on database: Database, _ ledger: Ledger, inTransactions: Bool
  ) async {
    while !Task.isCancelled {
      let id = await ledger.next()
      // Of its own, so that the end of the test tells every outcome.
      let task = Task {
        await failure {
          guard inTransactions else {
            _ = try await database.run(insert, [.int(id)], in: .none)
            return
          }
          try await database.transaction(in: .none) { transaction in
            _ = try await transaction.run(Demo.one)
            _ = try await transaction.run(insert, [.int(id)])
          }
        }
      }
      await ledger.note(id, task.value)
    }
  }

  @Test("a server with no room for more sessions is used with those it gives")
  func tooManyConnections() async throws {
    let cluster = try await TestCluster.shared()
    let world = try await Demo.world(sessions: 1)
    await world.database.close()
    try await cluster.administer(
      [
        "CREATE ROLE igny8_few LOGIN CONNECTION LIMIT 2",
        "GRANT USAGE ON SCHEMA demo TO igny8_few",
      ], database: world.name)
    var settings = try cluster.settings(
      database: world.name, role: "igny8_few", schema: "demo")
    (settings.maxSessions, settings.longestWait) = (8, .seconds(30))
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    let errors = await withTaskGroup(of: PostgresError?.self) { group in
      for _ in 0..<60 {
        group.addTask {
          await failure { _ = try await database.run(Demo.sleep, [.double(0.01)], in: .none) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(errors.compactMap { $0 } == [])
    #expect(database.figures.opened <= 2 && database.figures.failed > 0)
    await database.close()
  }

  @Test("a login that is refused is unavailable and says why, and works once it is allowed")
  func refusedLogin() async throws {
    let cluster = try await TestCluster.shared()
    var settings = try cluster.settings(
      database: "postgres", role: "igny8_late", schema: "public")
    settings.longestWait = .milliseconds(300)
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    let error = await failure { try await database.ping() }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains("igny8_late") == true)
    #expect(database.figures.failed <= 6)
    try await cluster.administer(["CREATE ROLE igny8_late LOGIN"])
    try await eventually { await failure { try await database.ping() } == nil }
    await database.close()
  }

  @Test("a session that may only read is left, and the pool waits for a server that writes")
  func readOnly() async throws {
    let world = try await Demo.world(sessions: 2) { $0.longestWait = .seconds(3) }
    _ = try await world.database.run(Demo.addNote, [.int(1), .text("a")], in: .none)
    let demote = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    for id in 2...3 {
      try await world.database.script(demote)
      let error = await failure {
        if id == 2 {
          _ = try await world.database.run(Demo.addNote, [.int(id), .text("b")], in: .none)
        } else {
          try await world.database.transaction(in: .none) { transaction in
            _ = try await transaction.run(Demo.addNote, [.int(id), .text("b")])
          }
        }
      }
      #expect(error?.kind == .unavailable)
      #expect(error?.sqlState == "25006")
      _ = try await world.database.run(Demo.addNote, [.int(id), .text("b")], in: .none)
    }
    let look = try Operator(world)
    // Its session is there before new ones are refused.
    try await look.database.ping()
    try await world.administer(
      "ALTER DATABASE \(world.name) SET default_transaction_read_only = on")
    try await look.terminate("%")
    #expect(await failure { try await world.database.ping() }?.kind == .unavailable)
    try await world.cluster.administer([
      "ALTER DATABASE \(world.name) RESET default_transaction_read_only"
    ])
    try await eventually { await failure { try await world.database.ping() } == nil }
  }

  @Test("a full disk refuses the statement, and the session goes on")
  func diskFull() async throws {
    let world = try await Demo.world(sessions: 1)
    try await world.administer(
      """
      CREATE FUNCTION demo.fill() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER fill BEFORE INSERT ON demo.notes FOR EACH ROW EXECUTE FUNCTION demo.fill()
      """)
    let before = try await world.database.run(Demo.session, in: .none).one().int(0)
    let error = await failure {
      _ = try await world.database.run(Demo.addNote, [.int(1), .text("a")], in: .none)
    }
    #expect(error?.kind == .server)
    #expect(error?.lacksResources == true)
    #expect(try await world.database.run(Demo.session, in: .none).one().int(0) == before)
  }
}

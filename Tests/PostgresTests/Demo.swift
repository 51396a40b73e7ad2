import Kernel
import Postgres
import TestKit

/// The schema these tests work on.
enum Demo {
  static let migrations = [
    Migration(
      number: 1, name: "items",
      sql: """
        CREATE TABLE items (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          account_id bigint NOT NULL,
          name text NOT NULL,
          amount bigint NOT NULL DEFAULT 0 CONSTRAINT items_amount_positive CHECK (amount >= 0),
          CONSTRAINT items_name_key UNIQUE (account_id, name));
        \(RowSecurity.enable("items"))
        CREATE TABLE notes (id bigint PRIMARY KEY, text text NOT NULL);
        CREATE TABLE later (
          id bigint, CONSTRAINT later_id_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED);
        """),
    Migration(
      number: 2, name: "slow commits",
      sql: """
        CREATE TABLE slow (id bigint PRIMARY KEY);
        CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON slow
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
        """),
  ]

  static let addItem = Statement(
    "demo.item.insert",
    "INSERT INTO items (account_id, name, amount) VALUES ($1, $2, $3) RETURNING id")
  static let countItems = Statement("demo.item.count", "SELECT count(*) FROM items")
  static let itemNames = Statement("demo.item.names", "SELECT name FROM items ORDER BY id")
  static let addNote = Statement("demo.note.insert", "INSERT INTO notes VALUES ($1, $2)")
  static let countNotes = Statement("demo.note.count", "SELECT count(*) FROM notes")
  static let addLater = Statement("demo.later.insert", "INSERT INTO later VALUES ($1)")
  static let addSlow = Statement("demo.slow.insert", "INSERT INTO slow VALUES ($1)")
  static let countSlow = Statement("demo.slow.count", "SELECT count(*) FROM slow")
  static let sleep = Statement("demo.sleep", "SELECT pg_sleep($1)")
  static let one = Statement("demo.one", "SELECT 1::bigint")
  static let broken = Statement("demo.broken", "SELECT 1 / $1::bigint")
  static let session = Statement("demo.session", "SELECT pg_backend_pid()")

  /// How statements get to the server.
  enum Access: CaseIterable, Sendable { case direct, pooler }

  static func world(
    _ access: Access, sessions: Int = 4
  ) async throws -> TestDatabase {
    guard access == .pooler else { return try await world(sessions: sessions) }
    let pooler = try await TestPooler.shared()
    return try await TestDatabase.make(schema: "demo", migrations: migrations) { settings in
      settings = try pooler.through(settings)
      settings.maxSessions = sessions
    }
  }

  static func world(
    sessions: Int = 4, _ configure: (inout DatabaseSettings) -> Void = { _ in }
  ) async throws -> TestDatabase {
    try await TestDatabase.make(schema: "demo", migrations: migrations) { settings in
      settings.maxSessions = sessions
      configure(&settings)
    }
  }
}

/// A second, privileged look at the same database, as an operator has it.
struct Operator {
  let database: Database

  init(_ world: TestDatabase) throws {
    self.init(try world.cluster.settings(database: world.name, schema: "demo"))
  }

  init(_ settings: DatabaseSettings) {
    database = Database(settings: settings, time: RealTime(), log: quietLog)
  }

  private static let others = "pid <> pg_backend_pid() AND datname = current_database()"

  /// How many other sessions are in the middle of something that looks like this, asleep or
  /// waiting for a lock.
  func running(_ pattern: String) async throws -> Int64 {
    let statement = Statement(
      "operator.running",
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE \(Self.others) AND state = 'active' AND query LIKE $1
        AND wait_event IN ('PgSleep', 'advisory')
      """)
    return try await database.run(statement, [.text(pattern)], in: .none).one().int(0)
  }

  /// Ends every other session whose last statement looks like this, and waits until they are gone.
  func terminate(_ pattern: String) async throws {
    let terminate = Statement(
      "operator.terminate",
      """
      SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE \(Self.others) AND query LIKE $1
      """)
    let left = Statement(
      "operator.left", "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1::int[])")
    let ended = try await database.run(terminate, [.text(pattern)], in: .none)
    let ids = try ended.map { try $0.int(0) }
    try await eventually {
      try await database.run(left, [.ints(ids)], in: .none).one().int(0) == 0
    }
  }

  func count(_ table: String) async throws -> Int64 {
    let statement = Statement("operator.count", "SELECT count(*) FROM demo.\(table)")
    return try await database.run(statement, in: .none).one().int(0)
  }
}

/// What a test waited for did not happen.
struct NeverHappened: Error, CustomStringConvertible {
  let description: String
}

/// Returns once `condition` holds.
/// - Throws: `NeverHappened` after two minutes, which no busy machine needs.
func eventually(
  file: String = #fileID, line: Int = #line, _ condition: () async throws -> Bool
) async throws {
  let end = RealTime().monotonic() + .seconds(120)
  while !(try await condition()) {
    guard RealTime().monotonic() < end else {
      throw NeverHappened(description: "\(file):\(line): not within two minutes")
    }
    try await RealTime().sleep(for: .milliseconds(5))
  }
}

/// The kind of the error `body` throws; nil when it throws none or another.
func failure(_ body: () async throws -> Void) async -> PostgresError? {
  do {
    try await body()
    return nil
  } catch { return error as? PostgresError }
}

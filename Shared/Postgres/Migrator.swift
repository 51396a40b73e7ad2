import Kernel
import Logging

/// Brings one schema up to date; records what ran in `<schema>.schema_migrations`.
package struct Migrator: Sendable {
  package let schema: String
  package let migrations: [Migration]

  package init(schema: String, migrations: [Migration]) {
    (self.schema, self.migrations) = (schema, migrations)
  }

  /// Runs what has not run yet, in order, each migration in a transaction of its own; several
  /// processes may do so at once. Creates the schema when it is not there.
  /// - Returns: the migrations that ran now.
  /// - Throws: `PostgresError`; of kind `.value` when numbers have gaps or a recorded migration was
  ///   changed since.
  @discardableResult
  package func run(
    on settings: DatabaseSettings, time: any TimeSource, log: Logger
  ) async throws -> [Migration] {
    guard migrations.map(\.number) == Array(1..<migrations.count + 1) else {
      throw PostgresError(.value, "migrations of \(schema) are not numbered 1, 2, 3 …")
    }
    let database = Database(settings: patient(settings), time: time, log: log)
    do {
      let ran = try await run(on: database, log)
      await database.close()
      return ran
    } catch {
      await database.close()
      throw error
    }
  }

  /// One session, and no limit on how long a step may take.
  private func patient(_ settings: DatabaseSettings) -> DatabaseSettings {
    var settings = settings.direct
    settings.schema = schema
    settings.applicationName += " migrate"
    (settings.minSessions, settings.maxSessions) = (1, 1)
    (settings.statementTimeout, settings.idleInTransactionTimeout) = (.zero, .zero)
    settings.longestWait = .seconds(30)
    return settings
  }

  private func run(on database: Database, _ log: Logger) async throws -> [Migration] {
    try await database.transaction(in: .none) { try await prepareSchema($0) }
    var ran: [Migration] = []
    for migration in migrations {
      let isNew = try await database.transaction(in: .none) { try await apply(migration, in: $0) }
      guard isNew else { continue }
      log.info("migrated", metadata: ["schema": "\(schema)", "migration": "\(migration.title)"])
      ran.append(migration)
    }
    return ran
  }

  private func prepareSchema(_ transaction: Transaction) async throws {
    try await lock(transaction)
    let found = try await transaction.run(Queries.schemaExists, [.text(schema)])
    if try !found.one().bool(0) { try await transaction.script("CREATE SCHEMA \(quoted(schema))") }
    try await transaction.script(
      """
      CREATE TABLE IF NOT EXISTS \(quoted(schema)).schema_migrations (
        number bigint PRIMARY KEY, name text NOT NULL, checksum bigint NOT NULL,
        ran_at timestamptz NOT NULL DEFAULT now())
      """)
  }

  private func apply(_ migration: Migration, in transaction: Transaction) async throws -> Bool {
    try await lock(transaction)
    let recorded = try await transaction.run(
      Queries.checksum(schema), [.int(migration.number)])
    if let row = recorded.first {
      guard try row.int(0) == migration.checksum else {
        throw PostgresError(.value, "migration \(migration.title) was changed after it ran")
      }
      return false
    }
    do {
      try await transaction.script(migration.sql)
    } catch let error as PostgresError {
      throw error.during("\(schema) \(migration.title)")
    }
    let values: [SQLValue] = [
      .int(migration.number), .text(migration.name), .int(migration.checksum),
    ]
    _ = try await transaction.run(Queries.record(schema), values)
    return true
  }

  private func lock(_ transaction: Transaction) async throws {
    let key = Int64(bitPattern: StableHash("igny8 migrations of \(schema)").value)
    _ = try await transaction.run(Queries.lock, [.int(key)])
  }
}

extension Migrator {
  private enum Queries {
    static let lock = Statement("migrator.lock", "SELECT pg_advisory_xact_lock($1)")
    static let schemaExists = Statement(
      "migrator.schema", "SELECT to_regnamespace(quote_ident($1)) IS NOT NULL")

    static func checksum(_ schema: String) -> Statement {
      Statement(
        "migrator.checksum",
        "SELECT checksum FROM \(quoted(schema)).schema_migrations WHERE number = $1")
    }

    static func record(_ schema: String) -> Statement {
      Statement(
        "migrator.record",
        """
        INSERT INTO \(quoted(schema)).schema_migrations (number, name, checksum)
        VALUES ($1, $2, $3)
        """)
    }
  }
}

extension Migration {
  var title: String { "\(number) \(name)" }
}

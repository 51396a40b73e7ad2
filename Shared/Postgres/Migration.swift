import Kernel
import Logging

/// One step of a schema, run once, in a transaction. Never changed after it was released: its
/// checksum is kept and compared.
package struct Migration: Hashable, Sendable {
  /// From 1, without gaps.
  package let number: Int
  /// What it does, in a few words.
  package let name: String
  /// One or more statements, separated by semicolons.
  package let sql: String

  package init(number: Int, name: String, sql: String) {
    (self.number, self.name, self.sql) = (number, name, sql)
  }

  /// FNV-1a of the SQL.
  var checksum: Int64 { Int64(bitPattern: StableHash(sql).value) }
}

/// Brings one schema up to date; records what ran in `<schema>.schema_migrations`.
package struct Migrator: Sendable {
  package let schema: String
  package let migrations: [Migration]

  package init(schema: String, migrations: [Migration]) {
    (self.schema, self.migrations) = (schema, migrations)
  }

  /// Runs what has not run yet, in order; several processes may do so at once. Creates the schema
  /// when it is not there.
  /// - Returns: the migrations that ran now.
  /// - Throws: `PostgresError`; of kind `.value` when numbers have gaps or a recorded migration was
  ///   changed since.
  @discardableResult
  package func run(
    on settings: DatabaseSettings, time: any TimeSource, log: Logger
  ) async throws -> [Migration] {
    throw PostgresError(.unavailable, "not connected")
  }
}

/// SQL text that makes Postgres itself keep tenants apart.
package enum RowSecurity {
  /// Switches row-level security on for a table with an `account_id bigint` column, for its owner
  /// too: a row is seen and written in the scope of its own account or in `.allAccounts`.
  ///
  /// Written as a range, which an index on `account_id` serves in both scopes; a query that wants
  /// an index's order behind `account_id` names `account_id = $n` itself as well.
  package static func enable(_ table: String) -> String {
    let setting = "current_setting('app.account_id', true)"
    func bound(_ all: String) -> String {
      "CASE \(setting) WHEN 'all' THEN \(all) WHEN '' THEN NULL ELSE \(setting)::bigint END"
    }
    let rule = """
      account_id >= \(bound("'-9223372036854775808'::bigint"))
          AND account_id <= \(bound("9223372036854775807"))
      """
    return """
      ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
      ALTER TABLE \(table) FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON \(table)
        USING (\(rule))
        WITH CHECK (\(rule));
      """
  }
}

/// Tells whether statements fit the schema, without running them.
package enum StatementCheck {
  /// Prepares every statement.
  /// - Returns: what the server refused, with the statement's name; empty when all fit. Two
  ///   different statements of one name are a failure too.
  package static func failures(
    of statements: [Statement], on database: Database
  ) async throws -> [PostgresError] {
    throw PostgresError(.unavailable, "not connected")
  }
}

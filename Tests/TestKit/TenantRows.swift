import Postgres

/// A row for an account in every table of a schema that has an `account_id`, made from the schema
/// itself: a table that is added later is filled too.
///
/// Texts say whose they are and where they stand: `of 1: keywords.keyword`.
package struct TenantRows: Sendable {
  private let database: Database
  private let instead: [String: String]
  private let ignored: Set<String>

  /// Tables of messages that go by themselves once they are old.
  package static let messages: Set<String> = ["outbox", "consumed_events", "idempotency_keys"]

  /// - Parameters:
  ///   - instead: SQL of a value by `table.column`, where rules between columns ask for it.
  ///   - ignored: tables that are not filled, counted or named.
  package init(
    _ database: Database, instead: [String: String] = [:], ignoring ignored: Set<String> = messages
  ) {
    (self.database, self.instead, self.ignored) = (database, instead, ignored)
  }

  private struct Column {
    let table: String
    let name: String
    let type: String
    let isRequired: Bool
    let hasDefault: Bool
    /// The database alone gives its value.
    let isGenerated: Bool
    let check: String?
    /// What it refers to: a table, a column, whether that lies in accounts.
    let parent: (table: String, column: String, isTenant: Bool)?
  }

  /// Fills every table, those that others refer to first.
  package func seed(_ account: Int64) async throws {
    var waiting = Dictionary(grouping: try await allColumns(), by: \.table)
    while !waiting.isEmpty {
      let ready = waiting.filter { table, columns in
        columns.allSatisfy {
          $0.parent.map { $0.table == table || waiting[$0.table] == nil } ?? true
        }
      }
      precondition(!ready.isEmpty, "tables refer to each other in a circle")
      for (table, columns) in ready.sorted(by: { $0.key < $1.key }) {
        try await insert(table, columns, account)
        waiting[table] = nil
      }
    }
  }

  /// How many rows of the account each table has; only tables that have some.
  package func counts(of account: Int64) async throws -> [String: Int64] {
    var counts: [String: Int64] = [:]
    for table in Set(try await allColumns().map(\.table)) {
      let count = Statement(
        "test.count.\(table)", "SELECT count(*) FROM \(table) WHERE account_id = \(account)")
      let found = try await database.run(count, in: .allAccounts).one().int(0)
      if found > 0 { counts[table] = found }
    }
    return counts
  }

  /// Every column beside `account_id`, as `table.column`.
  package func columns() async throws -> Set<String> {
    Set(try await allColumns().filter { $0.name != "account_id" }.map { "\($0.table).\($0.name)" })
  }

  private func insert(_ table: String, _ columns: [Column], _ account: Int64) async throws {
    let values = columns.compactMap { column in
      value(of: column, account).map { (column.name, $0) }
    }
    let names = values.map(\.0).joined(separator: ", ")
    let list = values.map(\.1).joined(separator: ", ")
    let sql = "INSERT INTO \(table) (\(names)) OVERRIDING SYSTEM VALUE VALUES (\(list))"
    _ = try await database.run(Statement("test.seed.\(table)", sql), in: .allAccounts)
  }

  /// SQL; nil for what the database fills in.
  private func value(of column: Column, _ account: Int64) -> String? {
    let place = "\(column.table).\(column.name)"
    if column.name == "account_id" { return "\(account)" }
    if let sql = instead[place] { return sql }
    if column.isGenerated { return nil }
    if column.check != nil, column.hasDefault || !column.isRequired { return nil }
    if let parent = column.parent {
      let own = parent.isTenant ? "WHERE account_id = \(account)" : ""
      return "(SELECT \(parent.column) FROM \(parent.table) \(own) LIMIT 1)"
    }
    if let check = column.check, column.type == "text" {
      return Self.firstLiteral(check) ?? "''"
    }
    let text = "'of \(account): \(place)'"
    switch column.type {
    case "text": return text
    case "text[]": return "ARRAY[\(text)]"
    case "jsonb": return "jsonb_build_object('note', \(text))"
    case "bytea": return "convert_to(\(text), 'UTF8')"
    case "boolean": return "true"
    case "bigint[]": return "ARRAY[1]"
    case "date": return "'2026-03-10'"
    case "timestamp with time zone": return "'2026-03-10T14:05:36.123456Z'"
    default: return "1"
    }
  }

  private static func firstLiteral(_ check: String) -> String? {
    let parts = check.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count > 2 ? "'\(parts[1])'" : nil
  }

  private func allColumns() async throws -> [Column] {
    let rows = try await database.run(Self.catalogue, in: .none)
    let columns = try rows.map { row in
      Column(
        table: try row.text(0), name: try row.text(1), type: try row.text(2),
        isRequired: try row.bool(3), hasDefault: try row.bool(4), isGenerated: try row.bool(5),
        check: try row.optionalText(6),
        parent: try row.optionalText(7).map { ($0, try row.text(8), try row.bool(9)) })
    }
    return columns.filter { !ignored.contains($0.table) }
  }

  private static let catalogue = Statement(
    "test.catalogue",
    """
    SELECT t.relname::text, a.attname::text, format_type(a.atttypid, NULL), a.attnotnull,
      a.atthasdef, a.attidentity <> '' OR a.attgenerated <> '',
      (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
        WHERE k.conrelid = t.oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)
        ORDER BY cardinality(k.conkey), k.conname LIMIT 1),
      p.relname::text, pa.attname::text,
      EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = p.oid AND x.attname = 'account_id')
    FROM pg_class t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN LATERAL (
      SELECT f.confrelid, f.confkey[array_position(f.conkey, a.attnum)] AS attnum
      FROM pg_constraint f
      WHERE f.conrelid = t.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey)
      ORDER BY cardinality(f.conkey) LIMIT 1) f ON true
    LEFT JOIN pg_class p ON p.oid = f.confrelid
    LEFT JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = f.attnum
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
      AND EXISTS (SELECT FROM pg_attribute x
        WHERE x.attrelid = t.oid AND x.attname = 'account_id' AND NOT x.attisdropped)
    ORDER BY t.relname, a.attnum
    """)
}

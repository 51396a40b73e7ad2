import Postgres

/// Statements that read a table front to back, some rows at a time.
enum ExportQueries {
  /// The next rows: `line` or `file` and `body`, and `place`, the row's key as texts.
  /// $1 account, $2… the key behind which to begin.
  static func next(_ table: ExportTable) -> Statement {
    switch table.content {
    case .rows(let columns): rows(table, columns)
    case .files(let name, let body): files(table, name, body)
    }
  }

  /// Rows until their lines are as large as a piece should be, at least one.
  private static func rows(_ table: ExportTable, _ columns: [String]) -> Statement {
    Statement(
      "exports.rows.\(table.name)",
      """
      SELECT line, place FROM (
        SELECT line, place, number, sum(octet_length(line)) OVER (ORDER BY number) AS bytes
        FROM (
          SELECT row_number() OVER (ORDER BY \(order(table))) AS number,
            (SELECT row_to_json(o)::text
              FROM (SELECT \(columns.map { "t.\($0)" }.joined(separator: ", "))) o) AS line,
            \(place(table)) AS place
          FROM \(table.name) t
          WHERE t.account_id = $1 AND \(isBehind(table))
          ORDER BY \(order(table)) LIMIT \(AccountExport.mostRows)) read) measured
      WHERE number = 1 OR bytes <= \(AccountExport.pieceBytes) ORDER BY number
      """)
  }

  private static func files(_ table: ExportTable, _ name: String, _ body: String) -> Statement {
    Statement(
      "exports.files.\(table.name)",
      """
      SELECT (\(name))::text AS file, \(body) AS body, \(place(table)) AS place
      FROM \(table.name) t
      WHERE t.account_id = $1 AND \(isBehind(table)) ORDER BY \(order(table)) LIMIT 1
      """)
  }

  private static func order(_ table: ExportTable) -> String {
    table.key.map { "t.\($0.column)" }.joined(separator: ", ")
  }

  private static func place(_ table: ExportTable) -> String {
    "ARRAY[\(table.key.map { "t.\($0.column)::text" }.joined(separator: ", "))]"
  }

  private static func isBehind(_ table: ExportTable) -> String {
    let values = table.key.enumerated().map { "$\($0.offset + 2)::\($0.element.type)" }
    return "(\(order(table))) > (\(values.joined(separator: ", ")))"
  }
}

extension ExportTable.Key {
  fileprivate var column: String {
    switch self {
    case .number(let column), .text(let column): column
    }
  }

  fileprivate var type: String {
    switch self {
    case .number: "bigint"
    case .text: "text"
    }
  }
}

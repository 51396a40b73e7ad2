import Postgres

/// Composes a resource's statements from what it declares; no word of a request ever becomes SQL.
struct ResourceSQL {
  let name: String
  let table: String
  let shape: TableShape

  private func statement(_ verb: String, _ sql: String) -> Statement {
    Statement(name + "." + verb, sql)
  }

  /// Numbers the places of a statement as values are added.
  private struct Text {
    var sql: String
    var places: Int

    mutating func place() -> String {
      places += 1
      return "$\(places)"
    }

    /// A condition whose `$` (all of them) stand for one value.
    mutating func add(_ condition: ListQuery.Condition) {
      guard condition.value != nil else {
        sql += " AND \(condition.sql)"
        return
      }
      let place = place()
      sql +=
        " AND "
        + condition.sql.split(separator: "$", omittingEmptySubsequences: false)
        .joined(separator: place)
    }
  }

  /// $1 account, then the conditions' values, then limit and offset or the cursor's values and
  /// limit.
  func list(_ query: ListQuery) -> Statement {
    var text = rows("SELECT \(shape.list)", query.conditions)
    if let cursor = query.cursor, !cursor.values.isEmpty { Self.add(query.orders, to: &text) }
    let order = query.orders.map { "\($0.expression) \($0.isDescending ? "DESC" : "ASC")" }
    text.sql += " ORDER BY \(order.joined(separator: ", ")) LIMIT \(text.place())"
    if query.paging == .numbered { text.sql += " OFFSET \(text.place())" }
    return statement("list", text.sql)
  }

  /// Rows behind a place in the ordering. One row comparison where all columns go the same way,
  /// which an index serves; else the comparison spelt out.
  private static func add(_ orders: [ListQuery.Order], to text: inout Text) {
    let places = orders.map { _ in text.place() }
    let columns = orders.map(\.expression)
    if Set(orders.map(\.isDescending)).count == 1, let first = orders.first {
      let sign = first.isDescending ? "<" : ">"
      text.sql +=
        " AND (\(columns.joined(separator: ", "))) \(sign) (\(places.joined(separator: ", ")))"
      return
    }
    var choices: [String] = []
    for (index, order) in orders.enumerated() {
      let equal = (0..<index).map { "\(columns[$0]) = \(places[$0])" }
      let beyond = "\(columns[index]) \(order.isDescending ? "<" : ">") \(places[index])"
      choices.append("(" + (equal + [beyond]).joined(separator: " AND ") + ")")
    }
    text.sql += " AND (\(choices.joined(separator: " OR ")))"
  }

  /// $1 account, then the conditions' values.
  func count(_ query: ListQuery) -> Statement {
    statement("count", rows("SELECT count(*)", query.conditions).sql)
  }

  private func rows(_ select: String, _ conditions: [ListQuery.Condition]) -> Text {
    var text = Text(sql: "\(select) FROM \(table) AS t WHERE t.account_id = $1", places: 1)
    for condition in conditions { text.add(condition) }
    return text
  }

  /// $1 account, then the conditions' values.
  func retrieve(_ conditions: [ListQuery.Condition]) -> Statement {
    statement("retrieve", rows("SELECT \(shape.list)", conditions).sql)
  }

  /// $1 account, $2 ids.
  var fetch: Statement {
    statement(
      "fetch",
      """
      SELECT \(shape.list) FROM \(table) AS t WHERE t.account_id = $1 AND t.id = ANY ($2)
      ORDER BY t.id
      """)
  }

  /// $1 account, then the columns' values.
  func create(_ columns: [String]) -> Statement {
    let names = (["account_id"] + columns).joined(separator: ", ")
    let places = (1...columns.count + 1).map { "$\($0)" }.joined(separator: ", ")
    return statement(
      "create",
      """
      WITH changed AS (INSERT INTO \(table) (\(names)) VALUES (\(places)) RETURNING *)
      SELECT \(shape.list) FROM changed AS t
      """)
  }

  /// $1 account, then the conditions' values, then the columns' values.
  func update(_ columns: [String], _ conditions: [ListQuery.Condition]) -> Statement {
    statement(
      "update",
      """
      WITH changed AS (\(change(columns, conditions)) RETURNING t.*)
      SELECT \(shape.list) FROM changed AS t
      """)
  }

  /// Like `update`, of which only the ids are wanted.
  func bulkUpdate(_ columns: [String], _ conditions: [ListQuery.Condition]) -> Statement {
    statement("bulk_update", "\(change(columns, conditions)) RETURNING t.id")
  }

  private func change(_ columns: [String], _ conditions: [ListQuery.Condition]) -> String {
    var text = Text(sql: " WHERE t.account_id = $1", places: 1)
    for condition in conditions { text.add(condition) }
    // A change of nothing answers with the row as it is.
    let assignments =
      columns.isEmpty
      ? "account_id = t.account_id"
      : columns.map { "\($0) = \(text.place())" }.joined(separator: ", ")
    return "UPDATE \(table) AS t SET \(assignments)" + text.sql
  }

  /// $1 account, then the conditions' values.
  func delete(_ conditions: [ListQuery.Condition]) -> Statement {
    var text = Text(sql: "DELETE FROM \(table) AS t WHERE t.account_id = $1", places: 1)
    for condition in conditions { text.add(condition) }
    return statement("delete", text.sql + " RETURNING t.id")
  }
}

extension StatementCheck {
  /// Which tables each statement can only read as a whole, because no index serves its conditions,
  /// whatever their sizes and its values.
  ///
  /// The server plans as for every session (`DatabaseSettings.planning`): without values, by an
  /// index wherever one helps. Nothing is run.
  /// - Returns: names of statements with their tables; statements that read by index are not there.
  /// - Throws: `PostgresError` where a statement does not fit the schema.
  package static func wholeReads(
    of statements: [Statement], in scope: Scope, on database: Database
  ) async throws -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for statement in statements where statement.isPlanned {
      let plan = try await plan(of: statement, in: scope, on: database)
      let tables = wholeReads(in: plan)
      if !tables.isEmpty { found[statement.name] = tables }
    }
    return found
  }

  private static func plan(
    of statement: Statement, in scope: Scope, on database: Database
  ) async throws -> [String] {
    try await database.transaction(in: scope) { transaction in
      do {
        try await transaction.script("PREPARE plan_check AS \(statement.sql)")
        let places = try await transaction.run(Queries.places).one().int(0)
        let nulls = Array(repeating: "NULL", count: Int(places)).joined(separator: ", ")
        let explain = Statement(
          "check.explain \(statement.name)",
          "EXPLAIN (COSTS OFF) EXECUTE plan_check\(places > 0 ? "(\(nulls))" : "")")
        let rows = try await transaction.run(explain)
        let lines = try rows.map { try $0.text(0) }
        try await transaction.script("DEALLOCATE plan_check")
        return lines
      } catch let error as PostgresError {
        throw error.during(statement.name)
      }
    }
  }

  /// Nodes that read a table from end to end: without an index, or along one with no condition.
  static func wholeReads(in plan: [String]) -> Set<String> {
    var tables: Set<String> = []
    for (number, line) in plan.enumerated() {
      let words = line.split(separator: " ")
      guard let scan = words.firstIndex(of: "Scan"), scan > 0,
        let on = words[scan...].firstIndex(of: "on"), on + 1 < words.count
      else { continue }
      let properties = plan[(number + 1)...].prefix { !$0.contains("->") }
      let isByIndex =
        words[scan - 1] != "Seq" && properties.contains { $0.contains("Index Cond:") }
      let isOfTable = ["Seq", "Index", "Only"].contains(words[scan - 1])
      if isOfTable, !isByIndex { tables.insert(String(words[on + 1])) }
    }
    return tables
  }

  private enum Queries {
    static let places = Statement(
      "check.places",
      """
      SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'plan_check'
      """)
  }
}

extension Statement {
  /// The server makes a plan for it.
  fileprivate var isPlanned: Bool {
    let first = sql.lowercased().split { !$0.isLetter }.first ?? ""
    return ["select", "with", "insert", "update", "delete"].contains(first)
  }
}

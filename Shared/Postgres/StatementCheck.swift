/// Tells whether statements fit the schema, without running them.
package enum StatementCheck {
  /// Prepares every statement.
  /// - Returns: what the server refused, with the statement's name; empty when all fit. Two
  ///   different statements of one name are a failure too.
  /// - Throws: `PostgresError` when the server cannot be asked.
  package static func failures(
    of statements: [Statement], on database: Database
  ) async throws -> [PostgresError] {
    var failures: [PostgresError] = []
    var known: [String: Statement] = [:]
    for statement in statements {
      if let other = known.updateValue(statement, forKey: statement.name), other != statement {
        let message = "two statements have this name"
        failures.append(PostgresError(.value, message, statement: statement.name))
      }
      let answer = try await database.send(.question(statement), .alone, .none, nil)
      guard case .failure(let error) = answer.result else { continue }
      guard let refusal = error as? PostgresError, refusal.kind == .server else { throw error }
      failures.append(refusal)
    }
    return failures
  }
}

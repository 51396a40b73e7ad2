import Postgres

enum ErasureQueries {
  /// All of an account's rows of a table. $1 account.
  static func delete(_ table: String) -> Statement {
    Statement("events.erase.\(table)", "DELETE FROM \(table) WHERE account_id = $1")
  }
}

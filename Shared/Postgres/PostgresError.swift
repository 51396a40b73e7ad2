/// Why the database did not do what it was asked.
package struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can do about it depends on the kind alone.
  package enum Kind: Hashable, Sendable {
    /// No connection, or it broke before the work could take effect: nothing was changed.
    case unavailable
    /// The deadline passed. The statement was cancelled on the server; a single writing statement
    /// may still have taken effect.
    case timedOut
    /// Every session stayed busy for the longest wait, or too many callers wait already.
    case exhausted
    /// The connection broke, or the deadline passed, while a commit was under way: it may or may
    /// not have taken effect.
    case outcomeUnknown
    /// The database object or the transaction has ended already.
    case closed
    /// The server refused the statement; see `sqlState`.
    case server
    /// A value does not fit its column or its place, or a column is not what was asked for.
    case value
  }

  package var kind: Kind
  package var message: String
  /// Five characters, as in PostgreSQL's appendix A; empty unless the server sent one.
  package var sqlState: String
  package var detail: String?
  package var constraint: String?
  package var table: String?
  /// The statement's name, when one was running.
  package var statement: String?
  /// The server's function that raised it; tells a stale plan from other refusals.
  var routine: String?

  package init(
    _ kind: Kind, _ message: String, sqlState: String = "", detail: String? = nil,
    constraint: String? = nil, table: String? = nil, statement: String? = nil
  ) {
    (self.kind, self.message, self.sqlState) = (kind, message, sqlState)
    (self.detail, self.constraint, self.table) = (detail, constraint, table)
    self.statement = statement
  }

  /// unique_violation, of the named constraint or index if one is named.
  package func isUniqueViolation(of name: String? = nil) -> Bool { violates("23505", name) }

  /// foreign_key_violation, of the named constraint if one is named.
  package func isForeignKeyViolation(of name: String? = nil) -> Bool { violates("23503", name) }

  /// check_violation, of the named constraint if one is named.
  package func isCheckViolation(of name: String? = nil) -> Bool { violates("23514", name) }

  /// serialization_failure or deadlock_detected: the same transaction may succeed when repeated.
  package var isConflict: Bool { sqlState == "40001" || sqlState == "40P01" }

  /// insufficient_resources (disk, memory, connections): the server may be able to later.
  package var lacksResources: Bool { sqlState.hasPrefix("53") }

  private func violates(_ state: String, _ name: String?) -> Bool {
    sqlState == state && (name == nil || name == constraint)
  }

  package var description: String {
    var text = "\(kind)"
    if !sqlState.isEmpty { text += " \(sqlState)" }
    if let statement { text += " in \(statement)" }
    return text + ": \(message)"
  }

  func during(_ statement: String?) -> PostgresError {
    var error = self
    error.statement = self.statement ?? statement
    return error
  }
}

/// What every transaction says first: whose rows it is about and, behind a pooler that gives a
/// session to whoever comes next, everything else that a session of its own is told at its start.
struct Preamble {
  /// Takes the scope's setting.
  let statement: Statement
  /// Also where no tenant's rows are meant.
  let isAlwaysSaid: Bool
  /// The same but the scope, as SQL to put in front of a script; empty where there is nothing.
  let script: String

  init(_ settings: DatabaseSettings) {
    let scope = "set_config('app.account_id', $1, true)"
    guard settings.isPooled else {
      statement = Statement("transaction.scope", "SELECT \(scope)")
      (isAlwaysSaid, script) = (false, "")
      return
    }
    let rest = settings.serverParameters
      .map { "set_config('\($0.name)', '\(doubled($0.value, "'"))', true)" }
      .joined(separator: ", ")
    statement = Statement("transaction.scope", "SELECT \(scope), \(rest)")
    (isAlwaysSaid, script) = (true, "SELECT \(rest);\n")
  }
}

/// An SQL identifier in double quotes.
func quoted(_ identifier: String) -> String { "\"\(doubled(identifier, "\""))\"" }

/// A text with each quotation mark twice, as SQL wants it between two of them.
private func doubled(_ text: String, _ mark: Character) -> String {
  text.reduce(into: "") { $0 += $1 == mark ? "\(mark)\(mark)" : "\($1)" }
}

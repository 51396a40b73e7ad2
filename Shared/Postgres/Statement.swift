import Kernel

/// One SQL statement with the name under which traces and metrics know it.
///
/// Statements are constants of a room's `Queries/`. Each session prepares a statement on its first
/// use; the server infers the types of `$1 …` from the SQL, so a place without a context
/// (`$1 IS NULL`) needs a cast (`$1::bigint IS NULL`).
package struct Statement: Hashable, Sendable, CustomStringConvertible {
  /// Dotted, lower case: `billing.hold.insert`.
  package let name: String
  package let sql: String
  private let fingerprint: UInt64

  package init(_ name: String, _ sql: String) {
    (self.name, self.sql) = (name, sql)
    var hash = StableHash(name)
    hash.add(sql)
    fingerprint = hash.value
  }

  package var description: String { name }

  package static func == (left: Statement, right: Statement) -> Bool {
    left.fingerprint == right.fingerprint && left.sql == right.sql && left.name == right.name
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

  /// True when the SQL certainly changes nothing, so that a lost answer leaves nothing in doubt.
  var onlyReads: Bool {
    let words = sql.lowercased().split { !$0.isLetter && $0 != "_" }
    guard let first = words.first, ["select", "with", "values", "show"].contains(first) else {
      return false
    }
    let writing: Set<Substring> = ["insert", "update", "delete", "merge", "nextval", "setval"]
    return !words.contains { writing.contains($0) }
  }
}

/// Whose rows a statement may touch: sets `app.account_id`, on which row-level security stands.
package enum Scope: Hashable, Sendable {
  /// The rows of one tenant.
  case account(AccountID)
  /// The rows of every tenant: sweeps, platform staff.
  case allAccounts
  /// No tenant rows at all: tables without row-level security.
  case none

  /// What `app.account_id` is set to.
  var setting: String {
    switch self {
    case .account(let id): String(id.value)
    case .allAccounts: "all"
    case .none: ""
    }
  }
}

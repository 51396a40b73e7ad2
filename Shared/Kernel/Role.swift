/// What a principal may do, lowest first; the raw value is what the API and the tables hold.
package enum Role: String, CaseIterable, Comparable, Sendable {
  /// A machine: a site API key or a job. Ranks below every person.
  case systemBot = "system_bot"
  case viewer, editor, admin, owner
  /// Platform staff: every account.
  case developer

  private var rank: Int {
    switch self {
    case .systemBot: 0
    case .viewer: 1
    case .editor: 2
    case .admin: 3
    case .owner: 4
    case .developer: 5
    }
  }

  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

import Kernel

/// Who may do what to whose users.
package enum Authority {
  /// Whether a principal may give somebody a role, or touch somebody who has it: an admin does not
  /// manage owners, and only platform staff manages platform staff.
  package static func mayManage(_ actor: Role, _ other: Role) -> Bool {
    switch actor {
    case .developer: true
    case .owner: other <= .owner
    case .admin: other <= .admin
    case .editor, .viewer, .systemBot: false
    }
  }

  /// Whether a role sees only the sites that were granted to it.
  package static func isLimitedToSites(_ role: Role) -> Bool {
    switch role {
    case .editor, .viewer, .systemBot: true
    case .admin, .owner, .developer: false
    }
  }

  /// Roles that an account's users may have.
  package static let assignable: [Role] = [.owner, .admin, .editor, .viewer]
}

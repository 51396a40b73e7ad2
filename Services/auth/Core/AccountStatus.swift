/// Whether an account may act.
package enum AccountStatus: String, Sendable, CaseIterable {
  case active, trial, suspended, cancelled

  /// May sign in, read and pay, and nothing else.
  package var isSuspended: Bool { self == .suspended || self == .cancelled }
}

/// The rule about a site's sectors.
package enum SectorRule {
  /// Sectors of one site that may be active at a time.
  package static let mostActive = 5
}

/// The account that staff belongs to.
package enum PlatformAccount {
  package static let slug = "aws-admin"
  package static let name = "IGNY8"
  /// A plan that nobody can ask for.
  package static let plan = "platform"
}

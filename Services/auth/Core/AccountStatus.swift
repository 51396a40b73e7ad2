/// Whether an account may act.
package enum AccountStatus: String, Sendable, CaseIterable {
  case active, trial, suspended, cancelled

  /// May sign in, read and pay, and nothing else.
  package var isSuspended: Bool { self == .suspended || self == .cancelled }

  /// What staff may do to an account.
  package enum Order: Sendable, Equatable, CaseIterable {
    case suspend, activate
  }

  /// What an account is after an order; nil where the order does not fit.
  package func after(_ order: Order) -> AccountStatus? {
    switch (order, self) {
    case (.suspend, .active), (.suspend, .trial), (.suspend, .suspended): .suspended
    case (.suspend, .cancelled): nil
    case (.activate, .active), (.activate, .trial): self
    case (.activate, .suspended), (.activate, .cancelled): .active
    }
  }
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

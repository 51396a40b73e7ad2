import Kernel

/// On whose behalf a call is made. Made at the edge (or by a job), signed with the cluster's key
/// and passed along unchanged; a service trusts no other word about who is calling.
package struct CallContext: Sendable, Equatable {
  /// What kind of principal calls.
  package enum Actor: UInt8, Sendable, CaseIterable {
    case anonymous = 0
    case user = 1
    case apiKey = 2
    /// A job of automation, on behalf of an account or of the platform.
    case job = 3
    /// Another service, on its own behalf.
    case service = 4
  }

  package var requestID: String
  package var actor: Actor
  package var account: AccountID?
  package var user: UserID?
  package var role: Role
  /// The sites that the principal may touch; nil for all of the account's.
  package var sites: [SiteID]?
  package var accountSuspended: Bool
  /// Modules that the account has switched off.
  package var modulesOff: [String]
  /// The client's network address, for throttles and logs.
  package var address: String?
  /// The number of the session that the user's access token belongs to.
  package var session: Int64?
  /// What the client calls itself; told only where somebody signs in.
  package var userAgent: String?

  package init(
    requestID: String, actor: Actor, account: AccountID? = nil, user: UserID? = nil,
    role: Role = .systemBot, sites: [SiteID]? = nil, accountSuspended: Bool = false,
    modulesOff: [String] = [], address: String? = nil, session: Int64? = nil,
    userAgent: String? = nil
  ) {
    (self.requestID, self.actor, self.account, self.user) = (requestID, actor, account, user)
    (self.role, self.sites, self.accountSuspended) = (role, sites, accountSuspended)
    (self.modulesOff, self.address) = (modulesOff, address)
    (self.session, self.userAgent) = (session, userAgent)
  }
}

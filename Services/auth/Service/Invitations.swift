import AuthCore
import Cryptography
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Asks people to join an account.
struct Invitations: Sendable {
  let postbox: Postbox
  let time: any TimeSource

  /// Whom to invite to what.
  struct Offer: Sendable {
    var email: String
    var role: Role
    var sites: [Int64] = []
    /// A user who is there already and has no password.
    var user: UserID?
  }

  /// Stores an invitation and mails its token.
  /// - Throws: `.invalidArgument` for sites of others; `PostgresError` of `invitations_pending`
  ///   when the email has one already.
  func add(
    _ offer: Offer, to account: AccountID, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> StoredInvitation {
    let now = time.now()
    try await Self.check(offer.sites, of: account, in: transaction)
    let token = randomToken()
    transaction.runLater([
      (InvitationQueries.retireExpired, [.id(account), .text(offer.email), .instant(now)])
    ])
    let row = try await transaction.run(
      InvitationQueries.insert,
      [
        .id(account), .text(offer.email), .text(offer.role.rawValue), .ints(offer.sites),
        .id(offer.user), .id(call.context.user), .bytes(MailTokens.digest(token)), .instant(now),
        .instant(now + MailToken.invitationLifetime),
      ]
    ).one()
    let invitation = try StoredInvitation(row: row)
    try await mail(invitation, token, in: transaction)
    note("created", invitation, call, in: transaction)
    return invitation
  }

  /// Mails another token, which counts instead of the one before.
  func renew(
    _ invitation: StoredInvitation, _ call: IncomingCall, in transaction: Transaction
  ) async throws -> StoredInvitation {
    let (now, token) = (time.now(), randomToken())
    let row = try await transaction.run(
      InvitationQueries.resend,
      [
        .id(invitation.account), .int(invitation.id), .bytes(MailTokens.digest(token)),
        .instant(now), .instant(now + MailToken.invitationLifetime),
      ]
    ).one()
    let renewed = try StoredInvitation(row: row)
    try await mail(renewed, token, in: transaction)
    note("resent", renewed, call, in: transaction)
    return renewed
  }

  private func mail(
    _ invitation: StoredInvitation, _ token: String, in transaction: Transaction
  ) async throws {
    let row = try await transaction.run(AccountQueries.get, [.id(invitation.account)]).one()
    let letter = Letter.invitation(account: try row.text("account_name"), token: token)
    Outbox.add(
      try postbox.mail(
        letter, to: invitation.email, of: invitation.account,
        lifetime: MailToken.invitationLifetime), in: transaction)
  }

  static func check(
    _ sites: [Int64], of account: AccountID, in transaction: Transaction
  ) async throws {
    guard !sites.isEmpty else { return }
    let own = try await transaction.run(
      InvitationQueries.countSites, [.id(account), .ints(sites)]
    ).one().int(0)
    guard own == Set(sites).count else {
      throw RPCError(field: "site_ids", "Site must belong to your account")
    }
  }

  /// Writes down what became of an invitation.
  func note(
    _ what: String, _ invitation: StoredInvitation, by user: UserID? = nil, _ call: IncomingCall,
    in transaction: Transaction
  ) {
    let entry = AuditEntry(
      action: "invitation.\(what)", account: invitation.account, user: user,
      objectType: "invitation", objectID: invitation.id,
      after: [
        "email": .string(invitation.email), "role": .string(invitation.role.rawValue),
        "site_ids": .array(invitation.sites.map { .int($0) }),
      ])
    transaction.runLater([entry.command(call, at: time.now())])
  }
}

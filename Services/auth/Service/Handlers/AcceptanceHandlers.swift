import AuthContract
import AuthCore
import Kernel
import Postgres
import RPC
import Resources

/// Joining an account that one was invited to.
struct AcceptanceHandlers: Sendable {
  let users: Users
  let sessions: Sessions
  let limits: PlanLimits
  let invitations: Invitations

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.acceptInvitation, on: .pool, accept)
  }

  private func accept(
    _ request: Auth.AcceptInvitationRequest, _ call: IncomingCall
  ) async throws -> Auth.Session {
    guard let token = given(request.token) else { throw RPCError(required: "token") }
    let digest = MailTokens.digest(token)
    let found = try await database.run(
      InvitationQueries.find, [.bytes(digest), .instant(users.time.now())], in: .allAccounts,
      deadline: call.deadline)
    guard let row = found.first else { throw MailTokens.refusal }
    let invitation = try StoredInvitation(row: row)
    let status = AccountStatus(rawValue: try row.text("account_status")) ?? .suspended
    guard !status.isSuspended else {
      throw RPCError(.permissionDenied, "The account is suspended", reason: "suspended")
    }
    let password = try PasswordChanges.wanted(
      request.password, again: nil, email: invitation.email, field: "password")
    if invitation.user == nil { try await limits.learn(invitation.account, call) }
    let hash = try await users.hashing.hash(password)
    do {
      let (user, refresh) = try await database.transaction(
        in: .account(invitation.account), deadline: call.deadline
      ) { try await join(digest, hash, request, call, in: $0) }
      return try await sessions.session(user, refresh, shown: await users.shown(user, call))
    } catch let error as PostgresError where error.isUniqueViolation(of: "users_email") {
      throw RPCError.emailTaken
    }
  }

  private func join(
    _ digest: [UInt8], _ hash: String, _ request: Auth.AcceptInvitationRequest,
    _ call: IncomingCall, in transaction: Transaction
  ) async throws -> (StoredUser, Sessions.Refresh) {
    let now = users.time.now()
    let accepted = try await transaction.run(
      InvitationQueries.accept, [.bytes(digest), .instant(now)])
    guard let row = accepted.first else { throw MailTokens.refusal }
    let invitation = try StoredInvitation(row: row)
    let id =
      if let user = invitation.user { try await wake(user, request, in: transaction) } else {
        try await make(invitation, request, in: transaction)
      }
    let mine: [SQLValue] = [.id(invitation.account), .id(id)]
    transaction.runLater([
      (UserQueries.setPassword, mine + [.text(hash), .instant(now)]),
      (UserQueries.emailVerified, mine + [.instant(now)]),
    ])
    invitations.note("accepted", invitation, by: id, call, in: transaction)
    let user = try StoredUser(row: await transaction.run(UserQueries.byID, [.id(id)]).one())
    return (user, try await sessions.begin(user, action: "user.signed_in", call, in: transaction))
  }

  /// A user who was made without a password gets one.
  private func wake(
    _ id: UserID, _ request: Auth.AcceptInvitationRequest, in transaction: Transaction
  ) async throws -> UserID {
    let row = try await transaction.run(UserQueries.lock, [.id(id)]).first
    guard let user = try row.map({ try StoredUser(row: $0) }), user.isActive,
      user.passwordHash.isEmpty
    else { throw MailTokens.refusal }
    transaction.runLater([
      (
        UserQueries.update,
        [
          .id(user.account.id), .id(id), .null, .text(given(request.firstName)),
          .text(given(request.lastName)), .text(given(request.username)), .null,
          .instant(users.time.now()),
        ]
      )
    ])
    return id
  }

  private func make(
    _ invitation: StoredInvitation, _ request: Auth.AcceptInvitationRequest,
    in transaction: Transaction
  ) async throws -> UserID {
    let (account, now) = (invitation.account, users.time.now())
    try await limits.require(room: .users, of: account, in: transaction)
    let localPart = EmailAddress(invitation.email)?.localPart ?? invitation.email
    let row = try await transaction.run(
      UserQueries.insert,
      [
        .id(account), .text(invitation.email), .text(given(request.username) ?? localPart),
        .text(given(request.firstName) ?? ""), .text(given(request.lastName) ?? ""), .text(""),
        .text(invitation.role.rawValue), .instant(now),
      ]
    ).one()
    let id = UserID(try row.int(0))
    // Sites that are gone by now are left out.
    transaction.runLater([
      (UserQueries.grantSites, [.id(account), .id(id), .ints(invitation.sites), .instant(now)])
    ])
    return id
  }
}

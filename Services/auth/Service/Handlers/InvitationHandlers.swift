import AuthContract
import AuthCore
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources

/// Inviting people, and taking invitations back.
struct InvitationHandlers: Sendable {
  /// From one mail of an invitation to the next.
  private static let pause: Duration = .seconds(60)

  let users: Users
  let limits: PlanLimits
  let invitations: Invitations

  private var database: Database { users.database }
  private var now: Instant { users.time.now() }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.listInvitations, list)
    routes.answer(IdentityMethods.getInvitation, get)
    routes.answer(IdentityMethods.createInvitation, create)
    routes.answer(IdentityMethods.updateInvitation, update)
    routes.answer(IdentityMethods.revokeInvitation, revoke)
    routes.answer(IdentityMethods.resendInvitation, resend)
  }

  // MARK: Reading

  private func list(
    _ request: Auth.ListInvitationsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListInvitationsReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      InvitationQueries.orders, default: "-id")
    let (scope, account) = try Users.reach(call)
    let filter: [SQLValue] = [
      account, .text(request.status), .containing(request.search), .instant(now),
    ]
    let found = try await page.read(
      counted: InvitationQueries.count, listed: InvitationQueries.list(page.order), filter,
      on: database, in: scope, call.deadline)
    return Auth.ListInvitationsReply(
      count: found.count,
      results: try found.rows.map { try StoredInvitation(row: $0).reply(at: now) },
      nextCursor: found.next)
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Auth.Invitation {
    let (scope, _) = try Users.reach(call)
    let rows = try await database.run(
      InvitationQueries.get, [.int(request.id)], in: scope, deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    return try StoredInvitation(row: row).reply(at: now)
  }

  // MARK: Changing

  private func create(
    _ request: Auth.CreateInvitationRequest, _ call: IncomingCall
  ) async throws -> Auth.Invitation {
    let account = try call.requireAccount()
    let email = try EmailAddress(given: request.email)
    let role = try UserHandlers.role(request.role, by: call)
    let keyed = try KeyedRequest(call, IdentityMethods.createInvitation, request)
    try await limits.learn(account, call)
    let taken = try await database.run(
      UserQueries.byEmail, [.text(email.text)], in: .allAccounts, deadline: call.deadline)
    do {
      let reply = try await database.transaction(
        in: .account(account), deadline: call.deadline
      ) { transaction in
        try await IdempotencyKeys.once(keyed, in: transaction) {
          guard taken.isEmpty else { throw RPCError.emailTaken }
          try await limits.require(room: .users, of: account, in: transaction)
          let offer = Invitations.Offer(email: email.text, role: role, sites: request.siteIDs)
          return try await invitations.add(offer, to: account, call, in: transaction)
            .reply(at: now)
        }
      }
      invitations.postbox.messagesWaiting()
      return reply
    } catch let error as PostgresError where error.isUniqueViolation(of: "invitations_pending") {
      throw conflict("email", "An invitation for this email is pending")
    }
  }

  private func update(
    _ request: Auth.UpdateInvitationRequest, _ call: IncomingCall
  ) async throws -> Auth.Invitation {
    let role = try request.role.map { try UserHandlers.role($0, by: call) }
    return try await change(request.id, call) { invitation, transaction in
      guard invitation.status(at: now) == .pending, invitation.user == nil else {
        throw Self.over
      }
      try await Invitations.check(request.siteIDs, of: invitation.account, in: transaction)
      let values: [SQLValue] = [
        .id(invitation.account), .int(invitation.id), .text(role?.rawValue),
        .ints(request.siteIDs.isEmpty ? nil : request.siteIDs), .instant(now),
      ]
      let row = try await transaction.run(InvitationQueries.update, values).one()
      let changed = try StoredInvitation(row: row)
      invitations.note("updated", changed, call, in: transaction)
      return changed
    }
  }

  private func revoke(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await change(request.id, call) { invitation, transaction in
      guard invitation.acceptedAt == nil else { throw Self.over }
      let revoked = try await transaction.run(
        InvitationQueries.revoke,
        [.id(invitation.account), .int(invitation.id), .instant(now)])
      if revoked.rowsAffected > 0 {
        invitations.note("revoked", invitation, call, in: transaction)
      }
      return invitation
    }
    return Common.Empty()
  }

  private func resend(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Auth.Invitation {
    try await change(request.id, call) { invitation, transaction in
      guard [.pending, .expired].contains(invitation.status(at: now)) else { throw Self.over }
      let rest = invitation.sentAt + Self.pause - now
      guard rest <= .zero else {
        throw RPCError(
          .resourceExhausted, "The invitation was mailed just now",
          details: ErrorDetails(retryAfter: rest, reason: "mailed"))
      }
      return try await invitations.renew(invitation, call, in: transaction)
    }
  }

  private static let over = RPCError(
    .failedPrecondition, "The invitation cannot be changed any more", reason: "invitation_over")

  /// Does something to an invitation within reach that the caller might have sent.
  private func change(
    _ id: Int64, _ call: IncomingCall,
    _ body: @Sendable (StoredInvitation, Transaction) async throws -> StoredInvitation
  ) async throws -> Auth.Invitation {
    let (scope, _) = try Users.reach(call)
    let changed = try await database.transaction(in: scope, deadline: call.deadline) {
      guard let row = try await $0.run(InvitationQueries.lock, [.int(id)]).first else {
        throw RPCError.missing
      }
      let invitation = try StoredInvitation(row: row)
      guard Authority.mayManage(call.context.role, invitation.role) else {
        throw RPCError(.permissionDenied, "Permission denied", reason: "role")
      }
      return try await body(invitation, $0)
    }
    invitations.postbox.messagesWaiting()
    return changed.reply(at: now)
  }
}

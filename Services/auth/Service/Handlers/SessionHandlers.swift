import AuthContract
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Where the signed-in user is signed in.
struct SessionHandlers: Sendable {
  let users: Users

  private var database: Database { users.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(IdentityMethods.listSessions, list)
    routes.answer(IdentityMethods.revokeSession, revoke)
    routes.answer(IdentityMethods.revokeOtherSessions, revokeOthers)
    routes.answer(IdentityMethods.logoutEverywhere, logoutEverywhere)
  }

  private func list(
    _ request: Auth.ListSessionsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSessionsReply {
    let user = try await users.caller(call)
    let page = try Page(request.page, size: request.pageSize)
    let mine: [SQLValue] = [.id(user.account.id), .id(user.id), .instant(users.time.now())]
    let answers = try await database.runAll(
      [
        (SessionQueries.count, mine),
        (SessionQueries.list, mine + [.int(page.size), .int(page.offset)]),
      ], in: .account(user.account.id), deadline: call.deadline)
    return Auth.ListSessionsReply(
      count: try answers[0].one().int(0),
      results: try answers[1].map { row in
        let id = try row.int("id")
        return Auth.UserSession(
          id: id, userAgent: try row.text("user_agent"), address: try row.optionalText("address"),
          createdAt: try row.instant("created_at"), lastUsedAt: try row.instant("last_used_at"),
          expiresAt: try row.instant("expires_at"), isCurrent: id == call.context.session)
      })
  }

  private func revoke(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let ended = try await end(request.id, but: nil, "user.session_revoked", call)
    guard !ended.isEmpty else { throw RPCError.missing }
    return Common.Empty()
  }

  private func revokeOthers(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Common.Empty {
    guard let session = call.context.session else {
      throw RPCError(.failedPrecondition, "Sign in again first", reason: "no_session")
    }
    _ = try await end(nil, but: session, "user.other_sessions_revoked", call)
    return Common.Empty()
  }

  private func logoutEverywhere(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await end(nil, but: nil, "user.signed_out_everywhere", call)
    return Common.Empty()
  }

  /// Ends one session, or all but one; gives those that were ended.
  private func end(
    _ session: Int64?, but kept: Int64?, _ action: String, _ call: IncomingCall
  ) async throws -> [Int64] {
    let user = try await users.caller(call)
    let now = users.time.now()
    return try await database.transaction(
      in: .account(user.account.id), deadline: call.deadline
    ) {
      // A refresh that is under way is over first, or finds its token revoked.
      _ = try await $0.run(UserQueries.lock, [.id(user.id)])
      let ended = try await $0.run(
        SessionQueries.revoke,
        [.id(user.account.id), .id(user.id), .instant(now), .int(session), .int(kept)]
      ).map { try $0.int(0) }
      let entry = AuditEntry(
        action, user, after: ["session_ids": .array(ended.map { .int($0) })])
      if !ended.isEmpty { $0.runLater([entry.command(call, at: now)]) }
      return ended
    }
  }
}

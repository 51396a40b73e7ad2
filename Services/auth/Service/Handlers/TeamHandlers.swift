import AuthContract
import CommonContract
import RPC
import Resources

/// The people of the caller's own account, also for platform staff: everything else is as with
/// users.
struct TeamHandlers: Sendable {
  let people: UserHandlers

  func register(in routes: inout RPCRoutes) {
    routes.answer(AccountsMethods.listTeam) { try await people.list($0, $1, own: true) }
    routes.answer(AccountsMethods.inviteMember, on: .pool) { try await people.create($0, $1) }
    routes.answer(AccountsMethods.updateMember) { request, call in
      try await requireMember(request.id, call)
      return try await people.update(request, call)
    }
    routes.answer(AccountsMethods.removeMember) { request, call in
      try await requireMember(request.id, call)
      return try await people.delete(request, call)
    }
  }

  private func requireMember(_ id: Int64, _ call: IncomingCall) async throws {
    let user = try await people.users.find(id, call)
    guard try user.account.id == call.requireAccount() else { throw RPCError.missing }
  }
}

import AuthContract
import AuthCore
import CommonContract
import Kernel
import Postgres
import RPC
import Resources
import Cryptography

/// What the edge asks before it lets anybody in, and automation before a job goes on.
struct PrincipalHandlers: Sendable {
  let database: Database
  let keys: SigningKeys
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(AuthMethods.resolvePrincipal, resolve)
    routes.answer(AuthMethods.listSigningKeys, list)
  }

  private func list(
    _ request: Common.Empty, _ call: IncomingCall
  ) async throws -> Auth.SigningKeys {
    let published = try await keys.published()
    return Auth.SigningKeys(
      keys: published.map { Auth.SigningKey(kid: $0.kid, publicKey: $0.publicKey) })
  }

  /// Somebody unknown is somebody who may do nothing, so that the edge can remember that too.
  private func resolve(
    _ request: Auth.ResolvePrincipalRequest, _ call: IncomingCall
  ) async throws -> Auth.Principal {
    if let user = request.userID {
      let rows = try await database.run(
        UserQueries.principal, [.int(user), .int(request.sessionID)], in: .allAccounts,
        deadline: call.deadline)
      return try rows.first.map(Self.person) ?? Auth.Principal()
    }
    if let account = request.accountID {
      let rows = try await database.run(
        UserQueries.accountPrincipal, [.int(account)], in: .allAccounts, deadline: call.deadline)
      return try rows.first.map { try Self.machine($0) } ?? Auth.Principal()
    }
    guard let key = request.apiKey, !key.isEmpty else {
      throw RPCError(required: "user_id")
    }
    guard SiteKey.isWellFormed(key) else { return Auth.Principal() }
    let rows = try await database.run(
      UserQueries.keyPrincipal, [.bytes(Digest.sha256(key))], in: .allAccounts,
      deadline: call.deadline)
    guard let row = rows.first else { return Auth.Principal() }
    await noteUse(of: row, call)
    return try Self.machine(row, site: try row.int("site_id"))
  }

  /// When a key is used, and from where, is kept to the minute: busy keys cost no write each time.
  /// A use that cannot be noted keeps nobody out.
  private func noteUse(of row: Row, _ call: IncomingCall) async {
    do {
      let now = time.now()
      let due = now - SiteKey.useInterval
      if let last = try row.optionalInstant("last_used_at"), last > due { return }
      let account = AccountID(try row.int("account_id"))
      _ = try await database.run(
        SiteKeyQueries.use,
        [
          .id(account), .int(try row.int("key_id")), .instant(now), .text(call.context.address),
          .instant(due),
        ], in: .account(account), deadline: call.deadline)
    } catch {}
  }

  private static func person(_ row: Row) throws -> Auth.Principal {
    let user = try StoredUser(row: row)
    return Auth.Principal(
      userID: user.id.value, accountID: user.account.id.value, role: user.role.rawValue,
      isActive: user.isActive, limitedToSites: Authority.isLimitedToSites(user.role),
      siteIDs: user.sites, accountSuspended: user.account.status.isSuspended,
      modulesOff: try row.texts("modules_off"),
      systemAccount: user.account.slug == PlatformAccount.slug)
  }

  /// - Parameter site: the only one that it may touch; nil for all of the account's.
  private static func machine(_ row: Row, site: Int64? = nil) throws -> Auth.Principal {
    let account = try StoredAccount(row: row)
    return Auth.Principal(
      accountID: account.id.value, role: Role.systemBot.rawValue, isActive: true,
      limitedToSites: site != nil, siteIDs: site.map { [$0] } ?? [],
      accountSuspended: account.status.isSuspended, modulesOff: try row.texts("modules_off"),
      systemAccount: account.slug == PlatformAccount.slug)
  }
}

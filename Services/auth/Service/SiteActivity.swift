import AuthContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

extension Sites {
  /// Switches a site on or off.
  func setActive(
    _ request: Auth.SetSiteActiveRequest, _ call: IncomingCall
  ) async throws -> Auth.Site {
    let account = try Self.account(of: request.id, call)
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      guard let before = try await Self.sites.fetch([request.id], of: account, in: $0).first else {
        throw RPCError.missing
      }
      if before.isActive == request.isActive { return before }
      let (now, status) = (time.now(), request.isActive ? "active" : "inactive")
      let entry = AuditEntry(
        action: "site.\(request.isActive ? "activated" : "deactivated")", account: account,
        objectType: "site", objectID: request.id, before: ["status": .string(before.status)],
        after: ["status": .string(status)])
      _ = try await $0.runAll([
        (
          SiteQueries.setStatus,
          [.id(account), .int(request.id), .text(status), .instant(now)]
        ),
        entry.command(call, at: now),
      ])
      let after = try await Self.sites.fetch([request.id], of: account, in: $0)
      guard let site = after.first else { throw RPCError.missing }
      return site
    }
  }

  /// The site's active sectors, or the others.
  func sectors(
    _ request: Auth.ListSectorsOfSiteRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSectorsReply {
    let account = try Self.account(of: request.id, call)
    let site: [SQLValue] = [.id(account), .int(request.id)]
    let found = try await database.runAll(
      [
        (SiteKeyQueries.site, site),
        (SiteQueries.sectorsByActivity, site + [.bool(request.isActive)]),
      ], in: .account(account), deadline: call.deadline)
    guard !found[0].isEmpty else { throw RPCError.missing }
    let sectors = try await Self.sectors.fetch(
      try found[1].map { try $0.int(0) }, of: account, on: database, deadline: call.deadline)
    return Auth.ListSectorsReply(count: Int64(sectors.count), results: sectors)
  }

  /// - Throws: `.notFound` for a site that was not granted.
  private static func account(of site: Int64, _ call: IncomingCall) throws -> AccountID {
    let account = try call.requireAccount()
    guard call.context.sites?.contains(SiteID(site)) ?? true else { throw RPCError.missing }
    return account
  }
}

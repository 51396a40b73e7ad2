import AuthContract
import AuthCore
import CommonContract
import Cryptography
import Events
import JSON
import Kernel
import Postgres
import Protobuf
import RPC
import Resources

/// The keys that machines of a site sign in with. Only digests are kept.
struct SiteKeyHandlers: Sendable {
  let database: Database
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    routes.answer(TenancyMethods.listSiteApiKeys, list)
    routes.answer(TenancyMethods.createSiteApiKey, create)
    routes.answer(TenancyMethods.revokeSiteApiKey, revoke)
  }

  private func list(
    _ request: Auth.ListSiteApiKeysRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSiteApiKeysReply {
    let account = try Self.account(of: request.id, call)
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      SiteKeyQueries.orders, default: "-id")
    let site: [SQLValue] = [.id(account), .int(request.id)]
    let sites = try await database.run(
      SiteKeyQueries.site, site, in: .account(account), deadline: call.deadline)
    guard !sites.isEmpty else { throw RPCError.missing }
    let found = try await page.read(
      counted: SiteKeyQueries.count, listed: SiteKeyQueries.list(page.order),
      site + [.bool(request.isActive)], on: database, in: .account(account), call.deadline)
    return Auth.ListSiteApiKeysReply(
      count: found.count, results: try found.rows.map(Auth.SiteApiKey.init(row:)),
      nextCursor: found.next)
  }

  private func create(
    _ request: Auth.CreateSiteApiKeyRequest, _ call: IncomingCall
  ) async throws -> Auth.SiteApiKey {
    let account = try Self.account(of: request.id, call)
    let keyed = try KeyedRequest(call, TenancyMethods.createSiteApiKey, request)
    let text = SiteKey.mark + randomToken()
    return try await database.transaction(in: .account(account), deadline: call.deadline) {
      if let keyed, let known = try await IdempotencyKeys.answer(for: keyed, in: $0) {
        return try Auth.SiteApiKey(decoding: known)
      }
      var key = try await insert(text, request, account, call, in: $0)
      // What is kept for repeats must not hold the text.
      if let keyed { IdempotencyKeys.store(key.encoded(), for: keyed, in: $0) }
      key.key = text
      return key
    }
  }

  private func insert(
    _ text: String, _ request: Auth.CreateSiteApiKeyRequest, _ account: AccountID,
    _ call: IncomingCall, in transaction: Transaction
  ) async throws -> Auth.SiteApiKey {
    let site: [SQLValue] = [.id(account), .int(request.id)]
    guard try await !transaction.run(SiteQueries.lock, site).isEmpty else {
      throw RPCError.missing
    }
    let active = try await transaction.run(SiteKeyQueries.countActive, site).one().int(0)
    guard active < Int64(SiteKey.mostActive) else {
      throw RPCError(
        .failedPrecondition, "A site can have at most \(SiteKey.mostActive) active API keys",
        reason: "too_many_keys")
    }
    let now = time.now()
    let values: [SQLValue] = [
      .text(given(request.name) ?? "API key"), .bytes(Digest.sha256(text)),
      .text(String(text.prefix(SiteKey.shown))), .id(call.context.user), .instant(now),
    ]
    let row = try await transaction.run(SiteKeyQueries.insert, site + values).one()
    let key = try Auth.SiteApiKey(row: row)
    try await note("created", key, account, call, at: now, in: transaction)
    return key
  }

  private func revoke(
    _ request: Auth.RevokeSiteApiKeyRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    let account = try Self.account(of: request.id, call)
    let key: [SQLValue] = [.id(account), .int(request.id), .int(request.keyID)]
    try await database.transaction(in: .account(account), deadline: call.deadline) {
      let now = time.now()
      let revoked = try await $0.run(SiteKeyQueries.revoke, key + [.instant(now)])
      if let row = revoked.first {
        try await note("revoked", try .init(row: row), account, call, at: now, in: $0)
      } else if try await $0.run(SiteKeyQueries.find, key).isEmpty {
        throw RPCError.missing
      }
    }
    return Common.Empty()
  }

  /// - Throws: `.notFound` for a site that was not granted.
  private static func account(of site: Int64, _ call: IncomingCall) throws -> AccountID {
    let account = try call.requireAccount()
    guard call.context.sites?.contains(SiteID(site)) ?? true else { throw RPCError.missing }
    return account
  }

  private func note(
    _ action: String, _ key: Auth.SiteApiKey, _ account: AccountID, _ call: IncomingCall,
    at now: Instant, in transaction: Transaction
  ) async throws {
    let entry = AuditEntry(
      action: "site_api_key.\(action)", account: account, objectType: "site_api_key",
      objectID: key.id,
      after: [
        "site_id": .int(key.siteID), "name": .string(key.name), "prefix": .string(key.prefix),
      ])
    let (statement, values) = entry.command(call, at: now)
    _ = try await transaction.run(statement, values)
  }
}

extension Auth.SiteApiKey {
  /// Without the text, which nobody has.
  fileprivate init(row: Row) throws {
    let revokedAt = try row.optionalInstant("revoked_at")
    self.init(
      id: try row.int("id"), siteID: try row.int("site_id"), name: try row.text("name"),
      prefix: try row.text("prefix"), isActive: revokedAt == nil,
      createdBy: try row.optionalInt("created_by"), createdAt: try row.instant("created_at"),
      revokedAt: revokedAt, lastUsedAt: try row.optionalInstant("last_used_at"),
      lastUsedFrom: try row.optionalText("last_used_from"))
  }
}

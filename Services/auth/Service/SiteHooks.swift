import AuthCore
import Events
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// What sites, sectors and grants need beyond the plain course of a resource.
extension Sites {
  // MARK: Sites

  var siteHooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.check = { change, values, call in
      if let slug = values.text("slug"), !slug.isEmpty {
        guard Slug.isValid(slug) else { throw RPCError(field: "slug", "Invalid slug") }
      } else {
        values["slug"] = nil
      }
      if case .update = change, values.int("industry_id") == nil { return }
      try await limits.learn(try call.requireAccount(), call)
    }
    hooks.before = { change, values, call, transaction in
      let account = try call.requireAccount()
      if case .create = change {
        try await limits.require(room: .sites, of: account, in: transaction)
      }
      if let industry = values.int("industry_id") {
        try await limits.require(
          industry: industry, for: change.ids, of: account, in: transaction)
      }
      try await settleSlug(for: change, &values, in: transaction)
      // The sectors go with their site, and others keep things that belong to a sector alone.
      guard case .delete(let ids) = change else { return }
      let sectors = try await transaction.run(
        SiteQueries.sectorsOfSites, [.id(account), .ints(ids)])
      try Outbox.add(
        sectors.map { Self.deleted("sector", try $0.int(0), of: account) }, in: transaction)
    }
    hooks.after = { change, _, call, transaction in
      try await note("site", change, call, in: transaction)
      guard case .delete(let ids) = change else { return }
      let account = try call.requireAccount()
      Outbox.add(ids.map { Self.deleted("site", $0, of: account) }, in: transaction)
    }
    hooks.committed = messagesWaiting
    return hooks
  }

  /// A new site gets a free slug where the client gives none; whoever gives one waits for those who
  /// look for one.
  private func settleSlug(
    for change: ResourceChange, _ values: inout ResourceValues, in transaction: Transaction
  ) async throws {
    let given = values.text("slug")
    guard change == .create(id: 0) || given != nil else { return }
    _ = try await transaction.run(SiteQueries.lockSlugs)
    guard given == nil else { return }
    let slug = Slug.make(of: values.text("name") ?? "", fallback: "site")
    let rows = try await transaction.run(
      SiteQueries.takenSlugs, [.text(slug), .text(Slug.stem(of: slug))])
    values["slug"] = .text(Slug.free(slug, taken: Set(try rows.map { try $0.text(0) })))
  }

  /// `site.deleted` {account_id, site_id}, `sector.deleted` {account_id, sector_id}: other contexts
  /// remove what belonged to it.
  private static func deleted(_ kind: String, _ id: Int64, of account: AccountID) -> OutboxMessage {
    var json = JSONWriter()
    json.beginObject()
    json.name("account_id")
    json.int(account.value)
    json.name("\(kind)_id")
    json.int(id)
    json.endObject()
    return .event("\(kind).deleted", account: account, payload: json.text, key: "\(id)")
  }

  // MARK: Sectors

  var sectorHooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.before = { change, values, call, transaction in
      let account = try call.requireAccount()
      switch change {
      case .create:
        let site = values.int("site_id") ?? 0
        try await complete(&values, of: site, account, in: transaction)
        if values.bool("is_active") ?? true {
          try await checkRoom(for: 1, in: site, account, transaction)
        }
      case .update(let ids):
        if let slug = values.text("slug"), !Slug.isValid(slug) {
          throw RPCError(field: "slug", "Invalid slug")
        }
        if values.bool("is_active") == true {
          try await checkActivation(of: ids, account, transaction)
        }
      case .delete: break
      }
    }
    hooks.after = { change, _, call, transaction in
      try await note("sector", change, call, in: transaction)
      guard case .delete(let ids) = change else { return }
      let account = try call.requireAccount()
      Outbox.add(ids.map { Self.deleted("sector", $0, of: account) }, in: transaction)
    }
    hooks.committed = messagesWaiting
    return hooks
  }

  /// Checks the site and gives the sector its slug.
  private func complete(
    _ values: inout ResourceValues, of site: Int64, _ account: AccountID,
    in transaction: Transaction
  ) async throws {
    _ = try await lock(site, account, field: "site_id", transaction)
    if let slug = values.text("slug"), !slug.isEmpty {
      guard Slug.isValid(slug) else { throw RPCError(field: "slug", "Invalid slug") }
      return
    }
    let rows = try await transaction.run(SiteQueries.sectorSlugs, [.id(account), .int(site)])
    let slug = Slug.make(of: values.text("name") ?? "", fallback: "sector")
    values["slug"] = .text(Slug.free(slug, taken: Set(try rows.map { try $0.text(0) })))
  }

  /// Locks a site; gives its industry.
  func lock(
    _ site: Int64, _ account: AccountID, field: String, _ transaction: Transaction
  ) async throws -> Int64? {
    let rows = try await transaction.run(SiteQueries.lock, [.id(account), .int(site)])
    guard let row = rows.first else {
      throw RPCError(field: field, "Site must belong to your account")
    }
    return try row.optionalInt(0)
  }

  func checkRoom(
    for more: Int64, in site: Int64, _ account: AccountID, _ transaction: Transaction
  ) async throws {
    let active = try await transaction.run(
      SiteQueries.activeSectors, [.id(account), .int(site)]
    ).one().int(0)
    guard active + more <= Int64(SectorRule.mostActive) else {
      throw RPCError(field: "is_active", Self.tooMany)
    }
  }

  static let tooMany = "A site can have at most \(SectorRule.mostActive) active sectors"

  private func checkActivation(
    of ids: [Int64], _ account: AccountID, _ transaction: Transaction
  ) async throws {
    let values: [SQLValue] = [.id(account), .ints(ids)]
    let sites = Set(
      try await transaction.run(SiteQueries.ofSectors, values).map { try $0.int("site_id") })
    for site in sites.sorted() {
      _ = try await lock(site, account, field: "site_id", transaction)
      let sleeping = try await transaction.run(SiteQueries.ofSectors, values).filter {
        try $0.int("site_id") == site && !$0.bool("is_active")
      }
      try await checkRoom(for: Int64(sleeping.count), in: site, account, transaction)
    }
  }

  /// What is made and deleted is written down.
  private func note(
    _ type: String, _ change: ResourceChange, _ call: IncomingCall, in transaction: Transaction
  ) async throws {
    let account = try call.requireAccount()
    let action: String
    switch change {
    case .create: action = "created"
    case .update: return
    case .delete: action = "deleted"
    }
    _ = try await transaction.runAll(
      change.ids.map { id in
        AuditEntry(
          action: "\(type).\(action)", account: account, objectType: type, objectID: id
        ).command(call, at: time.now())
      })
  }
}

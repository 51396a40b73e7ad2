import AuthContract
import AuthCore
import Kernel
import Postgres
import RPC
import Resources

extension Sites {
  /// Makes the picked templates the sectors of a site; those of templates not picked become
  /// inactive, sectors that the account made itself stay as they are.
  func select(
    _ request: Auth.SelectSectorsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSectorsReply {
    let account = try call.requireAccount()
    let isGranted = call.context.sites?.contains(SiteID(request.id)) ?? true
    guard isGranted else { throw RPCError.missing }
    var seen: Set<Int64> = []
    let templates = request.industrySectorIDs.filter { seen.insert($0).inserted }
    guard !templates.isEmpty else {
      throw RPCError(required: "industry_sector_ids")
    }
    guard templates.count <= SectorRule.mostActive else {
      throw RPCError(field: "industry_sector_ids", Self.tooMany)
    }
    await limits.learnIfPossible(account, call)
    let sectors = try await database.transaction(
      in: .account(account), deadline: call.deadline
    ) { transaction in
      try await settleIndustry(request.id, templates, account, transaction)
      let now = SQLValue.instant(time.now())
      let values: [SQLValue] = [.id(account), .int(request.id), .ints(templates), now]
      let answers = try await transaction.runAll([
        (SiteQueries.deactivateOthers, values), (SiteQueries.activate, values),
        (SiteQueries.activeSectors, [.id(account), .int(request.id)]),
      ])
      guard try answers[2].one().int(0) <= Int64(SectorRule.mostActive) else {
        throw RPCError(field: "industry_sector_ids", Self.tooMany)
      }
      let rows = try await transaction.run(
        SiteQueries.activeSectorIDs, [.id(account), .int(request.id)])
      return try await Self.sectors.fetch(
        try rows.map { try $0.int(0) }, of: account, in: transaction)
    }
    return Auth.ListSectorsReply(count: Int64(sectors.count), results: sectors)
  }

  /// The templates are of the site's industry; a site without one gets theirs.
  private func settleIndustry(
    _ site: Int64, _ templates: [Int64], _ account: AccountID, _ transaction: Transaction
  ) async throws {
    let locked = try await transaction.run(SiteQueries.lock, [.id(account), .int(site)])
    guard let row = locked.first else { throw RPCError.missing }
    let industry = try row.optionalInt(0)
    let rows = try await transaction.run(
      ReferenceQueries.industriesOfSectors, [.ints(templates)])
    let industries = Set(try rows.map { try $0.int("industry_id") })
    guard rows.count == templates.count else {
      throw RPCError(field: "industry_sector_ids", "Invalid industry sector")
    }
    guard industries.count == 1, let theirs = industries.first, industry ?? theirs == theirs else {
      throw RPCError(field: "industry_sector_ids", "Sectors must belong to the site's industry")
    }
    guard industry == nil else { return }
    try await limits.require(industry: theirs, for: [site], of: account, in: transaction)
    _ = try await transaction.run(
      SiteQueries.setIndustry,
      [.id(account), .int(site), .int(theirs), .instant(time.now())])
  }
}

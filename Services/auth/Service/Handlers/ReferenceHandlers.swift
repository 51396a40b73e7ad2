import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import Resources

/// Industries, their sectors and seed keywords.
struct ReferenceHandlers: Sendable {
  let database: Database

  func register(in routes: inout RPCRoutes) {
    routes.answer(ReferenceMethods.listIndustries) { try await industries($0, $1) }
    routes.answer(ReferenceMethods.getIndustry) { try await industry($0.id, $1) }
    routes.answer(ReferenceMethods.listSeedKeywords, keywords)
    routes.answer(ReferenceMethods.getSeedKeyword, keyword)
    routes.answer(ReferenceMethods.getSeedKeywords, several)
  }

  /// - Parameter all: also those that are not offered.
  func industries(
    _ request: Auth.ListIndustriesRequest, _ call: IncomingCall, all: Bool = false
  ) async throws -> Auth.ListIndustriesReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      ReferenceQueries.industryOrders, default: "name")
    let found = try await page.read(
      counted: ReferenceQueries.countIndustries,
      listed: ReferenceQueries.industries(page.order),
      [.containing(request.search), .null, .bool(all)],
      on: database, in: .none, call.deadline)
    return Auth.ListIndustriesReply(
      count: found.count, results: try await withSectors(found.rows, call),
      nextCursor: found.next)
  }

  func industry(
    _ id: Int64, _ call: IncomingCall, all: Bool = false
  ) async throws -> Auth.Industry {
    let rows = try await database.run(
      ReferenceQueries.industries(ListOrder(id: "i.id")),
      [.null, .int(id), .bool(all), .null, 1, 0], in: .none, deadline: call.deadline)
    guard let found = try await withSectors(Array(rows), call).first else { throw RPCError.missing }
    return found
  }

  private func withSectors(_ rows: [Row], _ call: IncomingCall) async throws -> [Auth.Industry] {
    let ids = try rows.map { try $0.int("id") }
    let found = try await database.run(
      ReferenceQueries.sectors, [.ints(ids)], in: .none, deadline: call.deadline)
    let sectors = try found.map { row in
      Auth.IndustrySector(
        id: try row.int("id"), industryID: try row.int("industry_id"),
        name: try row.text("name"), slug: try row.text("slug"),
        description: try row.text("description"))
    }
    let byIndustry = Dictionary(grouping: sectors, by: \.industryID)
    return try rows.map { row in
      let id = try row.int("id")
      return Auth.Industry(
        id: id, name: try row.text("name"), slug: try row.text("slug"),
        description: try row.text("description"), isActive: try row.bool("is_active"),
        sectors: byIndustry[id] ?? [])
    }
  }

  func keywords(
    _ request: Auth.ListSeedKeywordsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSeedKeywordsReply {
    let page = try ListPage(
      request.page, size: request.pageSize, ordering: request.ordering, cursor: request.cursor,
      ReferenceQueries.keywordOrders, default: "id")
    let filter: [SQLValue] = [
      .int(request.industryID), .int(request.sectorID), .text(request.country),
      .text(request.intent), .containing(request.search),
    ]
    let found = try await page.read(
      counted: ReferenceQueries.countKeywords, listed: ReferenceQueries.keywords(page.order),
      filter, on: database, in: .none, call.deadline)
    return Auth.ListSeedKeywordsReply(
      count: found.count, results: try found.rows.map(Self.reply), nextCursor: found.next)
  }

  func keyword(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Auth.SeedKeyword {
    guard let found = try await several(.init(ids: [request.id]), call).results.first else {
      throw RPCError.missing
    }
    return found
  }

  private func several(
    _ request: Common.IdsRequest, _ call: IncomingCall
  ) async throws -> Auth.ListSeedKeywordsReply {
    let rows = try await database.run(
      ReferenceQueries.keywordsByID, [.ints(request.ids)], in: .none, deadline: call.deadline)
    return Auth.ListSeedKeywordsReply(
      count: Int64(rows.count), results: try rows.map(Self.reply))
  }

  private static func reply(_ row: Row) throws -> Auth.SeedKeyword {
    Auth.SeedKeyword(
      id: try row.int("id"), keyword: try row.text("keyword"),
      industryID: try row.int("industry_id"),
      industrySectorID: try row.int("industry_sector_id"),
      industryName: try row.text("industry_name"), sectorName: try row.text("sector_name"),
      volume: try row.int("volume"), difficulty: try row.int("difficulty"),
      intent: try row.text("intent"), country: try row.text("country"))
  }
}

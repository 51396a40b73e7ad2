import AuthContract
import AuthCore
import CommonContract
import JSON
import Kernel
import Postgres
import RPC
import Resources

/// Staff looks after the reference data that all accounts share.
struct ReferenceStaffHandlers: Sendable {
  let reading: ReferenceHandlers
  let time: any TimeSource

  private var database: Database { reading.database }

  func register(in routes: inout RPCRoutes) {
    routes.answer(ReferenceMethods.listAllIndustries) {
      try await reading.industries($0, $1, all: true)
    }
    routes.answer(ReferenceMethods.getAnyIndustry) {
      try await reading.industry($0.id, $1, all: true)
    }
    routes.answer(ReferenceMethods.listAllSeedKeywords) { try await reading.keywords($0, $1) }
    routes.answer(ReferenceMethods.getAnySeedKeyword) { try await reading.keyword($0, $1) }
    routes.answer(ReferenceMethods.createIndustry, createIndustry)
    routes.answer(ReferenceMethods.updateIndustry, updateIndustry)
    routes.answer(ReferenceMethods.deleteIndustry, deleteIndustry)
    routes.answer(ReferenceMethods.createIndustrySector, createSector)
    routes.answer(ReferenceMethods.deleteIndustrySector, deleteSector)
    routes.answer(ReferenceMethods.createSeedKeyword, createKeyword)
    routes.answer(ReferenceMethods.updateSeedKeyword, updateKeyword)
    routes.answer(ReferenceMethods.deleteSeedKeyword, deleteKeyword)
  }

  // MARK: Industries

  private func createIndustry(
    _ request: Auth.CreateIndustryRequest, _ call: IncomingCall
  ) async throws -> Auth.Industry {
    guard let name = given(request.name) else { throw RPCError(required: "name") }
    let slug = try Self.slug(request.slug) ?? Slug.make(of: name, fallback: "industry")
    let id = try await change("industry.created", "industry", nil, call) {
      try await $0.run(
        ReferenceWriting.insertIndustry,
        [
          .text(name), .text(slug), .text(given(request.description) ?? ""),
          .bool(request.isActive ?? true),
        ])
    }.int(0)
    return try await reading.industry(id, call, all: true)
  }

  private func updateIndustry(
    _ request: Auth.UpdateIndustryRequest, _ call: IncomingCall
  ) async throws -> Auth.Industry {
    let slug = try Self.slug(request.slug)
    _ = try await change("industry.updated", "industry", request.id, call) {
      try await $0.run(
        ReferenceWriting.updateIndustry,
        [
          .int(request.id), .text(given(request.name)), .text(slug), .text(request.description),
          .bool(request.isActive),
        ])
    }
    return try await reading.industry(request.id, call, all: true)
  }

  private func deleteIndustry(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await change("industry.deleted", "industry", request.id, call) {
      let place: [SQLValue] = [.int(request.id), .null]
      return try await $0.runAll([
        (ReferenceWriting.deleteKeywordsOfSectors, place), (ReferenceWriting.deleteSectors, place),
        (ReferenceWriting.deleteIndustry, [.int(request.id)]),
      ])[2]
    }
    return Common.Empty()
  }

  private func createSector(
    _ request: Auth.CreateIndustrySectorRequest, _ call: IncomingCall
  ) async throws -> Auth.IndustrySector {
    guard let name = given(request.name) else { throw RPCError(required: "name") }
    let slug = try Self.slug(request.slug) ?? Slug.make(of: name, fallback: "sector")
    let description = given(request.description) ?? ""
    let id = try await change("industry_sector.created", "industry_sector", nil, call) {
      try await $0.run(
        ReferenceWriting.insertSector,
        [.int(request.id), .text(name), .text(slug), .text(description)])
    }.int(0)
    return Auth.IndustrySector(
      id: id, industryID: request.id, name: name, slug: slug, description: description)
  }

  private func deleteSector(
    _ request: Auth.DeleteIndustrySectorRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await change(
      "industry_sector.deleted", "industry_sector", request.sectorID, call
    ) {
      let place: [SQLValue] = [.int(request.id), .int(request.sectorID)]
      return try await $0.runAll([
        (ReferenceWriting.deleteKeywordsOfSectors, place), (ReferenceWriting.deleteSectors, place),
      ])[1]
    }
    return Common.Empty()
  }

  private static func slug(_ text: String?) throws -> String? {
    guard let text = given(text) else { return nil }
    guard Slug.isValid(text) else { throw RPCError(field: "slug", "Invalid slug") }
    return text
  }

  // MARK: Seed keywords

  private func createKeyword(
    _ request: Auth.CreateSeedKeywordRequest, _ call: IncomingCall
  ) async throws -> Auth.SeedKeyword {
    guard let keyword = given(request.keyword) else { throw RPCError(required: "keyword") }
    guard let sector = request.industrySectorID else {
      throw RPCError(required: "industry_sector_id")
    }
    let values: [SQLValue] = [
      .int(sector), .text(keyword), .int(request.volume ?? 0), .int(request.difficulty ?? 0),
      .text(given(request.intent) ?? "informational"),
      .text(try Self.country(request.country) ?? "US"),
    ]
    let id = try await change("seed_keyword.created", "seed_keyword", nil, call) {
      try await $0.run(ReferenceWriting.insertKeyword, values)
    }.int(0)
    return try await reading.keyword(.init(id: id), call)
  }

  private func updateKeyword(
    _ request: Auth.UpdateSeedKeywordRequest, _ call: IncomingCall
  ) async throws -> Auth.SeedKeyword {
    let values: [SQLValue] = [
      .int(request.id), .int(request.industrySectorID), .text(given(request.keyword)),
      .int(request.volume), .int(request.difficulty), .text(given(request.intent)),
      .text(try Self.country(request.country)),
    ]
    _ = try await change("seed_keyword.updated", "seed_keyword", request.id, call) {
      try await $0.run(ReferenceWriting.updateKeyword, values)
    }
    return try await reading.keyword(.init(id: request.id), call)
  }

  private func deleteKeyword(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.Empty {
    _ = try await change("seed_keyword.deleted", "seed_keyword", request.id, call) {
      try await $0.run(ReferenceWriting.deleteKeyword, [.int(request.id)])
    }
    return Common.Empty()
  }

  private static func country(_ text: String?) throws -> String? {
    guard let text = given(text)?.uppercased() else { return nil }
    guard text.utf8.count == 2, text.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
      throw RPCError(field: "country", "Must be two letters")
    }
    return text
  }

  // MARK: Changing

  /// One change that is written down in the log of the staff's own account.
  /// - Parameter id: nil for what is made, whose id is the answer's first column.
  /// - Throws: `.notFound` when the change met no row.
  private func change(
    _ action: String, _ type: String, _ id: Int64?, _ call: IncomingCall,
    _ body: @Sendable (Transaction) async throws -> Rows
  ) async throws -> Row {
    let account = try call.requireAccount()
    do {
      return try await database.transaction(in: .account(account), deadline: call.deadline) {
        guard let row = try await body($0).first else { throw RPCError.missing }
        let entry = AuditEntry(
          action: action, account: account, objectType: type, objectID: try id ?? row.int(0))
        let (statement, values) = entry.command(call, at: time.now())
        _ = try await $0.run(statement, values)
        return row
      }
    } catch let error as PostgresError {
      throw Self.meaning(of: error) ?? error
    }
  }

  private static func meaning(of error: PostgresError) -> (any Error)? {
    switch error.constraint {
    case "industries_slug": conflict("slug", "Industry with this slug already exists")
    case "industry_sectors_slug": conflict("slug", "The industry has a sector with this slug")
    case "seed_keywords_keyword": conflict("keyword", "The sector has this keyword already")
    case "seed_keywords_sector": RPCError(field: "industry_sector_id", "Invalid industry sector")
    case "seed_keywords_volume": RPCError(field: "volume", "Invalid volume")
    case "seed_keywords_difficulty": RPCError(field: "difficulty", "Invalid difficulty")
    case "seed_keywords_intent": RPCError(field: "intent", "Invalid intent")
    case "sites_industry", "sectors_industry_sector":
      RPCError(.failedPrecondition, "Sites use it", reason: "in_use")
    default: nil
    }
  }
}

import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("The auth schema", .inTurn, .timeLimit(.minutes(10)))
struct SchemaTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    let world = try await AuthWorld.make()
    let failures = try await StatementCheck.failures(of: AuthQueries.all, on: world.database)
    #expect(failures == [])
  }

  @Test("a new installation has industries, sectors and seed keywords, none lost on the way")
  func seed() async throws {
    let world = try await AuthWorld.make()
    let sectors = SeedIndustry.all.flatMap(\.sectors)
    let keywords = sectors.flatMap(\.keywords)
    #expect(try await world.number("SELECT count(*) FROM industries") >= 12)
    let counted = try await world.number("SELECT count(*) FROM industry_sectors")
    #expect(counted == Int64(sectors.count))
    let stored = try await world.number("SELECT count(*) FROM seed_keywords")
    #expect(stored == Int64(keywords.count))
    #expect(stored >= 500)
    #expect(SeedIndustry.all.allSatisfy { $0.sectors.count >= 5 })
    #expect(sectors.allSatisfy { $0.keywords.count >= 8 })
    let reply = try await world.reference.listSeedKeywords(
      .init(pageSize: 100, ordering: "-volume", intent: "transactional"),
      world.call(as: .viewer, account: 1))
    #expect(reply.results.count == 100)
    #expect(reply.results.allSatisfy { $0.intent == "transactional" })
  }

  @Test(
    "a tenant's rows are out of reach in the scope of another",
    arguments: ["accounts", "users", "refresh_tokens", "sites", "audit_log", "outbox"])
  func tenancy(table: String) async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let account = try #require(session.user?.accountID)
    _ = try await world.tenancy.createSite(.init(name: "Blog"), world.call(by: session))
    let count = Statement("test.count", "SELECT count(*) FROM \(table)")
    func rows(_ scope: Scope) async throws -> Int64 {
      try await world.database.run(count, in: scope).one().int(0)
    }
    #expect(try await rows(.account(AccountID(account))) > 0)
    #expect(try await rows(.account(AccountID(account + 1))) == 0)
    #expect(try await rows(.none) == 0)
  }
}

@Suite("Sites and sectors", .inTurn, .timeLimit(.minutes(10)))
struct SiteTests {
  private func templates(_ world: AuthWorld, _ call: OutgoingCall) async throws -> [Auth.Industry] {
    try await world.reference.listIndustries(.init(pageSize: 100), call).results
  }

  @Test("from a new site to five sectors; a sixth is refused")
  func select() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let site = try await world.tenancy.createSite(.init(name: "Ada's Café"), call)
    #expect((site.slug, site.isActive, site.hostingType) == ("adas-cafe", true, "igny8_sites"))
    let industries = try await templates(world, call)
    let ids = industries[0].sectors.map(\.id)
    let picked = try await world.tenancy.selectSectors(
      .init(id: site.id, industrySectorIDs: Array(ids.prefix(5))), call)
    #expect(picked.results.map(\.industrySectorID) == ids.prefix(5).map { Optional($0) })
    let shown = try await world.tenancy.getSite(.init(id: site.id), call)
    #expect((shown.sectorsCount, shown.industryID) == (5, industries[0].id))
    let sixth = try await refusal {
      try await world.tenancy.createSector(.init(siteID: site.id, name: "More"), call)
    }
    #expect(sixth?["is_active"] == ["A site can have at most 5 active sectors"])
    let fewer = try await world.tenancy.selectSectors(
      .init(id: site.id, industrySectorIDs: [ids[1]]), call)
    #expect(fewer.results.map(\.industrySectorID) == [ids[1]])
    let foreign = try await refusal {
      try await world.tenancy.selectSectors(
        .init(id: site.id, industrySectorIDs: [industries[1].sectors[0].id]), call)
    }
    #expect(foreign?.code == .invalidArgument)
  }

  @Test("slugs of sites are unique across accounts")
  func slugs() async throws {
    let world = try await AuthWorld.make()
    let mine = world.call(by: try await world.register("a@one.example"))
    let theirs = world.call(by: try await world.register("b@two.example"))
    _ = try await world.tenancy.createSite(.init(name: "Blog"), mine)
    #expect(try await world.tenancy.createSite(.init(name: "Blog"), theirs).slug == "blog-2")
    let taken = try await refusal {
      try await world.tenancy.createSite(.init(name: "Other", slug: "blog"), theirs)
    }
    #expect(taken?.code == .alreadyExists)
  }

  @Test(
    "sites of one name that come at once all get slugs of their own",
    arguments: ["Blog", String(repeating: "long-name-", count: 10)])
  func slugsAtOnce(name: String) async throws {
    let world = try await AuthWorld.make()
    var calls: [OutgoingCall] = []
    for number in 0..<6 {
      calls.append(world.call(by: try await world.register("a\(number)@one.example")))
    }
    let slugs = try await withThrowingTaskGroup(of: String.self) { group in
      for call in calls {
        group.addTask { try await world.tenancy.createSite(.init(name: name), call).slug }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(slugs.count == 6)
    #expect(slugs.allSatisfy { $0.utf8.count <= 63 })
  }

  @Test("accounts of one name that come at once all get slugs of their own")
  func accountsAtOnce() async throws {
    let world = try await AuthWorld.make()
    let slugs = try await withThrowingTaskGroup(of: String?.self) { group in
      for number in 0..<12 {
        group.addTask {
          try await world.register("b\(number)@one.example", name: "Acme").user?.account?.slug
        }
      }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(slugs.count == 12)
    #expect(!slugs.contains(nil))
  }

  @Test("another account's site does not exist, whatever is asked of it")
  func foreign() async throws {
    let world = try await AuthWorld.make()
    let mine = world.call(by: try await world.register("a@one.example"))
    let theirs = world.call(by: try await world.register("b@two.example"))
    let site = try await world.tenancy.createSite(.init(name: "Blog"), mine)
    let got = try await refusal { try await world.tenancy.getSite(.init(id: site.id), theirs) }
    #expect(got?.code == .notFound)
    let selected = try await refusal {
      try await world.tenancy.selectSectors(
        .init(id: site.id, industrySectorIDs: [1]), theirs)
    }
    #expect(selected?.code == .notFound)
    let sector = try await refusal {
      try await world.tenancy.createSector(.init(siteID: site.id, name: "Mine"), theirs)
    }
    #expect(sector?["site_id"] == ["Site must belong to your account"])
  }

  @Test("a place is checked for account, grant, sector and activity")
  func place() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let call = world.call(by: session)
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    let sector = try await world.tenancy.createSector(
      .init(siteID: site.id, name: "News"), call)
    let account = session.user?.accountID
    let asked = world.call(as: .editor, actor: .service, account: account)
    let found = try await world.tenancy.checkPlace(
      .init(siteID: site.id, sectorID: sector.id, forWriting: true), asked)
    #expect((found.siteSlug, found.sectorName) == ("blog", "News"))
    func refused(_ request: Auth.CheckPlaceRequest, _ call: OutgoingCall) async throws -> RPCError?
    {
      try await refusal { try await world.tenancy.checkPlace(request, call) }
    }
    let elsewhere = try await refused(.init(siteID: site.id + 1), asked)
    #expect(elsewhere?["site_id"] == ["Site must belong to your account"])
    let ungranted = try await refused(
      .init(siteID: site.id),
      world.call(as: .editor, actor: .service, account: account, sites: []))
    #expect(ungranted?["site_id"] == ["Site must belong to your account"])
    let wrong = try await refused(.init(siteID: site.id, sectorID: sector.id + 1), asked)
    #expect(wrong?["sector_id"] == ["Sector must belong to the selected site"])
    _ = try await world.tenancy.updateSite(.init(id: site.id, status: "inactive"), call)
    let inactive = try await refused(.init(siteID: site.id, forWriting: true), asked)
    #expect(inactive?["site_id"] == ["Site is not active"])
  }

  @Test("a hosted site is found by its slug while it is active")
  func publicSite() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let site = try await world.tenancy.createSite(.init(name: "Blog"), world.call(by: session))
    let found = try await world.tenancy.findPublicSite(.init(slug: "blog"), world.internally)
    #expect((found.id, found.accountID) == (site.id, session.user?.accountID))
    _ = try await world.tenancy.updateSite(
      .init(id: site.id, hostingType: "wordpress"), world.call(by: session))
    let gone = try await refusal {
      try await world.tenancy.findPublicSite(.init(slug: "blog"), world.internally)
    }
    #expect(gone?.code == .notFound)
  }

  @Test("deleting a site tells the other services, of its sectors too")
  func delete() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    let other = try await world.tenancy.createSite(.init(name: "Shop"), call)
    let sector = try await world.tenancy.createSector(
      .init(siteID: site.id, name: "Tea"), call)
    _ = try await world.tenancy.createSector(.init(siteID: other.id, name: "Tea"), call)
    _ = try await world.tenancy.deleteSite(.init(id: site.id), call)
    #expect(
      try await world.number("SELECT count(*) FROM outbox WHERE kind = 'site.deleted'") == 1)
    let sectors = "SELECT key::bigint FROM outbox WHERE kind = 'sector.deleted'"
    #expect(try await world.number(sectors) == sector.id)
  }
}

import AuthContract
import BillingContract
import CommonContract
import Kernel
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("What a plan allows", .inTurn, .timeLimit(.minutes(10)))
struct PlanTests {
  private func world(users: Int64 = 9, sites: Int64 = 9, industries: Int64 = 9) async throws
    -> (AuthWorld, OutgoingCall)
  {
    let world = try await AuthWorld.make()
    world.billing.state.withLock {
      $0.limits = Billing.Plan(maxUsers: users, maxSites: sites, maxIndustries: industries)
    }
    return (world, world.call(by: try await world.register()))
  }

  private func addUser(_ world: AuthWorld, _ email: String, _ call: OutgoingCall) async throws {
    _ = try await world.tenancy.createUser(
      .init(email: email, role: "editor", password: AuthWorld.password), call)
  }

  @Test("one site more than the plan allows is refused, and allowed once another is gone")
  func sites() async throws {
    let (world, call) = try await world(sites: 2)
    _ = try await world.tenancy.createSite(.init(name: "One"), call)
    let two = try await world.tenancy.createSite(.init(name: "Two"), call)
    let refused = try await refusal {
      try await world.tenancy.createSite(.init(name: "Three"), call)
    }
    #expect(refused?.code == .permissionDenied)
    #expect(refused?.message == "Your plan allows 2 sites")
    #expect(refused?.details.reason == "plan_limit")
    _ = try await world.tenancy.deleteSite(.init(id: two.id), call)
    _ = try await world.tenancy.createSite(.init(name: "Three"), call)
  }

  @Test("of many at once no more come through than the plan allows")
  func race() async throws {
    let (world, call) = try await world(sites: 3)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        group.addTask { _ = try? await world.tenancy.createSite(.init(name: "S\(number)"), call) }
      }
    }
    #expect(try await world.number("SELECT count(*) FROM sites") == 3)
  }

  @Test("users are limited, the owner among them")
  func users() async throws {
    let (world, call) = try await world(users: 2)
    try await addUser(world, "one@team.example", call)
    let refused = try await refusal { try await addUser(world, "two@team.example", call) }
    #expect(refused?.message == "Your plan allows 2 users")
  }

  @Test("sites of the account may have as many industries as the plan allows")
  func industries() async throws {
    let (world, call) = try await world(industries: 1)
    let found = try await world.reference.listIndustries(.init(pageSize: 2), call).results
    _ = try await world.tenancy.createSite(.init(name: "One", industryID: found[0].id), call)
    let second = try await world.tenancy.createSite(
      .init(name: "Two", industryID: found[0].id), call)
    let refused = try await refusal {
      try await world.tenancy.updateSite(.init(id: second.id, industryID: found[1].id), call)
    }
    #expect(refused?.message == "Your plan allows 1 industry")
    let third = try await world.tenancy.createSite(.init(name: "Three"), call)
    let selected = try await refusal {
      try await world.tenancy.selectSectors(
        .init(id: third.id, industrySectorIDs: [found[1].sectors[0].id]), call)
    }
    #expect(selected?.details.reason == "plan_limit")
    _ = try await world.tenancy.selectSectors(
      .init(id: third.id, industrySectorIDs: [found[0].sectors[0].id]), call)
  }

  @Test("nothing limited is made while the plan cannot be asked for; all else goes on")
  func away() async throws {
    let (world, call) = try await world()
    let site = try await world.tenancy.createSite(.init(name: "One"), call)
    world.billing.state.withLock { $0.isAway = true }
    let refused = try await refusal { try await world.tenancy.createSite(.init(name: "B"), call) }
    #expect(refused?.code == .unavailable)
    let renamed = try await world.tenancy.updateSite(.init(id: site.id, name: "Uno"), call)
    #expect(renamed.name == "Uno")
  }

  @Test("limits show how many there are")
  func limits() async throws {
    let (world, call) = try await world(users: 4, sites: 3)
    _ = try await world.tenancy.createSite(.init(name: "One"), call)
    let limits = try await world.tenancy.listLimits(Common.Empty(), call).results
    #expect(limits.map(\.unit) == ["credits", "users", "sites", "profiles"])
    #expect(limits.map(\.used) == [3, 1, 1, nil])
    #expect(limits.map(\.available) == [nil, 3, 2, nil])
    #expect(limits[1].percentage == 25)
    #expect(limits[2].percentage == 33.3)
  }
}

@Suite("Paging by cursor", .inTurn, .timeLimit(.minutes(10)))
struct CursorTests {
  /// Everything, page by page.
  private func all<Item>(
    _ page: (String) async throws -> (items: [Item], next: String?)
  ) async throws -> [[Item]] {
    var (pages, cursor): ([[Item]], String?) = ([], "")
    while let now = cursor, pages.count < 1_000 {
      let (items, next) = try await page(now)
      pages.append(items)
      cursor = next
    }
    return pages
  }

  @Test(
    "every user comes once, in every order",
    arguments: [nil, "email", "-email", "role,-email", "-last_login,id", "-created_at", "-id"])
  func users(ordering: String?) async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    for number in 0..<6 {
      world.time.advance(by: .milliseconds(number % 2))
      _ = try await world.tenancy.createUser(
        .init(
          email: "u\(number)@team.example", role: number % 2 == 0 ? "viewer" : "editor",
          password: AuthWorld.password), call)
    }
    let pages = try await all { cursor in
      let reply = try await world.tenancy.listUsers(
        .init(pageSize: 3, ordering: ordering, cursor: cursor), call)
      return (reply.results.map(\.id), reply.nextCursor)
    }
    #expect(pages.map(\.count) == [3, 3, 1])
    let numbered = try await world.tenancy.listUsers(
      .init(pageSize: 100, ordering: ordering), call)
    #expect(pages.flatMap { $0 } == numbered.results.map(\.id))
    #expect(numbered.nextCursor == nil)
    #expect(numbered.count == 7)
  }

  @Test("seed keywords, industries and accounts have cursors too")
  func reference() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let keywords = try await all { cursor in
      let reply = try await world.reference.listSeedKeywords(
        .init(pageSize: 100, ordering: "-volume", cursor: cursor), call)
      return (reply.results, reply.nextCursor)
    }.flatMap { $0 }
    #expect(Int64(keywords.count) == (try await world.number("SELECT count(*) FROM seed_keywords")))
    #expect(Set(keywords.map(\.id)).count == keywords.count)
    #expect(keywords.map(\.volume) == keywords.map(\.volume).sorted(by: >))
    let industries = try await all { cursor in
      let reply = try await world.reference.listIndustries(
        .init(pageSize: 5, cursor: cursor), call)
      return (reply.results.map(\.name), reply.nextCursor)
    }.flatMap { $0 }
    #expect(industries.count >= 12)
    #expect(Set(industries).count == industries.count)
    let accounts = try await world.auth.listAccounts(.init(cursor: ""), call)
    #expect(accounts.results.count == 1)
    #expect(accounts.nextCursor == nil)
  }

  @Test(
    "what is no cursor of the list's order is refused", arguments: ["zz", "00", "313a61", "ff:"])
  func wrong(cursor: String) async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let refused = try await refusal {
      try await world.tenancy.listUsers(.init(cursor: cursor), call)
    }
    #expect(refused?["cursor"] == ["Invalid cursor"])
    try await world.tenancy.createMany(call)
    let byEmail = try await world.tenancy.listUsers(
      .init(pageSize: 1, ordering: "email", cursor: ""), call)
    let other = try await refusal {
      try await world.tenancy.listUsers(.init(ordering: "-id", cursor: byEmail.nextCursor), call)
    }
    #expect(other?["cursor"] == ["Invalid cursor"])
  }
}

extension TenancyClient {
  fileprivate func createMany(_ call: OutgoingCall) async throws {
    _ = try await createUser(
      .init(email: "zoe@team.example", role: "viewer", password: AuthWorld.password), call)
  }
}

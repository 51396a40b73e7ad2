import AuthContract
import AuthCore
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Keys of a site", .inTurn, .timeLimit(.minutes(10)))
struct SiteKeyTests {
  private struct Scene {
    let world: AuthWorld
    let owner: Auth.Session
    let call: OutgoingCall
    let site: Auth.Site
  }

  private func scene() async throws -> Scene {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let call = world.call(by: owner)
    return Scene(
      world: world, owner: owner, call: call,
      site: try await world.tenancy.createSite(.init(name: "Blog"), call))
  }

  private func principal(_ key: String?, _ world: AuthWorld) async throws -> Auth.Principal {
    try await world.auth.resolvePrincipal(.init(apiKey: key), world.internally)
  }

  @Test("a key acts as the machine of its one site until it is revoked")
  func life() async throws {
    let scene = try await scene()
    let (world, site) = (scene.world, scene.site)
    let key = try await world.tenancy.createSiteApiKey(
      .init(id: site.id, name: "WordPress"), scene.call)
    let text = try #require(key.key)
    #expect(SiteKey.isWellFormed(text))
    #expect((key.name, key.isActive, text.hasPrefix(key.prefix)) == ("WordPress", true, true))
    #expect(key.createdBy == scene.owner.user?.id)
    let bot = try await principal(text, world)
    #expect((bot.role, bot.isActive, bot.siteIDs) == ("system_bot", true, [site.id]))
    #expect((bot.limitedToSites, bot.userID) == (true, nil))
    #expect(bot.accountID == scene.owner.user?.accountID)
    _ = try await world.tenancy.revokeSiteApiKey(.init(id: site.id, keyID: key.id), scene.call)
    #expect(try await !principal(text, world).isActive)
    _ = try await world.tenancy.revokeSiteApiKey(.init(id: site.id, keyID: key.id), scene.call)
    let noted = "SELECT count(*) FROM audit_log WHERE object_type = 'site_api_key'"
    #expect(try await world.number(noted) == 2)
  }

  @Test("the text is shown once and kept nowhere, not even for repeats")
  func shownOnce() async throws {
    let scene = try await scene()
    let world = scene.world
    let keyed = world.call(by: scene.owner, key: "once")
    let first = try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), keyed)
    let again = try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), keyed)
    #expect((again.id, again.key) == (first.id, nil))
    let list = try await world.tenancy.listSiteApiKeys(.init(id: scene.site.id), scene.call)
    #expect((list.count, list.results.map(\.id)) == (1, [first.id]))
    #expect(list.results.allSatisfy { $0.key == nil && $0.prefix.count == SiteKey.shown })
    let text = try #require(first.key)
    for table in ["site_api_keys", "audit_log", "outbox", "idempotency_keys"] {
      let sql = "SELECT count(*) FROM \(table) t WHERE t::text LIKE '%\(text.dropFirst(12))%'"
      #expect(try await world.number(sql) == 0, "\(table) holds the key")
    }
    let stored = """
      SELECT count(*) FROM idempotency_keys
      WHERE position('\(text)' in encode(answer, 'escape')) > 0
      """
    #expect(try await world.number(stored) == 0)
    let other = try await refusal {
      try await world.tenancy.createSiteApiKey(.init(id: scene.site.id, name: "Other"), keyed)
    }
    #expect(other?.details.reason == "idempotency_key_reused")
  }

  @Test("lists show when a key was last used, to the minute, and from where")
  func use() async throws {
    let scene = try await scene()
    let world = scene.world
    let key = try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), scene.call)
    _ = try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), scene.call)
    @Sendable func use(from address: String) async throws {
      let call = world.call(as: .systemBot, actor: .service, address: address)
      #expect(try await world.auth.resolvePrincipal(.init(apiKey: key.key), call).isActive)
    }
    func shown() async throws -> [Auth.SiteApiKey] {
      try await world.tenancy.listSiteApiKeys(
        .init(id: scene.site.id, ordering: "id"), scene.call
      ).results
    }
    #expect(try await shown().allSatisfy { $0.lastUsedAt == nil && $0.lastUsedFrom == nil })
    let first = world.time.now()
    try await use(from: "198.51.100.7")
    world.time.advance(by: .seconds(59))
    try await use(from: "198.51.100.8")
    #expect(try await shown().map(\.lastUsedAt) == [first, nil])
    #expect(try await shown().map(\.lastUsedFrom) == ["198.51.100.7", nil])
    world.time.advance(by: .seconds(1))
    _ = try await together(8) { try await use(from: "198.51.100.\($0 + 10)") }
    let used = try #require(try await shown().first)
    #expect(used.lastUsedAt == first + .seconds(60))
    #expect(used.lastUsedFrom?.hasPrefix("198.51.100.1") == true)
    _ = try await world.tenancy.revokeSiteApiKey(
      .init(id: scene.site.id, keyID: key.id), scene.call)
    world.time.advance(by: .seconds(60))
    #expect(try await !principal(key.key, world).isActive)
    #expect(try await shown().first?.lastUsedAt == first + .seconds(60))
  }

  @Test("a list can be narrowed to the keys that still work")
  func narrowed() async throws {
    let scene = try await scene()
    let (tenancy, id) = (scene.world.tenancy, scene.site.id)
    let old = try await tenancy.createSiteApiKey(.init(id: id, name: "Old"), scene.call)
    let new = try await tenancy.createSiteApiKey(.init(id: id, name: "New"), scene.call)
    _ = try await tenancy.revokeSiteApiKey(.init(id: id, keyID: old.id), scene.call)
    let active = try await tenancy.listSiteApiKeys(.init(id: id, isActive: true), scene.call)
    #expect(active.results.map(\.id) == [new.id])
    let all = try await tenancy.listSiteApiKeys(.init(id: id, ordering: "name"), scene.call)
    #expect(all.results.map(\.name) == ["New", "Old"])
    #expect(all.results.map { $0.revokedAt != nil } == [false, true])
  }

  @Test("a site has at most twenty keys that work, however many are asked for at once")
  func most() async throws {
    let scene = try await scene()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<(SiteKey.mostActive + 4) {
        group.addTask {
          _ = try? await scene.world.tenancy.createSiteApiKey(
            .init(id: scene.site.id, name: "\(number)"), scene.call)
        }
      }
    }
    let count = "SELECT count(*) FROM site_api_keys WHERE revoked_at IS NULL"
    #expect(try await scene.world.number(count) == Int64(SiteKey.mostActive))
    let more = try await refusal {
      try await scene.world.tenancy.createSiteApiKey(.init(id: scene.site.id), scene.call)
    }
    #expect(more?.details.reason == "too_many_keys")
  }

  @Test("another account's keys do not exist")
  func foreign() async throws {
    let scene = try await scene()
    let world = scene.world
    let theirs = world.call(by: try await world.register("b@two.example"))
    let key = try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), scene.call)
    let refusals = [
      try await refusal {
        try await world.tenancy.listSiteApiKeys(.init(id: scene.site.id), theirs)
      },
      try await refusal {
        try await world.tenancy.createSiteApiKey(.init(id: scene.site.id), theirs)
      },
      try await refusal {
        try await world.tenancy.revokeSiteApiKey(.init(id: scene.site.id, keyID: key.id), theirs)
      },
      try await refusal {
        try await world.tenancy.revokeSiteApiKey(
          .init(id: scene.site.id, keyID: key.id + 1), scene.call)
      },
    ]
    #expect(refusals.map { $0?.code } == Array(repeating: .notFound, count: 4))
    #expect(try await principal(key.key, world).isActive)
  }

  @Test(
    "what is no key is nobody's",
    arguments: ["igk_", "igk_" + String(repeating: "a", count: 43), "' OR true --", "x"])
  func unknown(text: String) async throws {
    let scene = try await scene()
    #expect(try await principal(text, scene.world) == Auth.Principal())
  }
}

import AuthContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite(
  "Switching sites, showing their sectors, granting them", .inTurn, .timeLimit(.minutes(10)))
struct SiteActivityTests {
  @Test("a site is switched off and on again, and written down once for each change")
  func activity() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let site = try await world.tenancy.createSite(.init(name: "Blog", status: "inactive"), call)
    let on = try await world.tenancy.setSiteActive(.init(id: site.id), call)
    #expect((on.isActive, on.status) == (true, "active"))
    _ = try await world.tenancy.setSiteActive(.init(id: site.id), call)
    let off = try await world.tenancy.setSiteActive(.init(id: site.id, isActive: false), call)
    #expect((off.isActive, off.status) == (false, "inactive"))
    let noted = "SELECT count(*) FROM audit_log WHERE action LIKE 'site.%activated'"
    #expect(try await world.number(noted) == 2)
    let theirs = world.call(by: try await world.register("b@two.example"))
    let foreign = try await refusal {
      try await world.tenancy.setSiteActive(.init(id: site.id), theirs)
    }
    #expect(foreign?.code == .notFound)
  }

  @Test("a site shows its active sectors, and the others when asked")
  func sectors() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    let tea = try await world.tenancy.createSector(.init(siteID: site.id, name: "Tea"), call)
    let rum = try await world.tenancy.createSector(
      .init(siteID: site.id, name: "Rum", isActive: false), call)
    let active = try await world.tenancy.listSectorsOfSite(.init(id: site.id), call)
    #expect(active.results.map(\.id) == [tea.id])
    let rest = try await world.tenancy.listSectorsOfSite(.init(id: site.id, isActive: false), call)
    #expect(rest.results.map(\.id) == [rum.id])
    let viewer = world.call(as: .viewer, account: site.accountID, sites: [])
    let refused = [
      try await refusal {
        try await world.tenancy.listSectorsOfSite(.init(id: site.id), viewer)
      },
      try await refusal {
        try await world.tenancy.listSectorsOfSite(.init(id: site.id + 1), call)
      },
    ]
    #expect(refused.map { $0?.code } == [.notFound, .notFound])
  }

  @Test("a grant is moved to another site, with what it was written down")
  func grant() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let one = try await world.tenancy.createSite(.init(name: "One"), call)
    let two = try await world.tenancy.createSite(.init(name: "Two"), call)
    let user = try await world.tenancy.createUser(
      .init(email: "ed@one.example", role: "editor", password: AuthWorld.password), call)
    let grant = try await world.tenancy.grantSiteAccess(
      .init(userID: user.id, siteID: one.id), call)
    let moved = try await world.tenancy.updateSiteAccess(
      .init(id: grant.id, siteID: two.id), call)
    #expect((moved.userID, moved.siteID) == (user.id, two.id))
    let principal = try await world.auth.resolvePrincipal(
      .init(userID: user.id), world.internally)
    #expect(principal.siteIDs == [two.id])
    let change = """
      SELECT (before ->> 'site_id')::bigint * 1000 + (after ->> 'site_id')::bigint
      FROM audit_log WHERE action = 'site_access.updated'
      """
    #expect(try await world.number(change) == one.id * 1_000 + two.id)
    #expect(try await world.tenancy.updateSiteAccess(.init(id: grant.id), call) == moved)
    let theirs = try await world.register("b@two.example")
    let foreignSite = try await world.tenancy.createSite(
      .init(name: "Theirs"), world.call(by: theirs))
    let wrong = try await refusal {
      try await world.tenancy.updateSiteAccess(.init(id: grant.id, siteID: foreignSite.id), call)
    }
    #expect(wrong?["site_id"] == ["Site must belong to your account"])
    let foreign = try await refusal {
      try await world.tenancy.updateSiteAccess(
        .init(id: grant.id, siteID: foreignSite.id), world.call(by: theirs))
    }
    #expect(foreign?.code == .notFound)
    _ = try await world.tenancy.revokeSiteAccess(.init(id: grant.id), call)
    let gone = """
      SELECT (before ->> 'user_id')::bigint FROM audit_log WHERE action = 'site_access.deleted'
      """
    #expect(try await world.number(gone) == user.id)
  }
}

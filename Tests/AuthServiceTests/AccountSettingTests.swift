import AuthContract
import CommonContract
import Kernel
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("What an account says of itself", .inTurn, .timeLimit(.minutes(10)))
struct AccountSettingTests {
  @Test("name and invoice data are shown and changed together, and written down as they changed")
  func change() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register(name: "Ada"))
    let first = try await world.accounts.getAccountSettings(.init(), call)
    #expect((first.name, first.billingCountry, first.taxID) == ("Ada", "", ""))
    let changed = try await world.accounts.updateAccountSettings(
      .init(name: "Lovelace", billingCountry: "DE", taxID: "DE123456789"), call)
    #expect((changed.name, changed.billingCountry) == ("Lovelace", "DE"))
    #expect(try await world.accounts.getAccountSettings(.init(), call) == changed)
    let noted = """
      SELECT count(*) FROM audit_log WHERE action = 'account.settings_changed'
        AND before = '{"name": "Ada", "billing_country": "", "tax_id": ""}'
        AND after = '{"name": "Lovelace", "billing_country": "DE", "tax_id": "DE123456789"}'
      """
    #expect(try await world.number(noted) == 1)
    _ = try await world.accounts.updateAccountSettings(.init(name: "Lovelace"), call)
    let all = "SELECT count(*) FROM audit_log WHERE action = 'account.settings_changed'"
    #expect(try await world.number(all) == 1)
  }

  @Test("what billing refuses is named as the client wrote it, and nothing changes")
  func refused() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register(name: "Ada"))
    let wrong = try await refusal {
      try await world.accounts.updateAccountSettings(
        .init(name: "Lovelace", billingCountry: "Germany"), call)
    }
    #expect(wrong?["billing_country"] == ["Invalid country"])
    #expect(try await world.accounts.getAccountSettings(.init(), call).name == "Ada")
    world.billing.state.withLock { $0.isAway = true }
    let away = try await refusal {
      try await world.accounts.updateAccountSettings(.init(name: "Lovelace"), call)
    }
    #expect(away?.code == .unavailable)
  }

  @Test("an admin reads it, the owner changes it, each for the own account")
  func who() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register("a@one.example", name: "Ada")
    let theirs = world.call(by: try await world.register("b@two.example", name: "Bob"))
    let admin = world.call(as: .admin, account: owner.user?.accountID)
    #expect(try await world.accounts.getAccountSettings(.init(), admin).name == "Ada")
    let refused = try await refusal {
      try await world.accounts.updateAccountSettings(.init(name: "Mine"), admin)
    }
    #expect(refused?.code == .permissionDenied)
    _ = try await world.accounts.updateAccountSettings(
      .init(billingAddress: "1 Way"), world.call(by: owner))
    #expect(try await world.accounts.getAccountSettings(.init(), theirs).billingAddress == "")
  }
}

@Suite("Reference data that staff looks after", .inTurn, .timeLimit(.minutes(10)))
struct ReferenceStaffTests {
  private func staff(_ world: AuthWorld) async throws -> OutgoingCall {
    try await world.service.ensureStaff()
    return world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
  }

  @Test("an industry with a sector and a keyword comes, is taken off offer and goes")
  func life() async throws {
    let world = try await AuthWorld.make()
    let (staff, reference) = (try await staff(world), world.reference)
    let made = try await reference.createIndustry(.init(name: "Bee Keeping"), staff)
    #expect((made.slug, made.isActive) == ("bee-keeping", true))
    let sector = try await reference.createIndustrySector(
      .init(id: made.id, name: "Honey"), staff)
    let keyword = try await reference.createSeedKeyword(
      .init(keyword: "acacia honey", industrySectorID: sector.id, volume: 90, country: "de"),
      staff)
    #expect((keyword.country, keyword.industryName) == ("DE", "Bee Keeping"))
    let viewer = world.call(as: .viewer, account: 1)
    #expect(try await reference.getSeedKeyword(.init(id: keyword.id), viewer) == keyword)
    let changed = try await reference.updateSeedKeyword(
      .init(id: keyword.id, difficulty: 12), staff)
    #expect((changed.difficulty, changed.volume) == (12, 90))
    let hidden = try await reference.updateIndustry(.init(id: made.id, isActive: false), staff)
    #expect((hidden.isActive, hidden.name) == (false, "Bee Keeping"))
    let gone = try await refusal {
      try await reference.getIndustry(.init(id: made.id), viewer)
    }
    #expect(gone?.code == .notFound)
    let found = try await reference.listAllIndustries(.init(search: "bee k"), staff)
    #expect(found.results.map(\.id) == [made.id])
    _ = try await reference.deleteIndustry(.init(id: made.id), staff)
    let missing = try await refusal {
      try await reference.getAnySeedKeyword(.init(id: keyword.id), staff)
    }
    #expect(missing?.code == .notFound)
    let noted = """
      SELECT count(*) FROM audit_log WHERE action LIKE 'industry%' OR action LIKE 'seed%'
      """
    #expect(try await world.number(noted) == 6)
  }

  @Test("what is there twice, is used by a site or fits nowhere is refused")
  func refused() async throws {
    let world = try await AuthWorld.make()
    let (staff, reference) = (try await staff(world), world.reference)
    let owner = world.call(by: try await world.register())
    let industry = try #require(
      try await reference.listIndustries(.init(), owner).results.first)
    let site = try await world.tenancy.createSite(
      .init(name: "Blog", industryID: industry.id), owner)
    let used = try await refusal {
      try await reference.deleteIndustry(.init(id: industry.id), staff)
    }
    #expect(used?.details.reason == "in_use")
    _ = try await world.tenancy.selectSectors(
      .init(id: site.id, industrySectorIDs: [industry.sectors[0].id]), owner)
    let usedSector = try await refusal {
      try await reference.deleteIndustrySector(
        .init(id: industry.id, sectorID: industry.sectors[0].id), staff)
    }
    #expect(usedSector?.details.reason == "in_use")
    let twice = try await refusal {
      try await reference.createIndustry(.init(name: "Other", slug: industry.slug), staff)
    }
    #expect(twice?.code == .alreadyExists)
    let nowhere = try await refusal {
      try await reference.createSeedKeyword(
        .init(keyword: "tea", industrySectorID: 999_999), staff)
    }
    #expect(nowhere?["industry_sector_id"] == ["Invalid industry sector"])
    let missing = try await refusal {
      try await reference.updateIndustry(.init(id: 999_999, name: "X"), staff)
    }
    #expect(missing?.code == .notFound)
    let stranger = try await refusal {
      try await reference.createIndustry(.init(name: "Mine"), owner)
    }
    #expect(stranger?.code == .permissionDenied)
  }
}

import AuthContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("People and what they may do", .inTurn, .timeLimit(.minutes(10)))
struct PeopleTests {
  private func create(
    _ world: AuthWorld, _ email: String, _ role: String, _ call: OutgoingCall,
    sites: [Int64] = []
  ) async throws -> Auth.User {
    try await world.tenancy.createUser(
      .init(email: email, role: role, password: AuthWorld.password, siteIDs: sites), call)
  }

  @Test("an editor is bound to the sites that were granted")
  func principal() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let call = world.call(by: owner)
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    let editor = try await create(world, "ed@one.example", "editor", call, sites: [site.id])
    let bound = try await world.auth.resolvePrincipal(.init(userID: editor.id), world.internally)
    #expect((bound.role, bound.limitedToSites, bound.siteIDs) == ("editor", true, [site.id]))
    let free = try await world.auth.resolvePrincipal(
      .init(userID: owner.user?.id), world.internally)
    #expect((free.role, free.limitedToSites, free.isActive) == ("owner", false, true))
    let nobody = try await world.auth.resolvePrincipal(.init(userID: 999), world.internally)
    #expect(!nobody.isActive)
    _ = try await world.tenancy.updateUser(.init(id: editor.id, isActive: false), call)
    let disabled = try await world.auth.resolvePrincipal(
      .init(userID: editor.id), world.internally)
    #expect(!disabled.isActive)
    let login = try await refusal { try await world.login("ed@one.example") }
    #expect(login?.message == "Invalid credentials")
  }

  @Test("an admin does not manage owners")
  func admin() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let user = try await create(world, "adm@one.example", "admin", world.call(by: owner))
    let admin = world.call(as: .admin, account: user.accountID, user: user.id)
    let made = try await refusal { try await create(world, "x@one.example", "owner", admin) }
    #expect(made?.code == .permissionDenied)
    let ownerID = try #require(owner.user?.id)
    let deleted = try await refusal {
      try await world.tenancy.deleteUser(.init(id: ownerID), admin)
    }
    #expect(deleted?.code == .permissionDenied)
  }

  @Test("the last owner stays one")
  func lastOwner() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let id = try #require(owner.user?.id)
    let error = try await refusal {
      try await world.tenancy.updateUser(.init(id: id, role: "viewer"), world.call(by: owner))
    }
    #expect(error?.details.reason == "last_owner")
  }

  @Test("staff is there from the start, once, and gives credits once for each key")
  func staff() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    try await world.service.ensureStaff()
    let staff = try await world.login("staff@igny8.example", "staff-password-1")
    #expect((staff.user?.role, staff.user?.account?.slug) == ("developer", "aws-admin"))
    let owner = try await world.register()
    let request = Auth.AdjustUserCreditsRequest(
      id: owner.user?.id ?? 0, amount: 500, reason: "Goodwill")
    let call = world.call(by: staff, key: "k")
    let first = try await world.auth.adjustUserCredits(request, call)
    #expect((first.amount, first.accountID) == (500, owner.user?.accountID))
    #expect(try await world.auth.adjustUserCredits(request, call) == first)
    let principal = try await world.auth.resolvePrincipal(
      .init(userID: staff.user?.id), world.internally)
    #expect(principal.systemAccount)
    let seen = try await world.auth.listAccounts(.init(), world.call(by: staff))
    #expect(seen.count == 2)
    #expect(try await world.auth.listAccounts(.init(), world.call(by: owner)).count == 1)
  }

  @Test("another account's users do not exist")
  func foreign() async throws {
    let world = try await AuthWorld.make()
    let mine = try await world.register("a@one.example")
    let theirs = try await world.register("b@two.example")
    let id = try #require(mine.user?.id)
    let error = try await refusal {
      try await world.tenancy.getUser(.init(id: id), world.call(by: theirs))
    }
    #expect(error?.code == .notFound)
    let list = try await world.tenancy.listUsers(.init(), world.call(by: theirs))
    #expect(list.results.map(\.email) == ["b@two.example"])
  }

  @Test("an unknown ordering is refused")
  func ordering() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let error = try await refusal {
      try await world.tenancy.listUsers(.init(ordering: "password_hash"), call)
    }
    #expect(error?["ordering"] == ["Invalid ordering"])
    _ = try await world.tenancy.listUsers(.init(ordering: "-email,created_at"), call)
  }
}

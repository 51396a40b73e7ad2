import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("The team of an account", .inTurn, .timeLimit(.minutes(10)))
struct TeamTests {
  private func invite(
    _ email: String, _ role: String, _ world: AuthWorld, _ call: OutgoingCall
  ) async throws -> Auth.User {
    try await world.accounts.inviteMember(
      .init(email: email, role: role, password: AuthWorld.password), call)
  }

  @Test("somebody joins, gets another role and leaves")
  func life() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let member = try await invite("ed@one.example", "editor", world, call)
    let team = try await world.accounts.listTeam(.init(ordering: "id"), call)
    #expect(team.results.map(\.email) == ["ada@lovelace.example", "ed@one.example"])
    let admin = try await world.accounts.updateMember(.init(id: member.id, role: "admin"), call)
    #expect(admin.role == "admin")
    _ = try await world.accounts.removeMember(.init(id: member.id), call)
    #expect(try await world.accounts.listTeam(.init(), call).count == 1)
    let gone = try await world.auth.resolvePrincipal(.init(userID: member.id), world.internally)
    #expect(!gone.isActive)
  }

  @Test("staff manages its own team here and nobody else's")
  func staff() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    let owner = try await world.register()
    let id = try #require(owner.user?.id)
    let team = try await world.accounts.listTeam(.init(), staff)
    #expect(team.results.map(\.email) == ["staff@igny8.example"])
    let refusals = [
      try await refusal {
        try await world.accounts.updateMember(.init(id: id, role: "viewer"), staff)
      },
      try await refusal { try await world.accounts.removeMember(.init(id: id), staff) },
    ]
    #expect(refusals.map { $0?.code } == [.notFound, .notFound])
  }

  @Test("two owners who depose each other at once leave one owner")
  func lastOwners() async throws {
    let world = try await AuthWorld.make()
    let first = try await world.register()
    let one = try #require(first.user)
    let two = try await invite("two@one.example", "owner", world, world.call(by: first))
    await withTaskGroup(of: Void.self) { group in
      for (actor, target) in [(one.id, two.id), (two.id, one.id)] {
        group.addTask {
          let call = world.call(as: .owner, account: one.accountID, user: actor)
          _ = try? await world.accounts.updateMember(.init(id: target, role: "viewer"), call)
        }
      }
    }
    let owners = "SELECT count(*) FROM users WHERE role = 'owner' AND is_active"
    #expect(try await world.number(owners) == 1)
  }

  @Test("the last owner is neither deposed, disabled nor removed")
  func lastOwner() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let call = world.call(by: session)
    let id = try #require(session.user?.id)
    let deposed = try await refusal {
      try await world.accounts.updateMember(.init(id: id, role: "admin"), call)
    }
    let disabled = try await refusal {
      try await world.accounts.updateMember(.init(id: id, isActive: false), call)
    }
    #expect([deposed, disabled].map { $0?.details.reason } == ["last_owner", "last_owner"])
    let removed = try await refusal {
      try await world.accounts.removeMember(.init(id: id), call)
    }
    #expect(removed?.code == .failedPrecondition)
  }
}

@Suite("The audit log", .inTurn, .timeLimit(.minutes(10)))
struct AuditTests {
  @Test("the owner reads who did what, narrowed as asked, page after page")
  func read() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let call = world.call(by: owner)
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    world.time.advance(by: .seconds(86_400))
    _ = try await world.tenancy.setSiteActive(.init(id: site.id, isActive: false), call)
    let all = try await world.accounts.listAuditLog(.init(), call)
    #expect(
      all.results.map(\.action) == [
        "site.deactivated", "site.created", "user.signed_in", "account.registered",
      ])
    let last = try #require(all.results.first)
    #expect((last.userID, last.objectID) == (owner.user?.id, site.id))
    #expect(last.after == #"{"status": "inactive"}"#)
    func actions(_ request: Auth.ListAuditLogRequest) async throws -> [String] {
      try await world.accounts.listAuditLog(request, call).results.map(\.action)
    }
    #expect(try await actions(.init(action: "site.created")) == ["site.created"])
    #expect(
      try await actions(.init(objectType: "site", startDate: "2026-03-11"))
        == ["site.deactivated"])
    #expect(
      try await actions(.init(search: "SITE", endDate: "2026-03-10")) == ["site.created"])
    let page = try await world.accounts.listAuditLog(.init(pageSize: 3, cursor: ""), call)
    #expect(page.results.count == 3)
    let rest = try await world.accounts.listAuditLog(
      .init(pageSize: 3, cursor: page.nextCursor), call)
    #expect(rest.results.map(\.action) == ["account.registered"])
    let wrong = try await refusal { try await actions(.init(startDate: "yesterday")) }
    #expect(wrong?["start_date"].isEmpty == false)
  }

  @Test("others see nothing of it, staff sees all")
  func reach() async throws {
    let world = try await AuthWorld.make()
    try await world.service.ensureStaff()
    let mine = try await world.register("a@one.example")
    let theirs = world.call(by: try await world.register("b@two.example"))
    let seen = try await world.accounts.listAuditLog(
      .init(accountID: mine.user?.accountID), theirs)
    #expect(seen.results.allSatisfy { $0.accountID == theirs.context.account?.value })
    let admin = try await refusal {
      try await world.accounts.listAuditLog(
        .init(), world.call(as: .admin, account: mine.user?.accountID))
    }
    #expect(admin?.code == .permissionDenied)
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    let all = try await world.accounts.listAuditLog(.init(accountID: mine.user?.accountID), staff)
    #expect(all.results.map(\.action) == ["user.signed_in", "account.registered"])
  }

  @Test(
    "the database refuses to change or delete an entry",
    arguments: [
      "UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log", "TRUNCATE audit_log",
    ])
  func appendOnly(sql: String) async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    await #expect(throws: (any Error).self) {
      _ = try await world.database.run(Statement("test.tamper", sql), in: .allAccounts)
    }
    #expect(try await world.number("SELECT count(*) FROM audit_log") == 2)
  }
}

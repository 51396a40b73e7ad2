import AuthContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Accounts", .inTurn, .timeLimit(.minutes(10)))
struct AccountTests {
  private func staff(_ world: AuthWorld) async throws -> OutgoingCall {
    try await world.service.ensureStaff()
    return world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
  }

  @Test("an admin renames the own account, staff every one, nobody else any")
  func rename() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register(name: "Ada")
    let id = try #require(owner.user?.accountID)
    let admin = world.call(as: .admin, account: id, user: owner.user?.id)
    let renamed = try await world.accounts.updateAccount(.init(id: id, name: " Lovelace "), admin)
    #expect((renamed.name, renamed.slug) == ("Lovelace", "ada"))
    let blank = try await refusal {
      try await world.accounts.updateAccount(.init(id: id, name: " "), admin)
    }
    #expect(blank?["name"] == ["This field may not be blank"])
    let same = try await world.accounts.updateAccount(.init(id: id), admin)
    #expect(same.name == "Lovelace")
    let theirs = world.call(by: try await world.register("b@two.example"))
    let foreign = try await refusal {
      try await world.accounts.updateAccount(.init(id: id, name: "Mine"), theirs)
    }
    #expect(foreign?.code == .notFound)
    let editor = try await refusal {
      try await world.accounts.updateAccount(
        .init(id: id, name: "Mine"), world.call(as: .editor, account: id))
    }
    #expect(editor?.code == .permissionDenied)
    let staffs = try await world.accounts.updateAccount(
      .init(id: id, name: "Byron"), try await staff(world))
    #expect(staffs.name == "Byron")
    let noted = """
      SELECT count(*) FROM audit_log WHERE action = 'account.updated' AND account_id = \(id)
        AND before ->> 'name' = 'Lovelace' AND after ->> 'name' = 'Byron'
      """
    #expect(try await world.number(noted) == 1)
  }

  @Test("staff suspends and activates; the principal knows at once, others hear of it")
  func suspend() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let id = try #require(owner.user?.accountID)
    let staff = try await staff(world)
    func isSuspended() async throws -> Bool {
      try await world.auth.resolvePrincipal(.init(userID: owner.user?.id), world.internally)
        .accountSuspended
    }
    func mayJobs() async throws -> Auth.Principal {
      try await world.auth.resolvePrincipal(.init(accountID: id), world.internally)
    }
    #expect(try await !mayJobs().accountSuspended)
    let suspended = try await world.accounts.suspendAccount(
      .init(id: id, reason: "Unpaid"), staff)
    #expect(suspended.status == "suspended")
    #expect(try await isSuspended())
    #expect(try await mayJobs().accountSuspended)
    #expect(try await mayJobs().isActive)
    _ = try await world.accounts.suspendAccount(.init(id: id), staff)
    #expect(try await world.login().user?.account?.status == "suspended")
    let active = try await world.accounts.activateAccount(.init(id: id), staff)
    #expect(active.status == "active")
    #expect(try await !isSuspended())
    for kind in ["account.suspended", "account.activated"] {
      let told = "SELECT count(*) FROM outbox WHERE kind = '\(kind)' AND account_id = \(id)"
      #expect(try await world.number(told) == 1)
      let noted = "SELECT count(*) FROM audit_log WHERE action = '\(kind)' AND account_id = \(id)"
      #expect(try await world.number(noted) == 1)
    }
  }

  @Test("only staff suspends, and never the platform's own account")
  func notSuspended() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let staff = try await staff(world)
    let own = try await refusal {
      try await world.accounts.suspendAccount(
        .init(id: staff.context.account?.value ?? 0), staff)
    }
    #expect(own?.details.reason == "platform_account")
    let missing = try await refusal {
      try await world.accounts.suspendAccount(.init(id: 9_999), staff)
    }
    #expect(missing?.code == .notFound)
    let refused = try await refusal {
      try await world.accounts.suspendAccount(
        .init(id: owner.user?.accountID ?? 0), world.call(by: owner))
    }
    #expect(refused?.code == .permissionDenied)
  }

  @Test("staff sees every account and everybody's users")
  func everything() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let staff = try await staff(world)
    #expect(try await world.accounts.listAllAccounts(.init(), staff).count == 2)
    #expect(try await world.accounts.listAllUsers(.init(), staff).count == 2)
    let id = try #require(owner.user?.accountID)
    #expect(try await world.accounts.getAnyAccount(.init(id: id), staff).id == id)
    let refused = try await refusal {
      try await world.accounts.listAllUsers(.init(), world.call(by: owner))
    }
    #expect(refused?.code == .permissionDenied)
  }
}

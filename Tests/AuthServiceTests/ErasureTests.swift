import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Erasing an account", .inTurn, .timeLimit(.minutes(10)))
struct ErasureTests {
  private struct Scene {
    let world: AuthWorld
    let owner: Auth.Session
    let call: OutgoingCall
    let account: Int64
  }

  /// An account with something in most tables.
  private func scene() async throws -> Scene {
    let world = try await AuthWorld.make()
    let owner = try await world.register("a@one.example")
    let call = world.call(by: owner, key: "k")
    let site = try await world.tenancy.createSite(.init(name: "Blog"), call)
    _ = try await world.tenancy.createSector(.init(siteID: site.id, name: "Tea"), call)
    _ = try await world.tenancy.createSiteApiKey(.init(id: site.id), call)
    _ = try await world.tenancy.createUser(
      .init(
        email: "ed@one.example", role: "editor", password: AuthWorld.password,
        siteIDs: [site.id]), world.call(by: owner))
    _ = try await world.settingsOf.setModuleSwitches(.init(linkerEnabled: false), call)
    _ = try await world.settingsOf.setUserSetting(.init(key: "page_size", value: "50"), call)
    _ = try await world.settingsOf.setAccountSetting(.init(key: "language", value: "\"de\""), call)
    _ = try await world.settingsOf.setModuleSetting(.init(key: "writer.images", value: "1"), call)
    return Scene(
      world: world, owner: owner, call: call, account: try #require(owner.user?.accountID))
  }

  private func erase(_ scene: Scene, _ password: String = AuthWorld.password) async throws
    -> Auth.Erasure
  {
    try await scene.world.accounts.eraseAccount(
      .init(id: scene.account, password: password), scene.call)
  }

  /// Rows of the account, by table.
  private func rows(of account: Int64, _ world: AuthWorld) async throws -> [String: Int64] {
    let tables = try await world.database.run(
      Statement(
        "test.tables",
        """
        SELECT c.table_name::text FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = current_schema() AND c.column_name = 'account_id'
          AND t.table_type = 'BASE TABLE'
        """), in: .none)
    var counts: [String: Int64] = [:]
    for table in try tables.map({ try $0.text(0) }) {
      let count = try await world.number(
        "SELECT count(*) FROM \(table) WHERE account_id = \(account)")
      if count > 0 { counts[table] = count }
    }
    return counts
  }

  @Test("closed at once, kept for fourteen days, then every row is gone and the others are told")
  func life() async throws {
    let scene = try await scene()
    let world = scene.world
    let asked = try await erase(scene)
    #expect(asked.status == "cancelled")
    #expect(asked.eraseAt == world.time.now() + .seconds(14 * 86_400))
    let principal = try await world.auth.resolvePrincipal(
      .init(userID: scene.owner.user?.id), world.internally)
    #expect((principal.isActive, principal.accountSuspended) == (true, true))
    #expect(try await rows(of: scene.account, world).count > 10)
    world.time.advance(by: .seconds(14 * 86_400 - 1))
    #expect(try await erase(scene) == asked)
    try await world.service.sweep()
    #expect(try await world.accounts.getErasure(.init(), scene.call) == asked)
    world.time.advance(by: .seconds(1))
    try await world.service.sweep()
    #expect(try await rows(of: scene.account, world) == ["outbox": 1])
    let told = """
      SELECT count(*) FROM outbox WHERE kind = 'account.erased' AND route = 'event'
        AND (payload ->> 'account_id')::bigint = \(scene.account)
      """
    #expect(try await world.number(told) == 1)
    let gone = try await world.auth.resolvePrincipal(
      .init(userID: scene.owner.user?.id), world.internally)
    #expect(!gone.isActive)
    try await world.service.sweep()
    #expect(try await world.number(told) == 1)
    _ = try await world.register("a@one.example")
  }

  @Test("other accounts keep everything")
  func others() async throws {
    let scene = try await scene()
    let other = try await scene.world.register("b@two.example")
    let account = try #require(other.user?.accountID)
    let before = try await rows(of: account, scene.world)
    _ = try await erase(scene)
    scene.world.time.advance(by: .seconds(14 * 86_400))
    try await scene.world.service.sweep()
    var after = try await rows(of: account, scene.world)
    // Its tokens have ended meanwhile and were swept.
    for table in ["refresh_tokens", "sessions", "email_verifications"] {
      after[table] = before[table]
    }
    #expect(after == before)
  }

  @Test("the owner calls it off in time, staff by activating the account")
  func cancel() async throws {
    let scene = try await scene()
    let world = scene.world
    _ = try await erase(scene)
    let off = try await world.accounts.cancelErasure(.init(), scene.call)
    #expect((off.status, off.eraseAt) == ("active", nil))
    #expect(try await world.accounts.cancelErasure(.init(), scene.call) == off)
    _ = try await erase(scene)
    try await world.service.ensureStaff()
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    _ = try await world.accounts.activateAccount(.init(id: scene.account), staff)
    world.time.advance(by: .seconds(30 * 86_400))
    try await world.service.sweep()
    #expect(try await world.accounts.getErasure(.init(), scene.call).status == "active")
    let noted = "SELECT count(*) FROM audit_log WHERE action LIKE 'account.erasure%'"
    #expect(try await world.number(noted) == 3)
  }

  @Test("an account that was suspended before stays so when it is not erased after all")
  func suspended() async throws {
    let scene = try await scene()
    let world = scene.world
    try await world.service.ensureStaff()
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    _ = try await world.accounts.suspendAccount(.init(id: scene.account), staff)
    #expect(try await erase(scene).status == "suspended")
    let off = try await world.accounts.cancelErasure(.init(), scene.call)
    #expect((off.status, off.eraseAt) == ("suspended", nil))
  }

  @Test("without the right password, for another account or by an admin nothing happens")
  func refused() async throws {
    let scene = try await scene()
    let world = scene.world
    let wrong = try await refusal { try await erase(scene, "wrong-horse-7") }
    #expect(wrong?["password"] == ["Wrong password"])
    let none = try await refusal { try await erase(scene, "") }
    #expect(none?["password"] == ["This field is required"])
    let foreign = try await refusal {
      try await world.accounts.eraseAccount(
        .init(id: scene.account + 1, password: AuthWorld.password), scene.call)
    }
    #expect(foreign?.code == .notFound)
    let admin = try await refusal {
      try await world.accounts.eraseAccount(
        .init(password: AuthWorld.password),
        world.call(as: .admin, account: scene.account, user: scene.owner.user?.id))
    }
    #expect(admin?.code == .permissionDenied)
    try await world.service.ensureStaff()
    let staff = world.call(by: try await world.login("staff@igny8.example", "staff-password-1"))
    let platform = try await refusal {
      try await world.accounts.eraseAccount(.init(password: "staff-password-1"), staff)
    }
    #expect(platform?.details.reason == "platform_account")
    #expect(try await world.number("SELECT count(*) FROM accounts WHERE erase_at IS NOT NULL") == 0)
  }
}

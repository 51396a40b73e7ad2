import AuthContract
import AuthCore
import CommonContract
import Cryptography
import Kernel
import Mail
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("A second factor that was lost", .inTurn, .timeLimit(.minutes(10)))
struct TwoFactorResetTests {
  private struct Scene {
    let world: AuthWorld
    let owner: Auth.Session
    let staff: Auth.Session
    let id: Int64

    func reset(_ id: Int64? = nil, _ reason: String? = "Passport seen", _ call: OutgoingCall? = nil)
      async throws
    {
      _ = try await world.identity.resetTwoFactor(
        .init(id: id ?? self.id, reason: reason), call ?? world.call(by: staff))
    }

    func login(_ otp: String? = nil) async throws -> Auth.Session {
      try await world.auth.login(
        .init(email: "ada@lovelace.example", password: AuthWorld.password, otp: otp),
        world.anonymous)
    }
  }

  /// Somebody with a second factor, and staff.
  private func scene() async throws -> Scene {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    try await switchOn(world, world.call(by: owner), AuthWorld.password)
    try await world.service.ensureStaff()
    let staff = try await world.login("staff@igny8.example", "staff-password-1")
    return Scene(world: world, owner: owner, staff: staff, id: try #require(owner.user?.id))
  }

  private func switchOn(_ world: AuthWorld, _ call: OutgoingCall, _ password: String) async throws {
    let made = try await world.identity.setUpTwoFactor(.init(password: password), call)
    let key = try #require(Base32.decode(made.secret))
    let step = TimeCode.step(at: world.time.now())
    let code = TimeCode.code(
      mac: MessageAuthentication.hmacSHA1(key: key, TimeCode.message(step)))
    _ = try await world.identity.confirmTwoFactor(.init(code: code), call)
  }

  @Test("staff takes it away: sessions end, the password alone is enough, it is told and noted")
  func reset() async throws {
    let scene = try await scene()
    let world = scene.world
    #expect(try await refusal { try await scene.login() }?.details.reason == "two_factor_required")
    try await scene.reset()
    let ended = try await refusal { try await world.refresh(scene.owner.refresh) }
    #expect(ended?.code == .unauthenticated)
    let alive = "SELECT count(*) FROM sessions WHERE user_id = \(scene.id) AND revoked_at IS NULL"
    #expect(try await world.number(alive) == 0)
    #expect(try await world.number("SELECT count(*) FROM recovery_codes") == 0)
    _ = try await scene.login()
    let noted = """
      SELECT count(*) FROM audit_log WHERE action = 'user.two_factor_reset'
        AND account_id = \(scene.owner.user?.accountID ?? 0) AND object_id = \(scene.id)
        AND user_id = \(scene.staff.user?.id ?? 0) AND after = '{"reason": "Passport seen"}'
      """
    #expect(try await world.number(noted) == 1)
    try await world.deliver()
    let told = world.mailer.mails.filter { $0.to == "ada@lovelace.example" }
    #expect(told.map(\.subject).contains("Two-factor sign-in was switched off for you"))
    // It can be set up again, and there is nothing to be taken away until then.
    #expect(try await refusal { try await scene.reset() }?.details.reason == "two_factor_off")
    try await switchOn(world, world.call(by: scene.owner), AuthWorld.password)
    #expect(try await refusal { try await scene.login() }?.details.reason == "two_factor_required")
  }

  @Test("one that was set up and not confirmed goes as well")
  func unconfirmed() async throws {
    let scene = try await scene()
    let other = try await scene.world.register("b@two.example")
    _ = try await scene.world.identity.setUpTwoFactor(
      .init(password: AuthWorld.password), scene.world.call(by: other))
    try await scene.reset(other.user?.id)
    #expect(try await scene.world.number("SELECT count(*) FROM two_factor") == 1)
  }

  @Test("without a reason, of nobody, of oneself or by anybody but staff nothing happens")
  func refused() async throws {
    let scene = try await scene()
    let world = scene.world
    for reason in [nil, "", "  "] {
      let error = try await refusal { try await scene.reset(nil, reason) }
      #expect(error?["reason"] == ["This field is required"])
    }
    #expect(try await refusal { try await scene.reset(scene.id + 1_000) }?.code == .notFound)
    let staff = world.call(by: scene.staff)
    try await switchOn(world, staff, "staff-password-1")
    let own = try await refusal { try await scene.reset(scene.staff.user?.id) }
    #expect((own?.code, own?.details.reason) == (.permissionDenied, "own_account"))
    for role in [Role.owner, .admin, .editor, .viewer, .systemBot] {
      let call = world.call(as: role, account: scene.owner.user?.accountID, user: scene.id + 1)
      let error = try await refusal { try await scene.reset(nil, "Please", call) }
      #expect(error?.code == .permissionDenied)
    }
    #expect(try await world.number("SELECT count(*) FROM two_factor") == 2)
    #expect(try await world.audited("user.two_factor_reset") == 0)
  }

  @Test("of many at once one takes it away and tells")
  func race() async throws {
    let scene = try await scene()
    let outcomes = try await together(6) { _ in (try? await scene.reset()) != nil }
    #expect(outcomes.count { $0 } == 1)
    #expect(try await scene.world.audited("user.two_factor_reset") == 1)
  }
}

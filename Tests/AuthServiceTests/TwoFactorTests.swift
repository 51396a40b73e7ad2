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

@Suite("Signing in with a second factor", .inTurn, .timeLimit(.minutes(10)))
struct TwoFactorTests {
  private let email = "ada@lovelace.example"

  /// What an authenticator shows now, or so many steps from now.
  private func code(_ world: AuthWorld, _ secret: String, _ steps: Int64 = 0) throws -> String {
    let key = try #require(Base32.decode(secret))
    let step = TimeCode.step(at: world.time.now()) + steps
    return TimeCode.code(
      mac: MessageAuthentication.hmacSHA1(key: key, TimeCode.message(step)))
  }

  private func login(
    _ world: AuthWorld, _ otp: String?, password: String = AuthWorld.password
  ) async throws -> Auth.Session {
    try await world.auth.login(
      .init(email: email, password: password, otp: otp), world.anonymous)
  }

  /// Switches it on; gives the secret, the recovery codes and a call of the user.
  private func enable(
    _ world: AuthWorld
  ) async throws -> (secret: String, codes: [String], call: OutgoingCall) {
    let call = world.call(by: try await world.register())
    let made = try await world.identity.setUpTwoFactor(.init(password: AuthWorld.password), call)
    let done = try await world.identity.confirmTwoFactor(
      .init(code: try code(world, made.secret)), call)
    return (made.secret, done.recoveryCodes, call)
  }

  @Test("until it is confirmed nothing changes; from then on a code is asked for")
  func enable() async throws {
    let world = try await AuthWorld.make()
    let call = world.call(by: try await world.register())
    let wrong = try await refusal {
      try await world.identity.setUpTwoFactor(.init(password: "not-mine-1"), call)
    }
    #expect(wrong?["password"] == ["Current password is incorrect"])
    let made = try await world.identity.setUpTwoFactor(.init(password: AuthWorld.password), call)
    #expect(made.otpauthURL.hasPrefix("otpauth://totp/igny8:ada%40lovelace.example?secret="))
    _ = try await login(world, nil)
    let bad = try await refusal {
      try await world.identity.confirmTwoFactor(.init(code: "000000"), call)
    }
    #expect(bad?["code"] == ["Invalid two-factor code"])
    let done = try await world.identity.confirmTwoFactor(
      .init(code: try code(world, made.secret)), call)
    #expect(Set(done.recoveryCodes).count == 10)
    let asked = try await refusal { try await login(world, nil) }
    #expect((asked?.code, asked?.details.reason) == (.unauthenticated, "two_factor_required"))
    #expect(asked?["otp"] == ["This field is required"])
    world.time.advance(by: .seconds(30))
    #expect(try await !login(world, code(world, made.secret)).access.isEmpty)
    let state = try await world.identity.getTwoFactor(Common.Empty(), call)
    #expect((state.isEnabled, state.recoveryCodesLeft) == (true, 10))
    let again = try await refusal {
      try await world.identity.setUpTwoFactor(.init(password: AuthWorld.password), call)
    }
    #expect(again?.details.reason == "two_factor_on")
  }

  @Test("a code counts once, at its time, and whoever replays it at once gets in once")
  func replay() async throws {
    let world = try await AuthWorld.make()
    let (secret, _, _) = try await enable(world)
    let confirmed = try code(world, secret)
    #expect(
      try await refusal { try await login(world, confirmed) }?.details.reason
        == "two_factor_invalid")
    world.time.advance(by: .seconds(60))
    let fresh = try code(world, secret)
    let got = try await together(4) { _ in (try? await login(world, fresh)) != nil }
    #expect(got.count { $0 } == 1)
    #expect(try await refusal { try await login(world, code(world, secret, -1)) } != nil)
    world.time.advance(by: .seconds(3_600))
    for wrong in [try code(world, secret, -2), try code(world, secret, 2), "12345"] {
      #expect(
        try await refusal { try await login(world, wrong) }?.details.reason
          == "two_factor_invalid")
    }
    _ = try await login(world, try code(world, secret, 1))
  }

  @Test("each recovery code opens the door once, and new ones make the old worthless")
  func recovery() async throws {
    let world = try await AuthWorld.make()
    let (secret, codes, call) = try await enable(world)
    _ = try await login(world, codes[0].uppercased())
    #expect(
      try await refusal { try await login(world, codes[0]) }?.details.reason
        == "two_factor_invalid")
    let state = try await world.identity.getTwoFactor(Common.Empty(), call)
    #expect(state.recoveryCodesLeft == 9)
    world.time.advance(by: .seconds(30))
    let renewed = try await world.identity.renewRecoveryCodes(
      .init(password: AuthWorld.password, code: try code(world, secret)), call)
    #expect(try await refusal { try await login(world, codes[1]) } != nil)
    _ = try await login(world, renewed.recoveryCodes[9])
  }

  @Test("secret and recovery codes are in no table as they are")
  func atRest() async throws {
    let world = try await AuthWorld.make()
    let (secret, codes, _) = try await enable(world)
    let stored = Statement("test.secret", "SELECT secret FROM two_factor")
    let sealed = try await world.database.run(stored, in: .allAccounts).one().text(0)
    #expect(sealed.hasPrefix("v1.k1."))
    #expect(!sealed.contains(secret))
    let plain = codes[0].replacing("-", with: "").uppercased()
    let found = "SELECT count(*) FROM recovery_codes WHERE encode(hash, 'escape') = '\(plain)'"
    #expect(try await world.number(found) == 0)
  }

  @Test("wrong codes lock the door like wrong passwords, and a right password forgives none")
  func lockout() async throws {
    let world = try await AuthWorld.make()
    let (secret, _, _) = try await enable(world)
    world.time.advance(by: .seconds(60))
    for _ in 1...5 {
      _ = try await refusal { try await login(world, nil) }
      _ = try await refusal { try await login(world, "000000") }
    }
    let right = try code(world, secret)
    #expect(try await refusal { try await login(world, right) }?.details.reason == "locked_out")
    world.time.advance(by: .seconds(3))
    _ = try await login(world, try code(world, secret))
  }

  @Test("without the password no code tells anything, and no code is used up")
  func wrongPassword() async throws {
    let world = try await AuthWorld.make()
    let (secret, _, _) = try await enable(world)
    world.time.advance(by: .seconds(60))
    let right = try code(world, secret)
    for otp in [nil, "000000", right] {
      let error = try await refusal { try await login(world, otp, password: "not-mine-1") }
      #expect(error?.message == "Invalid credentials")
    }
    _ = try await login(world, right)
  }

  @Test("switching it off takes the password and a code; the user is told of both")
  func disable() async throws {
    let world = try await AuthWorld.make()
    let (secret, codes, call) = try await enable(world)
    world.time.advance(by: .seconds(60))
    for (password, otp) in [
      (AuthWorld.password, "000000"), (AuthWorld.password, nil),
      ("not-mine-1", try code(world, secret)),
    ] {
      let error = try await refusal {
        try await world.identity.disableTwoFactor(.init(password: password, code: otp), call)
      }
      #expect(error?.code == .invalidArgument)
    }
    _ = try await world.identity.disableTwoFactor(
      .init(password: AuthWorld.password, code: codes[3]), call)
    _ = try await login(world, nil)
    let off = try await refusal {
      try await world.identity.disableTwoFactor(
        .init(password: AuthWorld.password, code: codes[4]), call)
    }
    #expect(off?.details.reason == "two_factor_off")
    for action in ["user.two_factor_enabled", "user.two_factor_disabled"] {
      #expect(try await world.audited(action) == 1)
    }
    try await world.deliver()
    #expect(world.mailer.mails.count { $0.subject.hasPrefix("Two-factor sign-in") } == 2)
  }

  @Test("another password by mail does not go around it")
  func reset() async throws {
    let world = try await AuthWorld.make()
    let (secret, _, _) = try await enable(world)
    _ = try await world.identity.requestPasswordReset(.init(email: email), world.anonymous)
    try await world.deliver()
    _ = try await world.identity.confirmPasswordReset(
      .init(token: try world.mailedToken(), newPassword: "battery-staple-9"), world.anonymous)
    let asked = try await refusal { try await login(world, nil, password: "battery-staple-9") }
    #expect(asked?.details.reason == "two_factor_required")
    world.time.advance(by: .seconds(60))
    _ = try await login(world, try code(world, secret), password: "battery-staple-9")
  }
}

import AuthContract
import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Another password, by the old one", .inTurn, .timeLimit(.minutes(10)))
struct PasswordChangeTests {
  static let next = "battery-staple-9"

  private func change(
    _ world: AuthWorld, _ session: Auth.Session, from old: String? = AuthWorld.password,
    to new: String? = next, again: String? = nil
  ) async throws -> Auth.Tokens {
    try await world.identity.changePassword(
      .init(oldPassword: old, newPassword: new, newPasswordConfirm: again),
      world.call(by: session))
  }

  @Test("every session ends but the new one, the user is told, and it is written down")
  func change() async throws {
    let world = try await AuthWorld.make()
    let (first, second) = (try await world.register(), try await world.login())
    let fresh = try await change(world, first)
    for old in [first.refresh, second.refresh] {
      #expect(try await refusal { try await world.refresh(old) }?.code == .unauthenticated)
    }
    _ = try await world.refresh(fresh.refresh)
    #expect(try await refusal { try await world.login() }?.message == "Invalid credentials")
    _ = try await world.login("ada@lovelace.example", Self.next)
    #expect(try await world.audited("user.password_changed") == 1)
    try await world.deliver()
    #expect(world.count(mails: "Your password was changed") == 1)
  }

  @Test(
    "what is wrong is said of its field, and nothing changes",
    arguments: [
      (nil, next, nil, "old_password", "This field is required"),
      (AuthWorld.password, nil, nil, "new_password", "This field is required"),
      ("not-the-password", next, nil, "old_password", "Current password is incorrect"),
      (
        AuthWorld.password, "short7!", nil, "new_password", "Password must be at least 8 characters"
      ),
      (
        AuthWorld.password, "lovelace1", nil, "new_password", "Password is too similar to the email"
      ),
      (AuthWorld.password, next, "another-9", "new_password_confirm", "Passwords do not match"),
      (
        AuthWorld.password, AuthWorld.password, nil, "new_password",
        "The new password must differ from the old one"
      ),
    ] as [(String?, String?, String?, String, String)])
  func wrong(
    old: String?, new: String?, again: String?, field: String, message: String
  ) async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    let error = try await refusal {
      try await change(world, session, from: old, to: new, again: again)
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?[field] == [message])
    _ = try await world.login()
    _ = try await world.refresh(session.refresh)
  }

  @Test("guessing the old password is slowed down like guessing at the door")
  func lockout() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    for _ in 1...5 {
      _ = try await refusal { try await change(world, session, from: "wrong") }
    }
    let locked = try await refusal { try await change(world, session) }
    #expect(locked?.details.reason == "locked_out")
    #expect(try await refusal { try await world.login() }?.details.reason == "locked_out")
    #expect(try await world.audited("user.password_change_refused") == 5)
    world.time.advance(by: .seconds(3))
    _ = try await change(world, session)
  }

  @Test("signing out everywhere ends every session of that user and of nobody else")
  func everywhere() async throws {
    let world = try await AuthWorld.make()
    let (first, second) = (try await world.register(), try await world.login())
    let other = try await world.register("bob@other.example")
    _ = try await world.identity.logoutEverywhere(Common.Empty(), world.call(by: first))
    for token in [first.refresh, second.refresh] {
      #expect(try await refusal { try await world.refresh(token) }?.code == .unauthenticated)
    }
    _ = try await world.refresh(other.refresh)
    #expect(try await world.audited("user.signed_out_everywhere") == 1)
  }
}

@Suite("Another password, by mail", .inTurn, .timeLimit(.minutes(10)))
struct PasswordResetTests {
  private let next = "battery-staple-9"

  private func wish(_ world: AuthWorld, _ email: String = "ada@lovelace.example") async throws {
    _ = try await world.identity.requestPasswordReset(.init(email: email), world.anonymous)
  }

  private func confirm(
    _ world: AuthWorld, _ token: String?, _ password: String? = nil
  ) async throws {
    _ = try await world.identity.confirmPasswordReset(
      .init(token: token, newPassword: password ?? next), world.anonymous)
  }

  @Test("the mailed token sets a password once, ends every session and unlocks the door")
  func reset() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    for _ in 1...5 {
      _ = try await refusal { try await world.login("ada@lovelace.example", "wrong") }
    }
    try await wish(world, "ADA@Lovelace.example ")
    try await world.deliver()
    let token = try world.mailedToken()
    try await confirm(world, token)
    let again = try await refusal { try await confirm(world, token, "another-word-5") }
    #expect(again?["token"] == ["Invalid or expired token"])
    #expect(
      try await refusal { try await world.refresh(session.refresh) }?.code == .unauthenticated)
    let user = try await world.login("ada@lovelace.example", next).user
    #expect(user?.emailVerified == true)
    #expect(try await world.audited("user.password_reset_requested") == 1)
    #expect(try await world.audited("user.password_reset") == 1)
    try await world.deliver()
    #expect(world.count(mails: "Your password was changed") == 1)
  }

  @Test("neither the token nor the mail's text is in any table")
  func atRest() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    try await wish(world)
    try await world.deliver()
    let token = try world.mailedToken()
    let found = """
      SELECT (SELECT count(*) FROM outbox WHERE payload::text LIKE '%\(token)%'
          OR payload::text LIKE '%lovelace%')
        + (SELECT count(*) FROM password_reset_tokens WHERE encode(hash, 'escape') = '\(token)')
      """
    #expect(try await world.number(found) == 0)
  }

  @Test("known and unknown emails get the same answer for the same work")
  func unknown() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    try await world.deliver()
    let waiting = "SELECT count(*) FROM outbox WHERE kind = 'auth.password_reset'"
    for (number, email) in ["ada@lovelace.example", "eve@nobody.example"].enumerated() {
      try await wish(world, email)
      #expect(try await world.number(waiting) == Int64(number + 1))
    }
    #expect(try await world.number("SELECT count(*) FROM password_reset_tokens") == 0)
    try await world.deliver()
    #expect(world.count(mails: "Set a new password") == 1)
    #expect(try await world.number("SELECT count(*) FROM password_reset_tokens") == 1)
    let malformed = try await refusal { try await wish(world, "nobody") }
    #expect(malformed?["email"] == ["Invalid email format"])
  }

  @Test("a disabled user gets no mail, and nobody more than five in an hour")
  func limits() async throws {
    let world = try await AuthWorld.make()
    let owner = try await world.register()
    let other = try await world.tenancy.createUser(
      .init(email: "ed@one.example", role: "editor", password: AuthWorld.password),
      world.call(by: owner))
    _ = try await world.tenancy.updateUser(
      .init(id: other.id, isActive: false), world.call(by: owner))
    try await wish(world, "ed@one.example")
    for _ in 1...7 { try await wish(world) }
    try await world.deliver()
    #expect(world.count(mails: "Set a new password") == 5)
    world.time.advance(by: .seconds(3_601))
    try await wish(world)
    try await world.deliver()
    #expect(world.count(mails: "Set a new password") == 6)
  }

  @Test("after an hour, after a change of password and for another password rule it is refused")
  func refused() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    try await wish(world)
    try await world.deliver()
    let old = try world.mailedToken()
    let weak = try await refusal { try await confirm(world, old, "lovelace1") }
    #expect(weak?["new_password"] == ["Password is too similar to the email"])
    world.time.advance(by: .seconds(3_600))
    #expect(try await refusal { try await confirm(world, old) }?["token"].isEmpty == false)
    try await wish(world)
    try await world.deliver()
    let voided = try world.mailedToken()
    _ = try await world.identity.changePassword(
      .init(oldPassword: AuthWorld.password, newPassword: "yet-another-4"),
      world.call(by: session))
    for token in [voided, "", "AAAA", String(repeating: "x", count: 43), "' OR 1=1 --"] {
      #expect(try await refusal { try await confirm(world, token) }?["token"].isEmpty == false)
    }
    _ = try await world.login("ada@lovelace.example", "yet-another-4")
  }

  @Test("of ten who bring the same token at once one sets the password")
  func race() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    try await wish(world)
    try await world.deliver()
    let token = try world.mailedToken()
    let set = await withTaskGroup(of: String?.self) { group in
      for number in 0..<10 {
        group.addTask {
          let password = "battery-staple-\(number)"
          let done: Void? = try? await confirm(world, token, password)
          return done.map { password }
        }
      }
      return await group.reduce(into: [String]()) { if let password = $1 { $0.append(password) } }
    }
    #expect(set.count == 1)
    _ = try await world.login("ada@lovelace.example", try #require(set.first))
  }
}

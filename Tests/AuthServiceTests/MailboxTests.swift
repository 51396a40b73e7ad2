import AuthContract
import CommonContract
import Kernel
import Mail
import Postgres
import RPC
import Settings
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Verifying an email", .inTurn, .timeLimit(.minutes(10)))
struct VerificationTests {
  private func verify(_ world: AuthWorld, _ token: String) async throws {
    _ = try await world.identity.verifyEmail(.init(token: token), world.anonymous)
  }

  @Test("signing up mails a token, which verifies the email once")
  func verify() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    #expect(session.user?.emailVerified == false)
    try await world.deliver()
    let token = try world.mailedToken()
    try await verify(world, token)
    let again = try await refusal { try await verify(world, token) }
    #expect(again?["token"] == ["Invalid or expired token"])
    let me = try await world.auth.getMe(Common.Empty(), world.call(by: session))
    #expect(me.emailVerified)
    #expect(try await world.audited("user.email_verified") == 1)
    let more = try await refusal {
      try await world.identity.resendVerification(Common.Empty(), world.call(by: session))
    }
    #expect(more?.details.reason == "verified")
  }

  @Test("another mail may be asked for; a token ends after three days")
  func resend() async throws {
    let world = try await AuthWorld.make()
    let session = try await world.register()
    try await world.deliver()
    let first = try world.mailedToken()
    world.time.advance(by: .seconds(3 * 86_400))
    #expect(try await refusal { try await verify(world, first) }?.code == .invalidArgument)
    _ = try await world.identity.resendVerification(Common.Empty(), world.call(by: session))
    try await world.deliver()
    let second = try world.mailedToken()
    #expect(first != second)
    try await verify(world, second)
  }
}

@Suite("Mails on their way", .inTurn, .timeLimit(.minutes(10)))
struct PostboxTests {
  @Test("a mail whose sending failed is the same mail at the next try")
  func again() async throws {
    let world = try await AuthWorld.make()
    world.mailer.state.withLock {
      $0.failures = [(.unavailable("away"), false), (.unavailable("cut off"), true)]
    }
    _ = try await world.register()
    try await world.deliver()
    #expect(world.mailer.mails.count == 2)
    #expect(Set(world.mailer.mails.map(\.messageID)).count == 1)
    #expect(world.mailer.mails.first == world.mailer.mails.last)
  }

  @Test("a mail that the server refuses is parked, with no word of what it says")
  func refused() async throws {
    let world = try await AuthWorld.make()
    world.mailer.state.withLock { $0.failures = [(.refused("no such mailbox (550)"), false)] }
    _ = try await world.register()
    try await world.deliver()
    let parked = """
      SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL AND error LIKE '%no such mailbox%'
        AND error NOT LIKE '%lovelace%'
      """
    #expect(try await world.number(parked) == 1)
    #expect(world.mailer.mails.isEmpty)
  }

  @Test("a mail that comes too late is not sent")
  func late() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    world.time.advance(by: .seconds(3 * 86_400))
    try await world.deliver()
    #expect(world.mailer.mails.isEmpty)
  }

  @Test("a wish that is heard twice leads to one token and one mail")
  func once() async throws {
    let world = try await AuthWorld.make()
    _ = try await world.register()
    try await world.deliver()
    _ = try await world.identity.requestPasswordReset(
      .init(email: "ada@lovelace.example"), world.anonymous)
    try await world.deliver()
    // As after a kill between the wish's transaction and the mark that it is done.
    try await world.test.administer(
      """
      UPDATE auth.outbox SET done_at = NULL, next_at = '-infinity'
      WHERE kind = 'auth.password_reset'
      """)
    try await world.deliver()
    #expect(world.count(mails: "Set a new password") == 1)
    #expect(try await world.number("SELECT count(*) FROM password_reset_tokens") == 1)
  }

  @Test("the settings choose a server before a folder, and neither means waiting")
  func settings() throws {
    func mailer(_ more: [String: String]) throws -> (any Mailer)? {
      let keys = ["IGNY8_SECRETS_KEYS": "k1:" + String(repeating: "07", count: 32)]
      return try SettingsReader.read(
        AuthSettings.self, from: keys.merging(more) { first, _ in first }
      ).mailer
    }
    #expect(try mailer([:]) == nil)
    #expect(try mailer(["IGNY8_MAIL_FOLDER": "/tmp/mail"]) is MailFolder)
    let server = [
      "IGNY8_SMTP_URL": "smtp://user:word@mail.example", "IGNY8_MAIL_FOLDER": "/tmp/mail",
      "IGNY8_MAIL_FROM": "IGNY8 <no-reply@igny8.example>",
    ]
    #expect(try mailer(server) is SMTPMailer)
    for wrong in [
      ["IGNY8_SMTP_URL": "http://mail.example", "IGNY8_MAIL_FROM": "a@b.example"],
      ["IGNY8_SMTP_URL": "smtp://mail.example"], ["IGNY8_MAIL_FROM": "nobody"],
    ] {
      #expect(throws: SettingsError.self) { try mailer(wrong) }
    }
  }
}

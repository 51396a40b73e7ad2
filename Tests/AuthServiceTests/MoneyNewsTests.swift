import AuthContract
import AuthCore
import Events
import Kernel
import Mail
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import AuthService

@Suite("Mails about money", .inTurn, .timeLimit(.minutes(10)))
struct MoneyNewsTests {
  private struct Scene {
    let world: AuthWorld
    let owner: Auth.Session

    static func make() async throws -> Scene {
      let world = try await AuthWorld.make()
      return Scene(world: world, owner: try await world.register())
    }

    var call: OutgoingCall { world.call(by: owner) }

    /// What owners are mailed because of an event.
    func mails(_ kind: String, _ payload: String) async throws -> [MailMessage] {
      try await world.deliver()
      let before = world.mailer.mails.count
      let event = Event(
        id: "billing/1", kind: kind, account: AccountID(owner.user?.accountID ?? 0),
        payload: payload, createdAt: world.time.now())
      let handler = try #require(world.service.eventHandlers[kind])
      try await world.database.transaction(in: .account(event.account)) {
        try await handler(event, $0)
      }
      try await world.deliver()
      return Array(world.mailer.mails.dropFirst(before))
    }

    func lowCredits() async throws -> Int {
      try await mails("credits.low", #"{"cause":"crossed","percent":20,"available":190}"#).count
    }
  }

  @Test(
    "owners are told what matters",
    arguments: [
      (
        "credits.low", #"{"cause":"crossed","percent":5,"balance":50,"available":49}"#,
        "Less than 5 % of your credits are left", "49 credits are left"
      ),
      (
        "credits.low", #"{"cause":"refused","required":7,"balance":5,"available":4}"#,
        "Your credits did not suffice", "takes 7 credits was not done: 4 are left"
      ),
      (
        "payment.changed",
        #"""
        {"status":"failed","user_id":null,"amount":"29.00","currency":"USD",
          "reason":"Your card was declined."}
        """#,
        "A payment failed", "charged with 29.00 USD: Your card was declined."
      ),
      (
        "renewal.unpaid", #"{"number":"2026-000042","amount":"29.00","currency":"EUR"}"#,
        "Invoice 2026-000042 waits to be paid", "over 29.00 EUR"
      ),
      ("subscription.changed", #"{"what":"ended"}"#, "Your plan has ended", "the free one"),
    ])
  func told(kind: String, payload: String, subject: String, words: String) async throws {
    let mail = try #require(try await Scene.make().mails(kind, payload).first)
    #expect(mail.to == "ada@lovelace.example")
    #expect(mail.subject == subject)
    #expect(mail.text.contains(words))
  }

  @Test(
    "what somebody does in person, and what goes well, is no news",
    arguments: [
      ("payment.changed", #"{"status":"failed","user_id":5,"amount":"1.00","currency":"USD"}"#),
      ("payment.changed", #"{"status":"succeeded","amount":"1.00","currency":"USD"}"#),
      ("subscription.changed", #"{"what":"changed"}"#), ("credits.low", "{}"),
    ])
  func noNews(kind: String, payload: String) async throws {
    #expect(try await Scene.make().mails(kind, payload).isEmpty)
  }

  @Test("an account, and each owner, may switch them off; others of the account get none")
  func silence() async throws {
    let scene = try await Scene.make()
    let world = scene.world
    let settings = world.settingsOf
    for (number, role) in ["admin", "editor", "owner"].enumerated() {
      _ = try await world.database.run(
        UserQueries.insert,
        [
          .id(AccountID(scene.owner.user?.accountID ?? 0)), .text("p\(number)@lovelace.example"),
          .text("p\(number)"), .text(""), .text(""), .text("!"), .text(role),
          .instant(world.time.now()),
        ], in: .allAccounts)
    }
    #expect(try await scene.lowCredits() == 2)
    _ = try await settings.setUserSetting(
      .init(key: "email_notifications", value: "false"), scene.call)
    #expect(try await scene.lowCredits() == 1)
    _ = try await settings.setAccountSetting(
      .init(key: "low_credit_notices", value: "false"), scene.call)
    #expect(try await scene.lowCredits() == 0)
    let renewal = #"{"number":"2026-000042","amount":"29.00","currency":"EUR"}"#
    #expect(try await scene.mails("renewal.unpaid", renewal).count == 1)
    _ = try await world.database.run(
      Statement("test.disable", "UPDATE users SET is_active = false"), in: .allAccounts)
    #expect(try await scene.mails("renewal.unpaid", renewal).isEmpty)
  }
}

import BillingContract
import Events
import Kernel
import Postgres
import RPC
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import BillingService

extension BillingWorld {
  /// Delivers news of the account's standing as the stream does.
  func hear(_ kind: String, number: Int64, account: Int64 = 1) async throws {
    let standing = AccountStanding(ledgers: service.ledgers)
    let handler = try #require(standing.handlers[kind])
    let event = Event(
      id: "auth/\(number)", kind: kind, account: AccountID(account),
      payload: #"{"account_id":\#(account)}"#, createdAt: time.now())
    try await database.transaction(in: .account(AccountID(account))) {
      try await handler(event, $0)
    }
  }
}

@Suite("What auth tells of accounts", .inTurn, .timeLimit(.minutes(10)))
struct StandingTests {
  private let may = Instant(CivilDate(year: 2026, month: 5, day: 17))

  @Test("a suspended account is charged for no month until it is active again")
  func suspended() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    try await world.hear("account.suspended", number: 4)
    #expect(try await world.subscription().status == "paused")
    world.time.advance(by: may - world.time.now())
    #expect(try await world.service.sweeper.sweep() == 1)
    #expect(try await world.service.sweeper.sweep() == 0)
    #expect(try await world.balance().credits == 0)
    #expect(try await world.statuses() == ["paid"])
    let error = try await refusal { try await world.change(to: "growth") }
    #expect(error?.details.reason == "suspended")
    try await world.hear("account.activated", number: 9)
    let subscription = try await world.subscription()
    #expect(subscription.status == "active")
    #expect(subscription.currentPeriodEnd == Instant(CivilDate(year: 2026, month: 6, day: 1)))
    #expect(try await world.balance().credits == 1_000)
    #expect(try await world.statuses() == ["paid", "sent"])
    #expect(try await world.verify().ok)
    let told = try await world.subscriptions().listSubscriptionHistory(
      .init(id: subscription.id), world.call(as: .admin))
    #expect(told.results.prefix(2).map(\.what) == ["unpaused", "paused"])
  }

  @Test("a free plan's credits wait as well")
  func free() async throws {
    let world = try await BillingWorld.make()
    _ = try await world.client().openAccount(.init(accountID: 1), world.call(nil))
    try await world.hear("account.suspended", number: 4)
    world.time.advance(by: may - world.time.now())
    #expect(try await world.balance().credits == 0)
    try await world.hear("account.activated", number: 5)
    #expect(try await world.balance().credits == 100)
    #expect(try await world.statuses() == [])
  }

  @Test("an account that is suspended before it is open is paused once it is")
  func early() async throws {
    let world = try await BillingWorld.make()
    func suspend() async throws { try await world.hear("account.suspended", number: 6) }
    #expect(try await refusal { try await suspend() }?.code == .unavailable)
    _ = try await world.client().openAccount(.init(accountID: 1), world.call(nil))
    #expect(try await world.subscription().status == "active")
    try await suspend()
    #expect(try await world.subscription().status == "paused")
  }

  @Test("news that come twice or in the wrong order count once, the newest last")
  func order() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    try await world.hear("account.activated", number: 7)
    try await world.hear("account.suspended", number: 6)
    #expect(try await world.subscription().status == "active")
    try await world.hear("account.suspended", number: 8)
    try await world.hear("account.activated", number: 7)
    try await world.hear("account.suspended", number: 8)
    #expect(try await world.subscription().status == "paused")
    let told = "SELECT count(*) FROM subscription_history WHERE what IN ('paused', 'unpaused')"
    #expect(try await world.number(told) == 1)
    let events = """
      SELECT count(*) FROM outbox WHERE kind = 'subscription.changed'
        AND payload ->> 'what' = 'paused'
      """
    #expect(try await world.number(events) == 1)
  }
}

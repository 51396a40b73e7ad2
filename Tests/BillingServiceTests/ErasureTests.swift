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

@Suite("Erasing an account", .inTurn, .timeLimit(.minutes(10)))
struct ErasureTests {
  @Test("the books stay and hold together, names of people go")
  func books() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    try await world.open(2, credits: 100)
    let hold = try await world.client().authorize(
      Billing.AuthorizeRequest(
        operation: "linking", amount: 1, key: "a", reference: "job/a", siteID: 1), world.call())
    try await world.capture(hold)
    let profile = """
      INSERT INTO billing_profiles (account_id, name, address, country, tax_id, email, updated_at)
      SELECT a, 'Ada', '1 Way', 'DE', '', 'ada@one.example', now() FROM unnest(ARRAY[1, 2]) a
      """
    _ = try await world.database.run(Statement("test.profile", profile), in: .allAccounts)
    let failures = try await StatementCheck.failures(of: DepartureQueries.all, on: world.database)
    #expect(failures == [])
    let handler = try #require(AccountDeparture.handlers["account.erased"])
    let event = Event(
      id: "auth/1", kind: "account.erased", account: AccountID(1), payload: "{}",
      createdAt: march)
    try await world.database.transaction(in: .account(AccountID(1))) { transaction in
      try await handler(event, transaction)
      try await handler(event, transaction)
    }
    #expect(try await world.number("SELECT min(account_id) FROM billing_profiles") == 2)
    let named = """
      SELECT count(*) FROM credit_usage_logs u JOIN credit_holds h USING (account_id)
      WHERE account_id = 1 AND (u.user_id IS NOT NULL OR h.user_id IS NOT NULL)
      """
    #expect(try await world.number(named) == 0)
    let active = "SELECT count(*) FROM subscriptions WHERE account_id = 1 AND status = 'active'"
    #expect(try await world.number(active) == 0)
    #expect(try await world.balance().credits == 92)
    #expect(try await world.verify().faults.isEmpty)
  }
}

import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("The billing schema", .inTurn, .timeLimit(.minutes(10)))
struct SchemaTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    let world = try await BillingWorld.make()
    let failures = try await StatementCheck.failures(
      of: BillingQueries.all, on: world.database)
    #expect(failures == [])
    #expect(BillingQueries.all.count > 40)
  }

  @Test("every statement reads by an index, but for lists of offers and sweeps over all accounts")
  func plans() async throws {
    let world = try await BillingWorld.make()
    let whole = try await StatementCheck.wholeReads(
      of: BillingQueries.all, in: .account(AccountID(1)), on: world.database)
    let expected: [String: Set<String>] = [
      "billing.plan.list": ["plans"], "billing.plan.list_all": ["plans"],
      "billing.package.list": ["credit_packages"],
      "billing.price.list": ["credit_cost_configs"],
      "billing.price.list_all": ["credit_cost_configs"],
      "billing.tax.list": ["tax_rates"],
      "billing.method_config.list": ["payment_method_configs"],
      // Along an index that holds nothing but what is due.
      "billing.top_up.due": ["top_ups_due"],
      // Along an index that holds nothing but what is due.
      "billing.ledger.next_due": ["subscriptions"],
      // Along an index that holds nothing but what waits for staff.
      "billing.stats.totals": ["subscriptions", "payments"],
    ]
    #expect(whole == expected)
  }

  @Test("a new installation has the price list and the four plans")
  func seed() async throws {
    let world = try await BillingWorld.make()
    let rows = try await world.database.run(
      LedgerQueries.prices, [.texts(PriceList.seed.all.map(\.operation))], in: .none)
    #expect(PriceList(try rows.map(Price.init(row:))) == PriceList.seed)
    let plans = try await world.number("SELECT count(*) FROM plans WHERE is_active")
    #expect(plans == 4)
  }

  @Test(
    "a tenant's rows are out of reach in the scope of another",
    arguments: [
      "credit_accounts", "credit_lots", "credit_holds", "credit_transactions",
      "credit_usage_logs", "subscriptions", "outbox",
    ])
  func tenancy(table: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 10)
    try await world.capture(try await world.authorize(3, key: "a"))
    let count = Statement("test.count", "SELECT count(*) FROM \(table)")
    func rows(_ scope: Scope) async throws -> Int64 {
      try await world.database.run(count, in: scope).one().int(0)
    }
    #expect(try await rows(.account(AccountID(1))) > 0)
    #expect(try await rows(.account(AccountID(2))) == 0)
    #expect(try await rows(.none) == 0)
  }

  @Test(
    "an entry can be neither changed nor deleted",
    arguments: [
      "UPDATE credit_transactions SET amount = 1000000", "DELETE FROM credit_transactions",
      "TRUNCATE credit_transactions",
    ])
  func appendOnly(sql: String) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    await #expect(throws: PostgresError.self) {
      try await world.database.run(Statement("test.change", sql), in: .allAccounts)
    }
    #expect(try await world.balance().credits == 10)
  }

  @Test("a ledger that does not add up is never stored")
  func unbalanced() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    try await world.administer("UPDATE credit_lots SET free = 9")
    let error = try await refusal { try await world.authorize(1, key: "a") }
    #expect(error?.details.reason == "unbalanced")
    #expect(try await world.number("SELECT count(*) FROM credit_holds") == 0)
  }
}

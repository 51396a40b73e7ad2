import Events
import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import PlannerService

@Suite("Erasing an account", .inTurn, .timeLimit(.minutes(10)))
struct ErasureTests {
  @Test("every table that holds something of an account is emptied of it, in an order that works")
  func tables() async throws {
    let world = try await TestDatabase.make(
      schema: PlannerMigrations.schema, migrations: PlannerMigrations.all)
    let statements = AccountErasure.statements(AccountDeparture.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.database) == [])
    let found = try await world.database.run(
      Statement(
        "test.tables",
        """
        SELECT c.table_name::text FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = current_schema() AND c.column_name = 'account_id'
          AND t.table_type = 'BASE TABLE'
        """), in: .none)
    // Messages and what was heard go by themselves once they are old.
    let kept: Set = ["outbox", "consumed_events", "idempotency_keys"]
    let tables = Set(try found.map { try $0.text(0) }).subtracting(kept)
    #expect(tables == Set(AccountDeparture.tables))
  }

  @Test("every row of the account goes, every row of another one stays")
  func rows() async throws {
    let world = try await TestDatabase.make(
      schema: PlannerMigrations.schema, migrations: PlannerMigrations.all)
    let rows = TenantRows(world.database, ignoring: ["outbox", "consumed_events"])
    for account: Int64 in [1, 2] { try await rows.seed(account) }
    let theirs = try await rows.counts(of: 2)
    #expect(Set(theirs.keys) == Set(AccountDeparture.tables + ["idempotency_keys"]))
    #expect(try await rows.counts(of: 1) == theirs)
    let handler = try #require(AccountDeparture.handlers["account.erased"])
    let event = Event(
      id: "auth/1", kind: "account.erased", account: AccountID(1), payload: "{}",
      createdAt: Instant(microseconds: 0))
    try await world.database.transaction(in: .account(AccountID(1))) {
      try await handler(event, $0)
    }
    #expect(try await rows.counts(of: 1) == [:])
    #expect(try await rows.counts(of: 2) == theirs)
  }
}

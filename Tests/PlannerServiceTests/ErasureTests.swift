import Events
import Kernel
import Postgres
import TestKit
import Testing

@testable import PlannerService

@Suite("Erasing an account", .timeLimit(.minutes(1)))
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
    let handler = try #require(AccountDeparture.handlers["account.erased"])
    let event = Event(
      id: "auth/1", kind: "account.erased", account: AccountID(1), payload: "{}",
      createdAt: Instant(microseconds: 0))
    try await world.database.transaction(in: .account(AccountID(1))) {
      try await handler(event, $0)
    }
  }
}

import BillingContract
import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import BillingService

/// Plans are kept, so they may be older than what the table holds.
@Suite("an account with a long history", .inTurn, .timeLimit(.minutes(10)))
struct LongHistoryTests {
  /// What the server knows of the holds when it plans.
  enum Known: CaseIterable, Sendable {
    case none
    case oneOfEachAccount
  }

  @Test("work on a hold reads that hold alone, whatever the server knew", arguments: Known.allCases)
  func reads(_ known: Known) async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 10)
    try await world.administer("ALTER TABLE credit_holds SET (autovacuum_enabled = off)")
    if known == .none { try await world.administer("VACUUM ANALYZE credit_holds") }
    let hold = try await world.authorize(1, key: "first")
    if known == .oneOfEachAccount { try await fillOthers(world) }
    for work in Self.work(on: hold, world) { _ = try await read(by: work, in: world) }
    try await world.administer(
      """
      \(Self.insert)
      SELECT account_id, s.state || n, \(Self.same), s.state, created_at, expires_at
      FROM credit_holds, generate_series(1, 1000) n, (VALUES ('open'), ('captured')) s (state)
      WHERE account_id = 1
      """)
    for work in Self.work(on: hold, world) {
      #expect(try await read(by: work, in: world) < 8, "\(work.0)")
    }
  }

  private static let same = """
    operation, reference, credits, lot_numbers, lot_credits, price_credits, price_unit,
      price_unit_size
    """
  private static let insert = """
    INSERT INTO credit_holds (account_id, key, \(same), state, created_at, expires_at)
    """

  /// One hold each of 1,000 other accounts.
  private func fillOthers(_ world: BillingWorld) async throws {
    try await world.administer(
      """
      INSERT INTO credit_accounts (account_id, head, created_at)
      SELECT n, head, created_at FROM credit_accounts, generate_series(2, 1001) n;
      \(Self.insert)
      SELECT n, key, \(Self.same), state, created_at, expires_at
      FROM credit_holds, generate_series(2, 1001) n
      """)
    try await world.administer("VACUUM ANALYZE credit_holds")
  }

  /// Loading a hold by number and by key, and closing it.
  private static func work(
    on hold: Billing.Hold, _ world: BillingWorld
  ) -> [(Statement, [SQLValue])] {
    let now = SQLValue.instant(world.time.now())
    return [
      (LedgerQueries.holdsByID, [1, now, .ints([hold.id])]),
      (LedgerQueries.holdsByKey, [1, now, .texts([hold.key])]),
      (LedgerQueries.updateHold, [1, .int(hold.id), "captured", now, 1, 0, nil, now]),
    ]
  }

  /// How many holds the server looks at; nothing stays changed.
  private func read(
    by work: (Statement, [SQLValue]), in world: BillingWorld
  ) async throws -> Int64 {
    let read = Statement(
      "test.read",
      """
      SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
      WHERE relname = 'credit_holds'
      """)
    struct Undone: Error {}
    var rows: Int64 = 0
    do {
      try await world.database.transaction(in: .account(AccountID(1))) { transaction in
        let before = try await transaction.run(read).one().int(0)
        #expect(try await transaction.run(work.0, work.1).count == 1)
        rows = try await transaction.run(read).one().int(0) - before
        throw Undone()
      }
    } catch is Undone {}
    return rows
  }
}

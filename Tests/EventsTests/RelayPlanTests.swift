import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("plans of the relay", .inTurn, .timeLimit(.minutes(10)))
struct RelayPlanTests {
  /// Delivered long ago, by 40 accounts.
  private static let delivered = """
    INSERT INTO billing.outbox (account_id, route, kind, payload, done_at, generation)
    SELECT n % 40 + 1, 'event', 'k', '{}', now(), 1 FROM generate_series(1, 20000) AS n
    """

  private func plan(_ statement: Statement, _ values: [SQLValue], _ world: World) async throws
    -> String
  {
    let explained = Statement("test.explain", "EXPLAIN \(statement.sql)")
    return try await world.database.run(explained, values, in: .allAccounts)
      .map { try $0.text(0) }.joined(separator: "\n")
  }

  @Test(
    "a look for messages does not read what was delivered",
    arguments: [["VACUUM ANALYZE billing.outbox", Self.delivered], [Self.delivered, "ANALYZE"]])
  func claim(_ preparation: [String]) async throws {
    let world = try await World.make()
    for sql in preparation { try await world.postgres.administer(sql) }
    let now = Instant(microseconds: 1_800_000_000_000_000)
    let plan = try await plan(
      OutboxQueries.claim,
      [.instant(now), .instant(now), .text("event"), .int(200), .texts(["k"])], world)
    #expect(plan.contains("outbox_due"), "\(plan)")
    #expect(plan.contains("Tid Scan"), "\(plan)")
    #expect(!plan.contains("Seq Scan"), "\(plan)")
    #expect(!plan.contains("outbox_pkey"), "\(plan)")
  }

  @Test("messages are marked by their numbers")
  func done() async throws {
    let world = try await World.make()
    for sql in [Self.delivered, "ANALYZE"] { try await world.postgres.administer(sql) }
    let plan = try await plan(
      OutboxQueries.done,
      [.instant(Instant(microseconds: 0)), .int(1), .ints([1]), .ints([1]), .ints([1])], world)
    #expect(plan.contains("(id = d.id)"), "\(plan)")
    #expect(!plan.contains("Seq Scan"), "\(plan)")
  }
}

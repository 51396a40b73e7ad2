import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

/// What claiming and ending jobs read is told by the plans that ran, in blocks; it must not follow
/// the backlog.
@Suite("what claiming and ending cost", .inTurn, .timeLimit(.minutes(10)))
struct ClaimCostTests {
  /// When the server last counted the table's rows: plans are made from what it knew then.
  enum Statistics: CaseIterable { case never, whenEmpty, whenFull }

  /// Most blocks that claiming 16 jobs may touch: five index descents of five levels for each job
  /// and each account looked at, and the row itself in both versions.
  private static let limit = 16 * 64

  private static let fill = Statement(
    "test.fill",
    """
    INSERT INTO jobs
      (account_id, kind, payload, priority, is_due, run_at, max_attempts, created_at)
    SELECT number % $1 + 1, 'work', '{}', 1, true, now(), 5, now()
    FROM generate_series(1, $2) AS number
    """)

  private func world(rows: Int, accounts: Int, _ statistics: Statistics) async throws -> World {
    let world = try await World.make()
    try await world.postgres.administer(
      "ALTER TABLE automation.jobs SET (autovacuum_enabled = off)")
    if statistics == .whenEmpty { try await world.postgres.administer("VACUUM automation.jobs") }
    _ = try await world.database.run(
      Self.fill, [.int(accounts), .int(rows)], in: .allAccounts)
    if statistics == .whenFull { try await world.postgres.administer("ANALYZE automation.jobs") }
    return world
  }

  /// Blocks that a claim of 16 jobs touches, and the jobs it takes; rolled back.
  private func cost(_ world: World, _ plan: String) async throws -> (blocks: Int, jobs: Int) {
    try await cost(
      world, plan, ClaimQueries.claim,
      "timestamptz, timestamptz, text, bigint, bigint, text[], bigint, bigint, bigint",
      "now(), now(), 'test', 16, 4, '{work}', 3, 3, 3")
  }

  /// The same of a statement, once it was prepared with `types`, for `values`.
  private func cost(
    _ world: World, _ plan: String, _ statement: Statement, _ types: String, _ values: String
  ) async throws -> (blocks: Int, jobs: Int) {
    let setUp = """
      SET LOCAL plan_cache_mode = \(plan);
      PREPARE claim (\(types)) AS \(statement.sql);
      """
    let claim = Statement(
      "test.claim",
      """
      EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE claim(\(values))
      """)
    struct Undone: Error {}
    var text = ""
    do {
      try await world.database.transaction(in: .allAccounts) { transaction in
        _ = try await transaction.run(ClaimQueries.byIndex)
        try await transaction.script(setUp)
        text = try await transaction.run(claim).one().json(0)
        try await transaction.script("DEALLOCATE claim")
        throw Undone()
      }
    } catch is Undone {}
    return (
      number("Shared Hit Blocks", text) + number("Shared Read Blocks", text),
      number("Actual Rows", text)
    )
  }

  /// The first such number: the outermost node's, which counts all below it.
  private func number(_ name: String, _ text: String) -> Int {
    guard let range = text.firstRange(of: "\"\(name)\": ") else { return 0 }
    return Int(text[range.upperBound...].prefix { $0.isNumber }) ?? 0
  }

  @Test(
    "it reads as much of 50,000 waiting jobs as of 1,000, whatever the server knows of them",
    arguments: Statistics.allCases)
  func backlog(_ statistics: Statistics) async throws {
    for plan in ["force_generic_plan", "force_custom_plan"] {
      var blocks: [Int] = []
      for rows in [1_000, 50_000] {
        let world = try await world(rows: rows, accounts: 50, statistics)
        let cost = try await cost(world, plan)
        #expect(cost.jobs == 16)
        #expect(cost.blocks < Self.limit, "\(rows) rows, \(plan)")
        blocks.append(cost.blocks)
      }
      #expect(blocks[1] < 2 * blocks[0], "\(plan): \(blocks)")
    }
  }

  @Test(
    "ending 16 jobs reads as much among 50,000 as among 1,000, whatever the server knows of them",
    arguments: Statistics.allCases)
  func ending(_ statistics: Statistics) async throws {
    let begin = Statement(
      "test.begin",
      """
      UPDATE jobs SET state = 'running', is_due = false, token = 1, lease_owner = 'test',
        lease_until = now(), started_at = now()
      WHERE id <= 16
      """)
    let (accounts, ids) = ((2...17).map(\.description), (1...16).map(\.description))
    let keys =
      "'test', '{\(accounts.joined(separator: ","))}', '{\(ids.joined(separator: ","))}', "
      + "array_fill(1, ARRAY[16])"
    let none = "array_fill(''::text, ARRAY[16])"
    let ends =
      "array_fill('succeeded'::text, ARRAY[16]), array_fill(0, ARRAY[16]), "
      + "array_fill(0, ARRAY[16]), \(none), \(none), \(none)"
    let types = "text, bigint[], bigint[], bigint[]"
    for plan in ["force_generic_plan", "force_custom_plan"] {
      var blocks: [Int] = []
      for rows in [1_000, 50_000] {
        let world = try await world(rows: rows, accounts: 50, statistics)
        _ = try await world.database.run(begin, in: .allAccounts)
        let locked = try await cost(world, plan, HoldQueries.lock, types, keys)
        let ended = try await cost(
          world, plan, HoldQueries.settle,
          "timestamptz, \(types), text[], bigint[], bigint[], text[], text[], text[]",
          "now(), \(keys), \(ends)")
        #expect(ended.jobs == 16)
        #expect(locked.blocks + ended.blocks < Self.limit, "\(rows) rows, \(plan)")
        blocks.append(locked.blocks + ended.blocks)
      }
      #expect(blocks[1] < 2 * blocks[0], "\(plan): \(blocks)")
    }
  }

  @Test("one account's 50,000 jobs are one step, and so are those that are over")
  func oneAccount() async throws {
    let world = try await world(rows: 50_000, accounts: 1, .never)
    #expect(try await cost(world, "force_generic_plan").blocks < Self.limit)
    let finish = Statement(
      "test.finish",
      "UPDATE jobs SET state = 'succeeded', is_due = false, finished_at = now() WHERE id > 40")
    _ = try await world.database.run(finish, in: .allAccounts)
    try await world.postgres.administer("VACUUM automation.jobs")
    let cost = try await cost(world, "force_generic_plan")
    #expect(cost.jobs == 4)
    #expect(cost.blocks < Self.limit)
  }

  @Test(
    "after 4,000 jobs it reads what it did, without a vacuum, once no older transaction is open")
  func workedOff() async throws {
    let world = try await world(rows: 6_000, accounts: 50, .whenFull)
    let count = Counter()
    let handler: JobHandler = { _ in
      _ = count.enter()
      return "{}"
    }
    try await running(world.runner(["work": handler], concurrency: 64)) {
      try await until { count.now >= 4_000 }
    }
    // Until the last transaction of the server that began before is over, of another test perhaps,
    // no reader may mark the index entries that the jobs left behind.
    var costs: [Int] = []
    try await until {
      costs.append(try await cost(world, "force_generic_plan").blocks)
      return costs.last ?? 0 < Self.limit
    }
    #expect(!costs.isEmpty)
  }
}

import Foundation
import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@testable import Jobs

/// `jobs-worker` in processes of their own, killed at random moments while they work.
///
/// `IGNY8_JOB_KILLS` says how many are killed (12 unless it says otherwise), `IGNY8_JOB_SEED` by
/// which chance.
@Suite("runners whose processes are killed", .inTurn, .timeLimit(.minutes(30)))
struct KillTests {
  private static func number(_ name: String, otherwise: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? otherwise
  }

  private static let tables =
    migrations + [
      Migration(
        number: 3, name: "tries",
        sql: """
          CREATE TABLE tries (account_id bigint NOT NULL, job_id bigint NOT NULL,
            token bigint NOT NULL, step bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
          \(RowSecurity.enable("tries"))
          """)
    ]

  private static let kinds = Statement(
    "test.kills.ended",
    """
    SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE takeovers >= 0),
      count(*) FROM jobs
    """)
  private static let sums = Statement(
    "test.kills.sums",
    """
    SELECT (SELECT count(*) FROM effects), (SELECT count(*) FROM tries),
      (SELECT count(*) FROM job_events WHERE kind = 'lease_lost')
    """)

  /// The program beside the tests.
  private var program: String {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("jobs-worker").path
  }

  private func start(_ world: TestDatabase, seed: UInt64) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [world.settings.description, "automation", "\(seed)"]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test("no job is lost and no effect is doubled, however many runners are killed")
  func killed() async throws {
    let kills = Self.number("IGNY8_JOB_KILLS", otherwise: 12)
    let chance = SeededChance(seed: UInt64(Self.number("IGNY8_JOB_SEED", otherwise: 1)))
    let world = try await TestDatabase.make(schema: "automation", migrations: Self.tables)
    let queue = JobQueue(
      database: world.database, redis: nil, time: RealTime(), chance: SeededChance(seed: 5),
      log: quietLog)
    var workers = try (0..<3).map { try start(world, seed: UInt64($0) + 1_000) }
    defer { for worker in workers { kill(worker.processIdentifier, SIGKILL) } }
    var jobs = 0
    func feed(_ count: Int) async throws {
      for number in 0..<count {
        try await queue.enqueue(
          JobRequest(
            kind: "steps", account: AccountID(Int64(number % 10) + 1), payload: "{}",
            key: "job-\(jobs)"))
        jobs += 1
      }
    }
    for round in 0..<kills {
      try await feed(30)
      try await RealTime().sleep(for: .milliseconds(100 + chance.below(400)))
      let victim = chance.below(workers.count)
      kill(workers[victim].processIdentifier, SIGKILL)
      workers[victim].waitUntilExit()
      workers[victim] = try start(world, seed: UInt64(round) + 2_000)
    }
    // All at one moment, while there is more to do than they could finish by then.
    try await feed(300)
    try await until { try await queue.depth()[.running] ?? 0 > 0 }
    for worker in workers { kill(worker.processIdentifier, SIGKILL) }
    for (number, worker) in workers.enumerated() {
      worker.waitUntilExit()
      workers[number] = try start(world, seed: UInt64(number) + 3_000)
    }
    let (expected, deadline) = (jobs, RealTime().monotonic() + .seconds(300))
    while try await queue.depth().values.reduce(0, +) > 0, RealTime().monotonic() < deadline {
      try await RealTime().sleep(for: .milliseconds(50))
    }
    let ended = try await world.database.run(Self.kinds, in: .allAccounts).one()
    let sums = try await world.database.run(Self.sums, in: .allAccounts).one()
    #expect(try ended.int(0) == Int64(expected))
    #expect(try ended.int(2) == Int64(expected))
    #expect(try sums.int(0) == Int64(expected * 3))
    print(
      "\(kills) kills: \(expected) jobs, \(try sums.int(0)) effects from \(try sums.int(1)) tries, "
        + "\(try sums.int(2)) leases lost")
    #expect(try sums.int(2) > 0)
  }
}

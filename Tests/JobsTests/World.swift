import Kernel
import NIOCore
import NIOPosix
import Postgres
import Redis
import Synchronization
import TestKit

@testable import Jobs

let migrations = [
  Migration(number: 1, name: "jobs", sql: JobSchema.migrationSQL + JobSchema.lighterSQL),
  Migration(
    number: 2, name: "effects",
    sql: """
      CREATE TABLE effects (account_id bigint NOT NULL, key text NOT NULL, PRIMARY KEY (key));
      \(RowSecurity.enable("effects"))
      """),
]

let account = AccountID(7)
let other = AccountID(8)

private let addEffect = Statement(
  "test.effect.add",
  "INSERT INTO effects (account_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
private let tally = Statement("test.tally", "SELECT count(*) FROM effects")

/// A queue over a fresh database.
struct World: Sendable {
  let postgres: TestDatabase
  let queue: JobQueue
  let time: any TimeSource

  var database: Database { postgres.database }

  static func make(
    time: any TimeSource = RealTime(), redis: RedisClient? = nil,
    configure: (inout JobSettings) -> Void = { _ in }
  ) async throws -> World {
    let postgres = try await TestDatabase.make(
      schema: "automation", migrations: migrations, time: time)
    var settings = JobSettings()
    settings.poll = .milliseconds(50)
    settings.backoff = Backoff(base: .milliseconds(2), limit: .milliseconds(10))
    configure(&settings)
    let queue = JobQueue(
      database: postgres.database, redis: redis, settings: settings, time: time,
      chance: SeededChance(seed: 3), log: quietLog)
    return World(postgres: postgres, queue: queue, time: time)
  }

  func runner(
    _ handlers: [String: JobHandler], concurrency: Int = 8
  ) -> JobRunner {
    JobRunner(queue: queue, handlers: handlers, concurrency: concurrency)
  }

  @discardableResult
  func add(
    _ kind: String = "work", of account: AccountID = account, payload: String = "{}",
    key: String? = nil, priority: JobPriority = .pipeline, runAt: Instant? = nil,
    maxAttempts: Int = 5
  ) async throws -> JobID {
    try await queue.enqueue(
      JobRequest(
        kind: kind, account: account, payload: payload, key: key, priority: priority,
        runAt: runAt, maxAttempts: maxAttempts))
  }

  func job(_ id: JobID, of account: AccountID = account) async throws -> Job {
    guard let job = try await queue.get(id, of: account) else { throw NeverHappened() }
    return job
  }

  /// Returns once a job is in a state.
  func reaches(
    _ state: JobState, _ id: JobID, of account: AccountID = account
  ) async throws -> Job {
    try await until { try await job(id, of: account).state == state }
    return try await job(id, of: account)
  }

  /// Claims like a runner that then is not heard of any more.
  func claim(_ free: Int = 10, kinds: [String] = ["work"]) async throws -> [JobRun] {
    let handlers = Dictionary(
      uniqueKeysWithValues: kinds.map { ($0, { _ in "{}" } as JobHandler) })
    var turns = JobRunner.Turns()
    return await runner(handlers, concurrency: free).claim(&turns).map {
      JobRun($0, queue: queue)
    }
  }

  /// What running jobs' leases look like now.
  func leases() async throws -> [LeaseWatch.Lease] {
    try await database.run(ClaimQueries.leases, in: .allAccounts).map(LeaseWatch.Lease.init(row:))
  }

  /// What a runner does once no holder of a running job was heard of for a lease.
  @discardableResult
  func takeOver() async throws -> Int {
    try await queue.takeOver(try await leases(), on: database)
  }

  /// An effect that another service would have once per key.
  func effect(_ key: String) async throws {
    _ = try await database.run(
      addEffect, [.id(account), .text(key)], in: .account(account))
  }

  func effects() async throws -> Int {
    Int(try await database.run(tally, in: .allAccounts).one().int(0))
  }
}

func redisClient() async throws -> RedisClient {
  let redis = try await TestRedis.make()
  return redisClient(port: redis.port) { ($0.host, $0.database) = (redis.host, redis.database) }
}

func redisClient(port: Int, configure: (inout RedisSettings) -> Void) -> RedisClient {
  var settings = RedisSettings(host: "127.0.0.1", port: port)
  configure(&settings)
  return RedisClient(
    settings: settings, group: MultiThreadedEventLoopGroup.singleton, chance: SeededChance(seed: 2),
    log: quietLog)
}

/// What handlers were given, in order.
final class Seen<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  func add(_ element: Element) { elements.withLock { $0.append(element) } }

  var all: [Element] { elements.withLock { $0 } }
}

/// Lets tasks through once it is opened.
final class Gate: Sendable {
  private let opened = Mutex(false)

  func open() { opened.withLock { $0 = true } }

  /// - Throws: `CancellationError`.
  func pass() async throws {
    while !opened.withLock({ $0 }) { try await RealTime().sleep(for: .milliseconds(2)) }
  }
}

struct NeverHappened: Error {}

/// Returns once something is so.
func until(_ isSo: () async throws -> Bool) async throws {
  for _ in 0..<4_000 {
    if try await isSo() { return }
    try await RealTime().sleep(for: .milliseconds(3))
  }
  throw NeverHappened()
}

/// Keeps runners running while `body` runs.
func running<Result: Sendable>(
  _ runners: JobRunner..., body: () async throws -> Result
) async throws -> Result {
  let tasks = runners.map { runner in Task { await runner.run() } }
  let result: Swift.Result<Result, any Error>
  do { result = .success(try await body()) } catch { result = .failure(error) }
  for task in tasks { task.cancel() }
  for task in tasks { await task.value }
  return try result.get()
}

/// How many are inside at once.
final class Counter: Sendable {
  private let count = Mutex(0)

  func enter() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }

  func leave() { count.withLock { $0 -= 1 } }

  var now: Int { count.withLock { $0 } }
}

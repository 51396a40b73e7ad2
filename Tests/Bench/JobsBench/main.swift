// bench-jobs [seconds]: jobs through a queue on a private Postgres whose commits wait for the disk.
//
// First as fast as it goes, in batches and one by one; then, at a calm rate, how long a job waits
// from the call that enqueues it until its handler begins. The limit is the server's own commit
// rate, from pgbench with one small insert a transaction.
import BenchKit
import Jobs
import Kernel
import Postgres
import Synchronization
import TestKit

let concurrency = 64
let accounts = 64
/// Tasks that put jobs in, each waiting for its commit.
let tasks = 16

let migrations = [
  Migration(number: 1, name: "jobs", sql: JobSchema.migrationSQL + JobSchema.lighterSQL),
  Migration(
    number: 2, name: "limit",
    sql: """
      CREATE TABLE effects (account_id bigint NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
        text text NOT NULL, PRIMARY KEY (account_id, id));
      \(RowSecurity.enable("effects"))
      """),
]

/// Notes when jobs begin.
final class Beginnings: Sendable {
  private struct State {
    var done = 0
    var waits: [Double] = []
    var awaited: (count: Int, continuation: CheckedContinuation<Void, Never>)?
  }

  private let state = Mutex(State())
  private let time = RealTime()

  var now: Duration { time.monotonic() }

  /// A job whose payload says when it was asked for has begun, and is over at once.
  func note(_ payload: String) {
    let asked = Int64(payload.filter(\.isNumber)) ?? 0
    let wait = now - .microseconds(asked)
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.done += 1
      if asked > 0 { state.waits.append(wait.inSeconds) }
      guard let awaited = state.awaited, state.done >= awaited.count else { return nil }
      state.awaited = nil
      return awaited.continuation
    }
    continuation?.resume()
  }

  /// Returns once so many have begun.
  func waitFor(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.done >= count { return true }
        state.awaited = (count, continuation)
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  var waited: Int { state.withLock { $0.waits.count } }

  func takeDone() -> Int {
    state.withLock { state in
      defer { (state.waits, state.done) = ([], 0) }
      return state.done
    }
  }

  func takeWaits() -> Times {
    state.withLock { state in
      let waits = state.waits
      (state.waits, state.done) = ([], 0)
      return Times(waits)
    }
  }
}

struct Bench: Sendable {
  let world: TestDatabase
  let queue: JobQueue
  let beginnings = Beginnings()
  let seconds: Int

  static func make(seconds: Int) async throws -> Bench {
    TestServer.useDisk()
    let world = try await TestDatabase.make(schema: "automation", migrations: migrations) {
      ($0.minSessions, $0.maxSessions) = (16, 16)
    }
    try await Durability.on.apply(to: world)
    let queue = JobQueue(
      database: world.database, redis: nil, time: RealTime(), chance: SeededChance(seed: 1),
      log: quietLog)
    return Bench(world: world, queue: queue, seconds: seconds)
  }

  func runner() -> JobRunner {
    let beginnings = beginnings
    return JobRunner(
      queue: queue,
      handlers: [
        "work": { run in
          beginnings.note(run.payload)
          return "{}"
        }
      ],
      concurrency: concurrency)
  }

  private func request(_ account: Int, of accounts: Int = accounts) -> JobRequest {
    let asked = beginnings.now.microseconds
    return JobRequest(
      kind: "work", account: AccountID(Int64(account % accounts) + 1),
      payload: "{\"asked\": \(asked)}")
  }

  /// Puts in `count` jobs from `tasks` tasks, each `batch` of an account at a time.
  private func fill(_ count: Int, batch: Int) async throws {
    let batches = count / tasks / batch
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          for number in 0..<batches {
            let request = request(task + number * tasks)
            try await queue.enqueue([JobRequest](repeating: request, count: batch))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// - Returns: jobs a second until all were put in, and until all were done.
  func throughput(count: Int, batch: Int) async throws -> (enqueued: Double, done: Double) {
    let total = count / tasks / batch * tasks * batch
    let start = beginnings.now
    try await fill(total, batch: batch)
    let filled = (beginnings.now - start).inSeconds
    await beginnings.waitFor(total)
    try await settled()
    let all = (beginnings.now - start).inSeconds
    _ = beginnings.takeWaits()
    return (Double(total) / filled, Double(total) / all)
  }

  /// Returns once the end of every job is written down.
  private func settled() async throws {
    while try await queue.depth().values.reduce(0, +) > 0 {
      try await RealTime().sleep(for: .milliseconds(5))
    }
  }

  /// - Returns: waits of jobs that come one at a time, so many a second.
  func pickup(perSecond: Int) async throws -> Times {
    let gap = Duration.seconds(1) / perSecond
    let count = perSecond * seconds
    for number in 0..<count {
      let next = beginnings.now + gap
      try await queue.enqueue(request(number))
      let left = next - beginnings.now
      if left > .zero { try await RealTime().sleep(for: left) }
    }
    await beginnings.waitFor(count)
    try await settled()
    return beginnings.takeWaits()
  }

  /// Puts jobs in without a word about when they were asked for.
  private func pile(_ count: Int, accounts: Int, from first: Int) async throws {
    try await world.administer(
      """
      INSERT INTO automation.jobs
        (account_id, kind, payload, priority, is_due, run_at, max_attempts, created_at)
      SELECT \(first) + number % \(accounts), 'work', '{}', 1, true, now(), 5, now()
      FROM generate_series(1, \(count)) AS number
      """)
  }

  /// - Returns: jobs a second while so many wait.
  func rate(waiting: Int) async throws -> Double {
    try await pile(waiting, accounts: 1_000, from: 1)
    let start = beginnings.now
    let working = Task { await self.runner().run() }
    try await RealTime().sleep(for: .seconds(seconds))
    working.cancel()
    await working.value
    return Double(beginnings.takeDone()) / (beginnings.now - start).inSeconds
  }

  /// - Returns: how long the 10 jobs of each of 99 accounts wait that come at one moment, while
  ///   another account has so many.
  func crowd(others: Int) async throws -> Times {
    if others > 0 { try await pile(others, accounts: 1, from: 1_000) }
    let working = Task { await self.runner().run() }
    try await RealTime().sleep(for: .milliseconds(500))
    for account in 1...99 {
      let request = request(account, of: 100)
      try await queue.enqueue([JobRequest](repeating: request, count: 10))
    }
    while beginnings.waited < 990 { try await RealTime().sleep(for: .milliseconds(5)) }
    working.cancel()
    await working.value
    return beginnings.takeWaits()
  }

  /// - Returns: transactions a second of one small insert in an account's scope, in one trip.
  func limit(clients: Int) throws -> Double {
    let script = """
      \\set a random(1, \(accounts))
      \\startpipeline
      BEGIN;
      SELECT set_config('app.account_id', :a::text, true);
      INSERT INTO effects (account_id, text) VALUES (:a, 'a small insert');
      COMMIT;
      \\endpipeline

      """
    return try PGBench(world, searchPath: "automation")
      .run(script, clients: clients, seconds: seconds).perSecond
  }
}

func milliseconds(_ seconds: Double) -> String { "\((seconds * 1_000).shown(6, 1)) ms" }

let bench = try await Bench.make(seconds: secondsAsked(otherwise: 5))
say(
  "Postgres with fsync on; one runner, \(concurrency) at once; \(accounts) accounts; "
    + "\(tasks) tasks enqueue")
let limits = try [1, tasks].map { try bench.limit(clients: $0) }
say(
  "limit: pgbench commits \(limits[0].shown(0))/s from 1 session, "
    + "\(limits[1].shown(0))/s from \(tasks)")
let runner = Task { await bench.runner().run() }
for batch in [1, 50] {
  let count = batch == 1 ? 500 * bench.seconds : 2_000 * bench.seconds
  let rate = try await bench.throughput(count: count, batch: batch)
  say(
    "\(count) jobs, \(batch) a transaction: enqueued \(rate.enqueued.shown(0))/s, "
      + "enqueue to done \(rate.done.shown(0))/s, "
      + "\((rate.done / limits[1]).shown(0, 2)) of the commits of \(tasks) sessions")
}
for perSecond in [20, 200] {
  let waits = try await bench.pickup(perSecond: perSecond)
  say(
    "\(perSecond) jobs/s: picked up after p50 \(milliseconds(waits.quantile(0.5))), "
      + "p99 \(milliseconds(waits.quantile(0.99))), the commit that enqueues among it")
}
runner.cancel()
await runner.value
let rates = [
  try await Bench.make(seconds: bench.seconds).rate(waiting: 1_000 * 10 * bench.seconds),
  try await Bench.make(seconds: bench.seconds).rate(waiting: 1_000_000),
]
say(
  "while \(10_000 * bench.seconds) wait \(rates[0].shown(0)) jobs/s, while 1000000 wait "
    + "\(rates[1].shown(0)) jobs/s: \((rates[1] / rates[0]).shown(0, 2)) of it")
var waits: (alone: [Double], crowded: [Double]) = ([], [])
for _ in 0..<5 {
  for others in [0, 100_000] {
    let bench = try await Bench.make(seconds: bench.seconds)
    let wait = try await bench.crowd(others: others).quantile(0.95)
    if others == 0 { waits.alone.append(wait) } else { waits.crowded.append(wait) }
    await bench.world.database.close()
  }
}
let (alone, crowded) = (Times(waits.alone).quantile(0.5), Times(waits.crowded).quantile(0.5))
say(
  "99 accounts with 10 jobs each wait p95 \(milliseconds(alone)), behind one with 100000 "
    + "\(milliseconds(crowded)): \((crowded / alone).shown(0, 2)) of it, the middle of 5 turns")

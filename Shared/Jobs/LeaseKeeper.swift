import Kernel
import Logging
import Postgres
import Synchronization

/// Says for one runner that it lives, and takes jobs from runners that do not.
final class LeaseKeeper: Sendable {
  private let queue: JobQueue
  private let sessions: Database
  private let held: HeldJobs
  private let owner: String
  private let due = Signal()
  private let beats = Mutex(Beats())

  private struct Beats {
    var underWay = 0
    /// One is wanted now.
    var isWanted = false
  }

  /// Most heartbeats that wait for an answer at once.
  private static let mostBeats = 3

  init(queue: JobQueue, sessions: Database, held: HeldJobs, owner: String) {
    (self.queue, self.sessions, self.held, self.owner) = (queue, sessions, held, owner)
  }

  /// Between two heartbeats.
  private var every: Duration { queue.settings.lease / 4 }

  /// How long a heartbeat may take. The next are sent before that, on sessions of their own: one
  /// that is merely slow is heard all the same, and one that is lost keeps none from being heard.
  /// To give one up undoes it on the server and costs its session, so it is done late.
  private var patience: Duration { every * 3 }

  /// Asks Postgres now whether a job is to be cancelled.
  func hearNow() {
    beats.withLock { $0.isWanted = true }
    due.raise()
  }

  /// Keeps leases until the task is cancelled. Looking for others' lost jobs never keeps a
  /// heartbeat waiting.
  /// - Parameter freed: called when jobs were put back into the queue.
  func run(freed: @escaping @Sendable () -> Void) async {
    async let looking: Void = look(freed)
    await beat()
    await looking
  }

  private func beat() async {
    await withDiscardingTaskGroup { group in
      var next = queue.time.monotonic() + every
      while !Task.isCancelled {
        let now = queue.time.monotonic()
        let isDue = now >= next
        if mayBeat(isDue: isDue) {
          next = now + every
          group.addTask { await self.beatOnce() }
        } else if isDue {
          next = now + every
        }
        let left = max(.milliseconds(1), next - now)
        try? await due.wait(atMost: left, time: queue.time)
      }
    }
  }

  /// Whether a heartbeat is to be sent now.
  private func mayBeat(isDue: Bool) -> Bool {
    beats.withLock { beats in
      guard isDue || beats.isWanted, beats.underWay < Self.mostBeats else { return false }
      beats.isWanted = false
      beats.underWay += 1
      return true
    }
  }

  /// One heartbeat; one that failed is soon followed by another.
  private func beatOnce() async {
    let isHeard = await attempt("the heartbeat of jobs") { try await heartbeat() }
    if !isHeard { try? await queue.time.sleep(for: every / 8) }
    let isNextWanted = beats.withLock { beats in
      beats.underWay -= 1
      if !isHeard { beats.isWanted = true }
      return beats.isWanted
    }
    if isNextWanted { due.raise() }
  }

  private func look(_ freed: @Sendable () -> Void) async {
    var watch = LeaseWatch(lease: queue.settings.lease)
    while !Task.isCancelled {
      await attempt("looking for lost jobs") { if try await takeOver(&watch) { freed() } }
      try? await queue.time.sleep(for: watch.every)
    }
  }

  /// Tries something that is tried again soon; whether it went well.
  @discardableResult
  private func attempt(_ what: String, _ body: () async throws -> Void) async -> Bool {
    do {
      try await body()
      return true
    } catch {
      if !(error is CancellationError) {
        queue.log.warning("\(what) failed", metadata: ["error": "\(error)"])
      }
      return false
    }
  }

  /// Extends all leases, and stops what was cancelled or lost.
  private func heartbeat() async throws {
    let running = held.all.sorted { $0.place < $1.place }
    guard !running.isEmpty else { return }
    let progress = running.map(\.progress)
    let values: [SQLValue] = [
      .instant(queue.time.now() + queue.settings.lease), .text(owner),
      .ints(running.map(\.account.value)), .ints(running.map(\.id.value)),
      .ints(running.map(\.token)), .texts(progress.map(\.phase)),
      .ints(progress.map { Int64($0.percentage) }), .texts(progress.map(\.message)),
      .ints(progress.map(\.current)), .ints(progress.map(\.total)),
    ]
    var lost = Set(running.map(\.place))
    for row in try await run([(HoldQueries.heartbeat, values)]) {
      let key = HeldJobs.Key(account: try row.id(0), id: try row.id(1), token: try row.int(2))
      lost.remove(key)
      if try row.bool(3) { held.stop(key, because: .cancelled) }
    }
    // What ended meanwhile was written down by the settlement, or will be refused there.
    for key in lost where held.isRunning(key) {
      queue.log.notice("a job was lost to another runner", metadata: ["job": "\(key.id)"])
      queue.figures.wasLost()
      held.stop(key, because: .lost)
    }
  }

  /// Looks once, and puts back what nobody holds any more; whether there was any.
  private func takeOver(_ watch: inout LeaseWatch) async throws -> Bool {
    let began = queue.time.monotonic()
    let leases = try await run([(ClaimQueries.asWriter, []), (ClaimQueries.leases, [])])
      .map(LeaseWatch.Lease.init(row:))
    let lost = watch.look(leases, began: began, ended: queue.time.monotonic())
    // That this runner's own are alive needs no heartbeat.
    let others = lost.filter { !held.holds($0.key) }
    return try await queue.takeOver(others, on: sessions) > 0
  }

  /// Commits without waiting for the disk.
  /// - Returns: the last one's rows.
  private func run(_ statements: [(Statement, [SQLValue])]) async throws -> Rows {
    let all = [(ClaimQueries.asLease, []), (ClaimQueries.byIndex, [])] + statements
    let deadline = Deadline(in: patience, of: queue.time)
    return try await sessions.runAll(all, in: .allAccounts, deadline: deadline)[all.count - 1]
  }
}

extension LeaseWatch.Lease {
  /// Reads the columns of `ClaimQueries.leases`.
  init(row: Row) throws {
    key = HeldJobs.Key(account: try row.id(0), id: try row.id(1), token: try row.int(2))
    until = try row.instant(3)
  }
}

extension JobQueue {
  /// Puts jobs back that nobody holds any more; how many.
  func takeOver(_ lost: [LeaseWatch.Lease], on database: Database) async throws -> Int {
    guard !lost.isEmpty else { return 0 }
    let values: [SQLValue] = [
      .instant(time.now()), .int(settings.maxTakeovers), .ints(lost.map(\.key.account.value)),
      .ints(lost.map(\.key.id.value)), .ints(lost.map(\.key.token)),
      .ints(lost.map(\.until.microseconds)),
    ]
    let statements = [(ClaimQueries.byIndex, []), (ClaimQueries.takeOver, values)]
    let deadline = Deadline(in: settings.lease, of: time)
    let taken = try await database.runAll(statements, in: .allAccounts, deadline: deadline)[1]
      .rowsAffected
    if taken > 0 { log.notice("jobs were taken from lost runners", metadata: ["jobs": "\(taken)"]) }
    return taken
  }
}

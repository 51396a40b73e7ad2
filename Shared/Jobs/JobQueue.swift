import Kernel
import Logging
import Postgres
import Redis
import Telemetry

/// The queue of jobs of one schema: puts jobs in, reads them and steers them. `JobRunner` does
/// them.
package final class JobQueue: Sendable {
  package let settings: JobSettings
  let database: Database
  let board: ProgressBoard
  let wakeUps: WakeUps
  let figures: JobFigures
  let time: any TimeSource
  let chance: any Chance
  let log: Logger

  /// - Parameter redis: where progress is shown while a job runs; nil leaves it to Postgres, which
  ///   hears of it every third of a lease.
  package init(
    database: Database, redis: RedisClient?, settings: JobSettings = JobSettings(),
    time: any TimeSource, chance: any Chance, log: Logger, metrics: Metrics = .shared
  ) {
    figures = JobFigures(metrics)
    (self.database, self.settings) = (database, settings)
    (self.time, self.chance, self.log) = (time, chance, log)
    board = ProgressBoard(redis: redis, keep: settings.keepProgress, log: log)
    wakeUps = WakeUps(
      database: database, origin: chance.uuid(), every: settings.notifyEvery, time: time, log: log)
  }

  /// Puts a job in, unless the account has one with the same key, and gives its id.
  /// - Parameter transaction: the job is there when it commits; nil for a transaction of its own.
  ///   Its scope must cover the request's account.
  /// - Throws: `PostgresError`.
  @discardableResult
  package func enqueue(
    _ request: JobRequest, in transaction: Transaction? = nil
  ) async throws -> JobID {
    try await enqueue([request], in: transaction)[0]
  }

  /// Puts several jobs in, all or none, in one round trip, and gives their ids in the same order.
  /// Without a transaction they must be of one account.
  /// - Throws: `PostgresError`.
  @discardableResult
  package func enqueue(
    _ requests: [JobRequest], in transaction: Transaction? = nil
  ) async throws -> [JobID] {
    guard let first = requests.first else { return [] }
    guard let transaction else {
      if requests.count == 1 { return [try await add(first)] }
      return try await database.transaction(in: .account(first.account)) {
        try await self.enqueue(requests, in: $0)
      }
    }
    let now = time.now()
    transaction.afterCommit { self.wakeUps.tell(.work) }
    let answers = try await transaction.runAll(
      requests.map { ($0.statement, $0.values(at: now)) })
    var ids: [JobID] = []
    for (request, rows) in zip(requests, answers) {
      if let row = rows.first {
        ids.append(try row.id(0))
      } else {
        ids.append(try await transaction.run(QueueQueries.findKey, request.place).one().id(0))
      }
    }
    return ids
  }

  /// One job in one round trip.
  private func add(_ request: JobRequest) async throws -> JobID {
    let scope = Scope.account(request.account)
    let rows = try await database.run(
      request.statement, request.values(at: time.now()), in: scope)
    wakeUps.tell(.work)
    if let row = rows.first { return try row.id(0) }
    return try await database.run(QueueQueries.findKey, request.place, in: scope).one().id(0)
  }

  /// A job; nil when the account has none such.
  /// - Throws: `PostgresError`.
  package func get(_ id: JobID, of account: AccountID) async throws -> Job? {
    try await read(QueueQueries.get, [.id(account), .id(id)], of: account).first
  }

  /// The account's job with a key.
  /// - Throws: `PostgresError`.
  package func get(key: String, of account: AccountID) async throws -> Job? {
    try await read(QueueQueries.getByKey, [.id(account), .text(key)], of: account).first
  }

  /// The account's jobs, latest first.
  /// - Parameters:
  ///   - kinds: nil for any.
  ///   - states: nil for any.
  ///   - before: only jobs that came before this one.
  /// - Throws: `PostgresError`.
  package func list(
    of account: AccountID, kinds: [String]? = nil, states: [JobState]? = nil,
    before: JobID? = nil, limit: Int = 50
  ) async throws -> [Job] {
    let values: [SQLValue] = [
      .id(account), .texts(kinds), .texts(states.map { $0.map(\.rawValue) }),
      .int(before?.value ?? .max), .int(limit),
    ]
    return try await read(QueueQueries.list, values, of: account)
  }

  private func read(
    _ statement: Statement, _ values: [SQLValue], of account: AccountID
  ) async throws -> [Job] {
    try await database.run(statement, values, in: .account(account)).map {
      try Job(row: $0, account: account)
    }
  }

  /// How far a job is by now: what Redis or Postgres heard last, whichever is further. Nil when the
  /// account has no such job.
  /// - Throws: `PostgresError`.
  package func progress(_ id: JobID, of account: AccountID) async throws -> (
    job: Job, progress: JobProgress
  )? {
    guard let job = try await get(id, of: account) else { return nil }
    guard !job.state.isFinal, let shown = await board.read(id, of: account),
      shown.percentage >= job.progress.percentage
    else { return (job, job.progress) }
    return (job, shown)
  }

  /// What went wrong with a job, in order.
  /// - Throws: `PostgresError`.
  package func history(_ id: JobID, of account: AccountID) async throws -> [JobEvent] {
    let rows = try await database.run(
      QueueQueries.history, [.id(account), .id(id)], in: .account(account))
    return try rows.map {
      JobEvent(
        at: try $0.instant(0), kind: JobEvent.Kind(rawValue: try $0.text(1)) ?? .failed,
        attempt: Int(try $0.int(2)), detail: try $0.text(3))
    }
  }

  /// Cancels a job: at once while it does not run, else as soon as its handler heeds the
  /// cancellation of its task. False when it is over already or there is none such.
  /// - Throws: `PostgresError`.
  @discardableResult
  package func cancel(
    _ id: JobID, of account: AccountID, in transaction: Transaction? = nil
  ) async throws -> Bool {
    try await steer(QueueQueries.cancel, id, account, .cancel, in: transaction)
  }

  /// Lets a waiting job go on now; a running one will not set itself aside this time.
  /// False when it is neither.
  /// - Throws: `PostgresError`.
  @discardableResult
  package func wake(
    _ id: JobID, of account: AccountID, in transaction: Transaction? = nil
  ) async throws -> Bool {
    try await steer(QueueQueries.wake, id, account, .work, in: transaction)
  }

  /// Gives a failed or cancelled job all its tries again. False when it is neither.
  /// - Throws: `PostgresError`.
  @discardableResult
  package func retry(
    _ id: JobID, of account: AccountID, in transaction: Transaction? = nil
  ) async throws -> Bool {
    await board.forget(id, of: account)
    return try await steer(QueueQueries.retry, id, account, .work, in: transaction)
  }

  private func steer(
    _ statement: Statement, _ id: JobID, _ account: AccountID, _ signal: JobSignal,
    in transaction: Transaction?
  ) async throws -> Bool {
    let values: [SQLValue] = [.id(account), .id(id), .instant(time.now())]
    if let transaction {
      transaction.afterCommit { self.wakeUps.tell(signal) }
      return try await transaction.run(statement, values).rowsAffected > 0
    }
    let isSo = try await database.run(statement, values, in: .account(account)).rowsAffected > 0
    if isSo { wakeUps.tell(signal) }
    return isSo
  }

  /// How many jobs are in each unfinished state, over all accounts.
  /// - Throws: `PostgresError`.
  package func depth() async throws -> [JobState: Int] {
    var depth: [JobState: Int] = [.queued: 0, .running: 0, .waiting: 0]
    for row in try await database.run(QueueQueries.depth, in: .allAccounts) {
      if let state = JobState(rawValue: try row.text(0)) {
        depth[state, default: 0] += Int(try row.int(1))
      }
    }
    return depth
  }

  /// Removes a thousand each of the oldest jobs and lines of history that need not be kept.
  /// - Throws: `PostgresError`.
  package func clean() async throws {
    let now = time.now()
    _ = try await database.run(
      QueueQueries.cleanJobs, [.instant(now - settings.keepJobs), 1_000], in: .allAccounts)
    _ = try await database.run(
      QueueQueries.cleanEvents, [.instant(now - settings.keepEvents), 1_000], in: .allAccounts)
  }
}

extension JobRequest {
  fileprivate var statement: Statement { key == nil ? QueueQueries.add : QueueQueries.addKeyed }

  fileprivate var place: [SQLValue] { [.id(account), .text(key)] }

  fileprivate func values(at now: Instant) -> [SQLValue] {
    [
      .id(account), .text(kind), .json(payload), .text(key), .int(priority.rawValue),
      .instant(runAt ?? now), .int(maxAttempts), .instant(now),
    ]
  }
}

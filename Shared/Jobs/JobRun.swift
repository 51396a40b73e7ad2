import Kernel
import Postgres
import Synchronization

/// Does the jobs of one kind and returns a JSON text as the result. It may run more than once for
/// the same job, so every effect carries a key made with `JobRun.key`. It must heed the
/// cancellation of its task, which means: cancelled by a person, lost to another runner, or the
/// runner stops.
package typealias JobHandler = @Sendable (JobRun) async throws -> String

/// The job is not this runner's any more; what it does now is refused everywhere.
package struct LeaseLost: Error, Sendable, Equatable, CustomStringConvertible {
  package let id: JobID

  package var description: String { "job \(id) was taken over" }
}

/// What a handler throws through `JobRun.park`.
struct Parking: Error, Sendable, Equatable {
  let until: Instant?
}

/// One try of a job, as its handler sees it.
package final class JobRun: Sendable {
  private struct Shown {
    var progress: JobProgress
    var at: Duration?
  }

  let job: ClaimedJob
  private let queue: JobQueue
  private let shown: Mutex<Shown>

  init(_ job: ClaimedJob, queue: JobQueue) {
    (self.job, self.queue) = (job, queue)
    shown = Mutex(Shown(progress: job.progress, at: nil))
  }

  package var id: JobID { job.id }
  package var account: AccountID { job.account }
  package var kind: String { job.kind }
  /// JSON text.
  package var payload: String { job.payload }
  package var priority: JobPriority { job.priority }
  /// 1 for the first try. A try that lost its runner, or went on after waiting, keeps its number.
  package var attempt: Int { job.machine.failures + 1 }
  /// The fencing token of this holder.
  package var token: Int64 { job.token }
  /// What was saved last before this try began, JSON text.
  package var checkpoint: String? { job.checkpoint }

  /// The idempotency key of one of the job's effects: the same in every try.
  package func key(_ step: String) -> String { "job/\(job.id)/\(step)" }

  /// How far the job is by now.
  var progress: JobProgress { shown.withLock { $0.progress } }

  /// Goes on from what readers were shown of the job while it was in other hands.
  func resume() async {
    guard job.token > 1, let last = await queue.board.read(job.id, of: job.account) else { return }
    shown.withLock { $0.progress.percentage = max($0.progress.percentage, last.percentage) }
  }

  /// Shows how far the job is. A new phase is written to Postgres at once, the rest to Redis now
  /// and then and to Postgres with the next heartbeat. A smaller percentage than before is not
  /// shown.
  /// - Parameter items: JSON text of an array; nil leaves what was shown before.
  /// - Throws: `LeaseLost`; `PostgresError`.
  package func progress(
    _ phase: String, _ percentage: Int, _ message: String = "", current: Int64 = 0,
    total: Int64 = 0, items: String? = nil
  ) async throws {
    let now = queue.time.monotonic()
    let (new, isNewPhase, isDue) = shown.withLock { shown in
      let old = shown.progress
      let new = JobProgress(
        phase: phase, percentage: min(100, max(old.percentage, percentage)), message: message,
        current: current, total: total, items: items ?? old.items)
      let isDue = shown.at.map { now - $0 >= queue.settings.progressEvery } ?? true
      shown.progress = new
      if isDue || old.phase != phase { shown.at = now }
      return (new, old.phase != phase, isDue)
    }
    if isNewPhase { try await write(new) }
    if isNewPhase || isDue { await queue.board.show(new, of: job) }
  }

  private func write(_ progress: JobProgress) async throws {
    try await hold(
      HoldQueries.progress,
      [
        .text(progress.phase), .int(progress.percentage), .text(progress.message),
        .int(progress.current), .int(progress.total), .json(progress.items),
      ])
  }

  /// Saves where the next holder of the job goes on, JSON text.
  /// - Throws: `LeaseLost`; `PostgresError`.
  package func checkpoint(_ json: String) async throws {
    try await hold(HoldQueries.checkpoint, [.json(json)])
  }

  /// Saves a checkpoint together with what the transaction changes. Make it the transaction's last
  /// statement: until the end of the transaction the heartbeat waits.
  /// - Throws: `LeaseLost`, and then the transaction must be rolled back; `PostgresError`.
  package func checkpoint(_ json: String, in transaction: Transaction) async throws {
    try await hold(HoldQueries.checkpoint, [.json(json)], in: transaction)
  }

  /// Lets the transaction commit only while the job is still this holder's. Make it the
  /// transaction's last statement: until the end of the transaction the heartbeat waits.
  /// - Throws: `LeaseLost`, and then the transaction must be rolled back; `PostgresError`.
  package func fence(in transaction: Transaction) async throws {
    try await hold(HoldQueries.fence, [], in: transaction)
  }

  /// Sets the job aside, with its last checkpoint, until a time or until `JobQueue.wake`; the
  /// handler then begins anew, in the same try. A wake-up since the try began is not lost.
  /// - Parameter until: nil to wait for the wake-up alone.
  package func park(until: Instant? = nil) throws -> Never { throw Parking(until: until) }

  private func hold(
    _ statement: Statement, _ values: [SQLValue], in transaction: Transaction? = nil
  ) async throws {
    let all: [SQLValue] =
      [.id(job.account), .id(job.id), .int(job.token), .text(job.owner)] + values
    let rows: Rows
    if let transaction {
      rows = try await transaction.run(statement, all)
    } else {
      rows = try await queue.database.run(statement, all, in: .account(job.account))
    }
    if rows.rowsAffected == 0 { throw LeaseLost(id: job.id) }
  }
}

import Kernel
import Logging
import Postgres
import Synchronization

/// Writes down for one runner what has ended and what still runs. All of it happens in one task, so
/// that no two statements of a runner wait for each other's rows.
final class JobWriter: Sendable {
  private let queue: JobQueue
  private let held: HeldJobs
  private let waiting = Signal()
  /// A heartbeat is wanted now.
  private let isHeartbeatWanted = Mutex(false)

  init(queue: JobQueue, held: HeldJobs) { (self.queue, self.held) = (queue, held) }

  /// Something has ended.
  func wake() { waiting.raise() }

  /// Asks Postgres now whether a job is to be cancelled.
  func hearNow() {
    isHeartbeatWanted.withLock { $0 = true }
    waiting.raise()
  }

  /// Writes until the task is cancelled.
  /// - Parameter freed: called when slots have become free.
  func run(freed: @Sendable () -> Void) async {
    let every = queue.settings.lease / 3
    var nextBeat = queue.time.monotonic() + every
    while !Task.isCancelled {
      if await settle() { freed() }
      let now = queue.time.monotonic()
      if now >= nextBeat || isHeartbeatWanted.exchange(false) {
        await heartbeat()
        nextBeat = now + every
      }
      let left = nextBeat - queue.time.monotonic()
      try? await waiting.wait(atMost: max(.milliseconds(1), left), time: queue.time)
    }
  }

  /// Writes down what has ended; whether slots have become free.
  @discardableResult
  func settle() async -> Bool {
    let ended = held.takeEnded()
    guard !ended.isEmpty else { return false }
    do {
      try await write(ended)
      return true
    } catch let error as PostgresError where error.kind == .server || error.kind == .value {
      await settleOneByOne(ended)
      return true
    } catch {
      queue.log.warning("writing the end of jobs failed", metadata: ["error": "\(error)"])
      held.putBack(ended)
      try? await queue.time.sleep(for: .milliseconds(200))
      waiting.raise()
      return false
    }
  }

  /// One try's values are refused by the table (a result that is no JSON): find it and fail it.
  private func settleOneByOne(_ ended: [EndedTry]) async {
    for one in ended {
      do {
        do {
          try await write([one])
        } catch let error as PostgresError where error.kind == .server || error.kind == .value {
          queue.log.error(
            "the result of a job was refused",
            metadata: ["job": "\(one.key.id)", "error": "\(error)"])
          try await write([one.refused(error.message)])
        }
      } catch {
        held.putBack([one])
        waiting.raise()
      }
    }
  }

  private func write(_ ended: [EndedTry]) async throws {
    let values: [SQLValue] = [
      .instant(queue.time.now()), .ints(ended.map(\.key.account.value)),
      .ints(ended.map(\.key.id.value)), .ints(ended.map(\.token)),
      .texts(ended.map(\.state.rawValue)), .ints(ended.map { Int64($0.failures) }),
      .ints(ended.map { $0.runAt?.microseconds ?? 0 }), .texts(ended.map(\.result)),
      .texts(ended.map(\.error)), .texts(ended.map(\.code)),
    ]
    let rows = try await runByIndex(HoldQueries.settle, values)
    if rows.count < ended.count {
      let refused = ended.count - rows.count
      queue.log.notice("late ends of jobs were refused", metadata: ["jobs": "\(refused)"])
    }
    for row in rows {
      if let state = JobState(rawValue: try row.text(2)) { queue.figures.hasEnded(in: state) }
    }
    held.remove(ended.map(\.key))
  }

  private func runByIndex(_ statement: Statement, _ values: [SQLValue]) async throws -> Rows {
    try await queue.database.runAll(
      [(ClaimQueries.byIndex, []), (statement, values)], in: .allAccounts)[1]
  }

  /// Extends all leases, and stops what was cancelled or lost.
  private func heartbeat() async {
    let running = held.running
    guard !running.isEmpty else { return }
    let progress = running.map(\.progress)
    let values: [SQLValue] = [
      .instant(queue.time.now() + queue.settings.lease),
      .ints(running.map(\.account.value)), .ints(running.map(\.id.value)),
      .ints(running.map(\.token)), .texts(progress.map(\.phase)),
      .ints(progress.map { Int64($0.percentage) }), .texts(progress.map(\.message)),
      .ints(progress.map(\.current)), .ints(progress.map(\.total)),
    ]
    do {
      let rows = try await runByIndex(HoldQueries.heartbeat, values)
      var lost = Set(running.map(\.place))
      for row in rows {
        let key = HeldJobs.Key(account: try row.id(0), id: try row.id(1))
        lost.remove(key)
        if try row.bool(2) { held.stop(key, because: .cancelled) }
      }
      for key in lost {
        queue.log.notice("a job was lost to another runner", metadata: ["job": "\(key.id)"])
        queue.figures.wasLost()
        held.stop(key, because: .lost)
      }
    } catch {
      queue.log.warning("the heartbeat of jobs failed", metadata: ["error": "\(error)"])
    }
  }
}

extension EndedTry {
  /// The same try, failed for good because of what it returned.
  fileprivate func refused(_ reason: String) -> EndedTry {
    EndedTry(
      key: key, token: token, state: .failed, failures: failures + 1, runAt: nil, result: "",
      error: "The result was refused: \(reason)", code: "internal")
  }
}

extension Mutex where Value == Bool {
  /// Sets a new value and gives the old one.
  fileprivate borrowing func exchange(_ new: Bool) -> Bool {
    withLock { value in
      defer { value = new }
      return value
    }
  }
}

import Kernel
import Logging
import Postgres

/// Writes down for one runner what has ended, as much at once as has ended since the last time.
final class JobWriter: Sendable {
  private let queue: JobQueue
  private let sessions: Database
  private let held: HeldJobs
  private let owner: String
  private let waiting = Signal()
  /// Most ends in one statement.
  private static let batch = 500

  init(queue: JobQueue, sessions: Database, held: HeldJobs, owner: String) {
    (self.queue, self.sessions, self.held, self.owner) = (queue, sessions, held, owner)
  }

  /// Something has ended.
  func wake() { waiting.raise() }

  /// Writes until the task is cancelled.
  /// - Parameter freed: called when accounts may have become free for more.
  func run(freed: @Sendable () -> Void) async {
    while !Task.isCancelled {
      if await settle() { freed() }
      try? await waiting.wait(atMost: queue.settings.lease, time: queue.time)
    }
  }

  /// Writes down what has ended; whether any of it was.
  @discardableResult
  func settle() async -> Bool {
    let ended = held.takeEnded(atMost: Self.batch)
    guard !ended.isEmpty else { return false }
    do {
      try await write(ended)
      if ended.count == Self.batch { waiting.raise() }
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

  private func write(_ unsorted: [EndedTry]) async throws {
    let ended = unsorted.sorted { $0.key < $1.key }
    let keys: [SQLValue] = [
      .text(owner), .ints(ended.map(\.key.account.value)), .ints(ended.map(\.key.id.value)),
      .ints(ended.map(\.key.token)),
    ]
    let values: [SQLValue] = [
      .texts(ended.map(\.state.rawValue)), .ints(ended.map { Int64($0.failures) }),
      .ints(ended.map { $0.runAt?.microseconds ?? 0 }), .texts(ended.map(\.result)),
      .texts(ended.map(\.error)), .texts(ended.map(\.code)),
    ]
    let now = SQLValue.instant(queue.time.now())
    let statements = [
      (ClaimQueries.byIndex, []), (HoldQueries.lock, keys),
      (HoldQueries.settle, [now] + keys + values),
    ]
    let deadline = Deadline(in: queue.settings.lease, of: queue.time)
    let rows = try await sessions.runAll(statements, in: .allAccounts, deadline: deadline)[2]
    if rows.count < ended.count {
      let refused = ended.count - rows.count
      queue.log.notice("late ends of jobs were refused", metadata: ["jobs": "\(refused)"])
    }
    for row in rows {
      if let state = JobState(rawValue: try row.text(2)) { queue.figures.hasEnded(in: state) }
    }
    held.remove(ended.map(\.key))
  }
}

extension EndedTry {
  /// The same try, failed for good because of what it returned.
  fileprivate func refused(_ reason: String) -> EndedTry {
    EndedTry(
      key: key, state: .failed, failures: failures + 1, runAt: nil, result: "",
      error: "The result was refused: \(reason)", code: "internal")
  }
}

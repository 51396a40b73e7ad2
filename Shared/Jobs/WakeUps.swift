import Kernel
import Logging
import Postgres
import Synchronization

/// What runners are told.
enum JobSignal: String, Sendable, CaseIterable {
  /// There may be something to claim.
  case work
  /// A running job is to be cancelled.
  case cancel
}

/// Tells runners of changes that have been committed: those of this queue directly, all others by
/// NOTIFY.
///
/// NOTIFY is never part of the transaction that it tells of: Postgres lets one transaction of the
/// whole server commit at a time while it notifies, the wait for the disk included. One statement
/// of its own, which waits for no disk, tells of all that was committed since the last. What a
/// crash leaves untold is found by the runners' poll.
final class WakeUps: Sendable {
  private struct State {
    var listeners: [ObjectIdentifier: @Sendable (JobSignal) -> Void] = [:]
    var untold: Set<JobSignal> = []
    var isTelling = false
  }

  private let database: Database
  private let time: any TimeSource
  private let log: Logger
  private let every: Duration
  /// Tells this queue's own notifications from those of others.
  private let origin: String
  private let state = Mutex(State())

  init(database: Database, origin: String, every: Duration, time: any TimeSource, log: Logger) {
    (self.database, self.origin, self.every) = (database, origin, every)
    (self.time, self.log) = (time, log)
  }

  /// The NOTIFY channel of the schema's runners.
  var channel: String { "jobs_\(database.settings.schema)" }

  /// Tells everybody, soon. Never waits.
  func tell(_ signal: JobSignal) {
    let (listeners, mustBegin) = state.withLock { state in
      state.untold.insert(signal)
      defer { state.isTelling = true }
      return (Array(state.listeners.values), !state.isTelling)
    }
    listeners.forEach { $0(signal) }
    if mustBegin { Task { await tellOthers() } }
  }

  /// Tells the other processes until there is nothing to tell.
  private func tellOthers() async {
    while let signals = next() {
      let statements = signals.map {
        (QueueQueries.notify, [SQLValue.text(channel), .text("\($0.rawValue) \(origin)")])
      }
      do { _ = try await database.runAll(statements, in: .none) } catch {
        log.debug("waking runners failed", metadata: ["error": "\(error)"])
      }
      try? await time.sleep(for: every)
    }
  }

  private func next() -> Set<JobSignal>? {
    state.withLock { state in
      let signals = state.untold
      (state.untold, state.isTelling) = ([], !signals.isEmpty)
      return signals.isEmpty ? nil : signals
    }
  }

  /// Hands signals to a runner until the task is cancelled: this queue's at once, the others' as
  /// they come, and both when any may have been missed.
  func listen(as listener: AnyObject, _ hear: @escaping @Sendable (JobSignal) -> Void) async {
    let id = ObjectIdentifier(listener)
    state.withLock { $0.listeners[id] = hear }
    for await notification in database.notifications(channel: channel) {
      switch notification {
      case .resumed: JobSignal.allCases.forEach(hear)
      case .received(let text):
        let words = text.split(separator: " ")
        guard let word = words.first, words.last.map(String.init) != origin else { continue }
        JobSignal(rawValue: String(word)).map(hear)
      }
    }
    state.withLock { $0.listeners[id] = nil }
  }
}

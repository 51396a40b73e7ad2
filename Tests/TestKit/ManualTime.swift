import Kernel
import Synchronization

/// Time that stands still until the test moves it; sleepers wake as it passes them.
package final class ManualTime: TimeSource {
  private struct Sleeper {
    let wakesAt: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: Instant
    var elapsed: Duration = .zero
    var nextID = 0
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>

  /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
  package init(now: Instant = Instant(seconds: 1_767_225_600)) {
    state = Mutex(State(now: now))
  }

  package func now() -> Instant { state.withLock { $0.now } }

  package func monotonic() -> Duration { state.withLock { $0.elapsed } }

  package func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    guard duration > .zero else { return }
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { add(id, duration, $0) }
    } onCancel: {
      cancel(id)
    }
  }

  /// Moves both clocks forward and wakes whoever slept until then, earliest first.
  package func advance(by duration: Duration) {
    let awake = state.withLock { state -> [Sleeper] in
      state.now = state.now + duration
      state.elapsed += duration
      let due = state.sleepers.filter { $0.value.wakesAt <= state.elapsed }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.sorted { $0.wakesAt < $1.wakesAt }
    }
    for sleeper in awake { sleeper.continuation.resume() }
  }

  /// How many sleep now.
  package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// Returns once at least `count` sleep, so that a test advances only after its subject lies down.
  package func waitForSleepers(_ count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  private func add(
    _ id: Int, _ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>
  ) {
    let (wasCancelled, ready) = state.withLock { state in
      if state.cancelled.remove(id) != nil { return (true, [CheckedContinuation<Void, Never>]()) }
      state.sleepers[id] = Sleeper(
        wakesAt: state.elapsed + duration, continuation: continuation)
      let count = state.sleepers.count
      let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
      state.watchers.removeAll { $0.count <= count }
      return (false, ready)
    }
    if wasCancelled { continuation.resume(throwing: CancellationError()) }
    for watcher in ready { watcher.resume() }
  }

  private func cancel(_ id: Int) {
    let sleeper = state.withLock { state -> Sleeper? in
      if let sleeper = state.sleepers.removeValue(forKey: id) { return sleeper }
      state.cancelled.insert(id)
      return nil
    }
    sleeper?.continuation.resume(throwing: CancellationError())
  }
}

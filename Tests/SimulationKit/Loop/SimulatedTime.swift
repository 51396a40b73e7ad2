import Kernel
import Synchronization

/// The clocks of one process: its wall clock may go wrong, its monotonic clock begins anywhere and
/// never goes back.
package final class SimulatedTime: TimeSource {
  /// 2026-03-31T23:00:00Z: a month ends an hour after the beginning.
  package static let beginning =
    Instant(CivilDate(year: 2026, month: 3, day: 31)) + .seconds(82_800)

  private let loop: Loop
  private let owner: Loop.Owner
  private let start: Duration
  private let skew: Mutex<Duration>

  package init(loop: Loop, owner: Loop.Owner, skew: Duration = .zero, start: Duration = .zero) {
    (self.loop, self.owner, self.start) = (loop, owner, start)
    self.skew = Mutex(skew)
  }

  package func now() -> Instant { Self.beginning + loop.now + skew.withLock { $0 } }

  package func monotonic() -> Duration { loop.now + start }

  /// Sets the wall clock right or wrong.
  package func set(skew: Duration) { self.skew.withLock { $0 = skew } }

  package func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    guard duration > .zero else { return }
    let sleeper = Sleeper()
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        guard sleeper.lieDown(continuation) else {
          return continuation.resume(throwing: CancellationError())
        }
        loop.schedule(in: duration, for: owner) { sleeper.end()?.resume() }
      }
    } onCancel: {
      sleeper.end()?.resume(throwing: CancellationError())
    }
  }
}

/// Somebody who waits once, for whatever comes first.
private final class Sleeper: Sendable {
  private enum State {
    case awake
    case asleep(UnsafeContinuation<Void, any Error>)
    case over
  }

  private let state = Mutex(State.awake)

  /// False when it was ended before.
  func lieDown(_ continuation: UnsafeContinuation<Void, any Error>) -> Bool {
    state.withLock { state in
      if case .over = state { return false }
      state = .asleep(continuation)
      return true
    }
  }

  /// Whom to wake, if anybody.
  func end() -> UnsafeContinuation<Void, any Error>? {
    state.withLock { state in
      defer { state = .over }
      if case .asleep(let continuation) = state { return continuation }
      return nil
    }
  }
}

import Glibc
import Kernel

/// The machine's clocks.
package struct SystemTime: TimeSource {
  package init() {}

  /// The wall clock.
  package func now() -> Instant {
    let time = Self.read(CLOCK_REALTIME)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Time since the machine started; it never goes back.
  package func monotonic() -> Duration {
    let time = Self.read(CLOCK_MONOTONIC)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  /// - Throws: `CancellationError` when the task is cancelled, at once.
  package func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    guard duration > .zero else { return }
    try await Task.sleep(for: duration)
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }
}

/// The system's random numbers.
package struct SystemChance: Chance {
  package init() {}

  package func next() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}

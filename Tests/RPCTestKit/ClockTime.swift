import Kernel

/// The machine's own clocks, for tests that go through real sockets.
package struct ClockTime: TimeSource {
  private static let start = ContinuousClock.now

  package init() {}

  package func now() -> Instant {
    Instant(seconds: 1_767_225_600) + monotonic()
  }

  package func monotonic() -> Duration { ContinuousClock.now - Self.start }

  package func sleep(for duration: Duration) async throws {
    try await ContinuousClock().sleep(for: duration)
  }
}

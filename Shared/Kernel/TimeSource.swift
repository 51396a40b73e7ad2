/// Where time comes from. Passed in everywhere, so that a test or a simulation owns it.
package protocol TimeSource: Sendable {
  /// The wall clock, for facts that are stored.
  func now() -> Instant

  /// Time that never goes back, for measuring and for deadlines; its zero has no meaning.
  func monotonic() -> Duration

  /// Returns once `duration` has passed.
  /// - Throws: `CancellationError` when the task is cancelled first.
  func sleep(for duration: Duration) async throws
}

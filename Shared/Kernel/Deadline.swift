/// The moment, on the monotonic clock, after which nobody waits for an answer any more.
package struct Deadline: Hashable, Comparable, Sendable {
  /// Position on `TimeSource.monotonic()`.
  package let at: Duration

  package init(at: Duration) { self.at = at }

  package init(in time: Duration, of source: any TimeSource) {
    self.at = source.monotonic() + time
  }

  /// Time left; negative once it has passed.
  package func left(of source: any TimeSource) -> Duration { at - source.monotonic() }

  /// Whether nobody waits any more.
  package func hasPassed(of source: any TimeSource) -> Bool { left(of: source) <= .zero }

  package static func < (left: Deadline, right: Deadline) -> Bool { left.at < right.at }
}

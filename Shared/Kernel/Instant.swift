/// A moment in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The same resolution as Postgres' `timestamptz`, so that a value survives the round trip.
package struct Instant: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

  /// Whole seconds since the epoch, rounded down.
  package var seconds: Int64 { microseconds.floorDivided(by: 1_000_000) }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }

  package static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(microseconds: instant.microseconds + duration.microseconds)
  }

  package static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(microseconds: instant.microseconds - duration.microseconds)
  }

  package static func - (left: Instant, right: Instant) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}

extension Duration {
  /// Whole microseconds, rounded towards zero.
  package var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }

  /// Whole milliseconds, rounded towards zero.
  package var milliseconds: Int64 { microseconds / 1_000 }

  /// Seconds with a fraction, for figures shown to people.
  package var inSeconds: Double { Double(microseconds) / 1_000_000 }
}

extension Int64 {
  /// Division that rounds towards negative infinity; `divisor` must be positive.
  func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

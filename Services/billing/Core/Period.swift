import Kernel

/// One calendar month, UTC: midnight of its first day up to midnight of the next month's.
package struct Period: Sendable, Hashable {
  package let start: Instant
  package let end: Instant

  package init(start: Instant, end: Instant) { (self.start, self.end) = (start, end) }

  /// The month that a moment lies in.
  package init(containing now: Instant) {
    var first = now.date
    first.day = 1
    var next = first
    next.month = first.month % 12 + 1
    if next.month == 1 { next.year += 1 }
    self.init(start: Instant(first), end: Instant(next))
  }

  /// Names the grant of its credits; one an account and period.
  package var key: String { "period/\(start.date.text)" }
}

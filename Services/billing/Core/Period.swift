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

  /// So many calendar months from the beginning of one.
  package init(months: Int, from start: Instant) {
    var end = start.date
    let month = end.month - 1 + months
    (end.year, end.month) = (end.year + month / 12, month % 12 + 1)
    self.init(start: start, end: Instant(end))
  }

  package var seconds: Int64 { end.seconds - start.seconds }

  /// Names the grant of its credits; one an account and period.
  package var key: String { "period/\(start.date.text)" }
}

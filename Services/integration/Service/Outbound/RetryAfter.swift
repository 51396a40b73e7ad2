import Kernel

/// The header of RFC 9110, 10.2.3.
enum RetryAfter {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds, or a date such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil when it is neither.
  static func duration(_ text: String?, _ now: Instant) -> Duration? {
    guard let text else { return nil }
    if let seconds = Double(text), seconds >= 0, seconds.isFinite {
      return .milliseconds(Int64(min(seconds, 86_400) * 1_000))
    }
    let parts = text.split(separator: " ")
    guard parts.count == 6, let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      (1_970...9_999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
    let midnight = Instant(CivilDate(year: year, month: month + 1, day: day))
    let at = midnight + .seconds(clock[0] * 3_600 + clock[1] * 60 + clock[2])
    return max(.zero, min(at - now, .seconds(86_400)))
  }
}

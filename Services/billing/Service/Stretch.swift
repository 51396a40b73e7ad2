import Kernel
import RPC

/// A stretch of time as requests name it: dates or RFC 3339; nil where it is open.
struct Stretch {
  let from: Instant?
  /// The first moment that does not belong to it.
  let before: Instant?

  /// A date as the end means all of that day.
  init(start: String, end: String) throws {
    from = try Self.instant(start, "start_date")?.at
    let last = try Self.instant(end, "end_date")
    before = last.map { $0.isDate ? $0.at + .seconds(86_400) : $0.at }
    if let from, let before, before < from {
      throw RPCError(field: "end_date", "Must not be before start_date")
    }
  }

  private static func instant(
    _ text: String, _ field: String
  ) throws -> (at: Instant, isDate: Bool)? {
    if text.isEmpty { return nil }
    if let at = Instant(rfc3339: text + "T00:00:00Z") { return (at, true) }
    if let at = Instant(rfc3339: text) { return (at, false) }
    throw RPCError(field: field, "Must be a date or an RFC 3339 time")
  }
}

import Kernel
import RPC

/// One page of a list: 1 first, ten rows unless asked otherwise, a hundred at most.
struct Page {
  static let largestSize: Int64 = 100
  static let lastNumber: Int64 = 1_000_000

  let size: Int64
  let offset: Int64

  init(_ number: Int64, size wanted: Int64) throws {
    guard (1...Self.lastNumber).contains(number) else { throw invalid("page", "Invalid page") }
    guard wanted >= 1 else { throw invalid("page_size", "Must be 1 or more") }
    size = min(wanted, Self.largestSize)
    offset = (number - 1) * size
  }

  /// The page of a list that is here as a whole.
  func cut<Element>(_ all: [Element]) -> [Element] {
    Array(all.dropFirst(Int(offset)).prefix(Int(size)))
  }
}

/// A pattern for ILIKE that finds a text anywhere; nil for an empty one.
func searchPattern(_ text: String) -> String? {
  guard !text.isEmpty else { return nil }
  var pattern = "%"
  for character in text {
    if "\\%_".contains(character) { pattern.append("\\") }
    pattern.append(character)
  }
  return pattern + "%"
}

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
      throw invalid("end_date", "Must not be before start_date")
    }
  }

  private static func instant(
    _ text: String, _ field: String
  ) throws -> (at: Instant, isDate: Bool)? {
    if text.isEmpty { return nil }
    if let at = Instant(rfc3339: text + "T00:00:00Z") { return (at, true) }
    if let at = Instant(rfc3339: text) { return (at, false) }
    throw invalid(field, "Must be a date or an RFC 3339 time")
  }
}

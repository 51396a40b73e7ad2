/// Civil dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
package struct CivilDate: Hashable, Sendable {
  package var year: Int
  /// 1…12
  package var month: Int
  /// 1…31
  package var day: Int

  package init(year: Int, month: Int, day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day that lies `daysSinceEpoch` days after 1970-01-01.
  package init(daysSinceEpoch: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  package var daysSinceEpoch: Int64 {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = shiftedYear.floorDivided(by: 400)
    let yearOfEra = shiftedYear - era * 400
    let monthIndex = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthIndex + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// How many days the month has.
  package static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Instant {
  /// Midnight UTC of a date.
  package init(_ date: CivilDate) { self.init(seconds: date.daysSinceEpoch * 86_400) }

  package var date: CivilDate { CivilDate(daysSinceEpoch: seconds.floorDivided(by: 86_400)) }

  /// RFC 3339 in UTC, with as many fraction digits (0, 3 or 6) as it needs: `2026-01-31T08:00:00Z`.
  package var rfc3339: String { DigitWriter.text { write(to: &$0) } }

  /// The same as ASCII, in memory that lasts as long as `body`.
  package func withRFC3339<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    DigitWriter.withText(body) { write(to: &$0) }
  }

  private func write(to text: inout DigitWriter) {
    let date = self.date
    let second = seconds - date.daysSinceEpoch * 86_400
    let fraction = microseconds - seconds * 1_000_000
    text.add(date)
    text.add("T", second / 3_600, 2)
    text.add(":", second / 60 % 60, 2)
    text.add(":", second % 60, 2)
    if fraction % 1_000 != 0 {
      text.add(".", fraction, 6)
    } else if fraction != 0 {
      text.add(".", fraction / 1_000, 3)
    }
    text.add("Z")
  }

  /// Reads RFC 3339 (any offset, 0–9 fraction digits, rounded down to microseconds); nil for
  /// all else.
  package init?(rfc3339 text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4), reader.take("-"),
      let month = reader.number(digits: 2), reader.take("-"),
      let day = reader.number(digits: 2), reader.take("T", or: "t", or: " "),
      let hour = reader.number(digits: 2), reader.take(":"),
      let minute = reader.number(digits: 2), reader.take(":"),
      let second = reader.number(digits: 2),
      (1...12).contains(month), (1...CivilDate.daysIn(month: month, of: year)).contains(day),
      hour < 24, minute < 60, second < 61,
      let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
    else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    let inDay = Int64(hour * 3_600 + minute * 60 + second - offset * 60)
    self.init(microseconds: (days * 86_400 + inDay) * 1_000_000 + fraction)
  }
}

extension CivilDate {
  /// ISO 8601: `2026-01-31`.
  package var text: String { DigitWriter.text { $0.add(self) } }
}

/// Writes numbers of a fixed width and single characters as ASCII, in place.
private struct DigitWriter {
  private let memory: UnsafeMutableBufferPointer<UInt8>
  private var count = 0

  /// More than is ever written: a year has seven digits.
  private static let capacity = 40

  static func text(_ write: (inout DigitWriter) -> Void) -> String {
    String(unsafeUninitializedCapacity: capacity) { memory in
      var writer = DigitWriter(memory: memory)
      write(&writer)
      return writer.count
    }
  }

  static func withText<Result>(
    _ body: (UnsafeRawBufferPointer) -> Result, _ write: (inout DigitWriter) -> Void
  ) -> Result {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { memory in
      var writer = DigitWriter(memory: memory)
      write(&writer)
      return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<writer.count]))
    }
  }

  private init(memory: UnsafeMutableBufferPointer<UInt8>) { self.memory = memory }

  mutating func add(_ character: Unicode.Scalar) {
    memory[count] = UInt8(ascii: character)
    count += 1
  }

  mutating func add(_ first: Unicode.Scalar, _ number: Int64, _ width: Int) {
    add(first)
    add(number, width)
  }

  mutating func add(_ date: CivilDate) {
    add(Int64(date.year), 4)
    add("-", Int64(date.month), 2)
    add("-", Int64(date.day), 2)
  }

  /// Zeros before the number fill its width.
  private mutating func add(_ number: Int64, _ width: Int) {
    if number < 0 { add("-") }
    var digits = width
    var limit: UInt64 = 1
    for _ in 0..<width { limit *= 10 }
    while number.magnitude >= limit {
      limit *= 10
      digits += 1
    }
    var rest = number.magnitude
    for place in stride(from: count + digits - 1, through: count, by: -1) {
      memory[place] = 0x30 + UInt8(rest % 10)
      rest /= 10
    }
    count += digits
  }
}

/// Reads fixed-width numbers and single characters off an ASCII text.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ characters: Character...) -> Bool {
    guard let first = rest.first, characters.contains(where: { $0.asciiValue == first }) else {
      return false
    }
    rest.removeFirst()
    return true
  }

  mutating func take(_ first: Character, or second: Character, or third: Character) -> Bool {
    take(first) || take(second) || take(third)
  }

  mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
      rest.removeFirst()
    }
    return value
  }

  /// Microseconds of an optional fraction; nil when a point has no digit behind it.
  mutating func fraction() -> Int64? {
    guard take(".") else { return 0 }
    var value: Int64 = 0
    var digits = 0
    while let digit = number(digits: 1) {
      if digits < 6 { value = value * 10 + Int64(digit) }
      digits += 1
    }
    guard (1...9).contains(digits) else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  mutating func offset() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(digits: 2), take(":"), let minutes = number(digits: 2),
      hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

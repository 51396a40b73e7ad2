import Kernel

/// How clocks change year after year, as the last line of a tz file writes it
/// (`CET-1CEST,M3.5.0,M10.5.0/3`; POSIX.1-2017, section 8.3, with the hours of RFC 8536).
struct YearlyRule: Sendable, Equatable {
  /// A time of the year.
  struct Turn: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      /// Week 5 is the last; 0 is Sunday.
      case weekday(Int, week: Int, month: Int)
      /// 1–365; the 29th of February is not counted.
      case julian(Int)
      /// 0–365.
      case ordinal(Int)
    }

    var day: Day
    /// Seconds after midnight, also negative or beyond the day.
    var second: Int64
  }

  /// Seconds east of UTC.
  private let standard: Int64
  /// Where clocks change at all.
  private let summer: (offset: Int64, start: Turn, end: Turn)?

  static func == (left: YearlyRule, right: YearlyRule) -> Bool {
    left.standard == right.standard && left.summer?.offset == right.summer?.offset
      && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
  }

  init?(_ text: String) {
    var reader = RuleReader(text)
    guard reader.name(), let west = reader.time() else { return nil }
    standard = -west
    if reader.isAtEnd {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standard + 3_600
    if !reader.take(",") {
      guard let west = reader.time(), reader.take(",") else { return nil }
      offset = -west
    }
    guard let start = reader.turn(), reader.take(","), let end = reader.turn(), reader.isAtEnd
    else { return nil }
    summer = (offset, start, end)
  }

  /// Seconds east of UTC at a moment, which is in seconds since the epoch.
  func offset(at moment: Int64) -> Int64 {
    guard let summer else { return standard }
    let year = Instant(seconds: moment + standard).date.year
    let start = summer.start.local(in: year) - standard
    let end = summer.end.local(in: year) - summer.offset
    let isSummer =
      start < end ? (start..<end).contains(moment) : !(end..<start).contains(moment)
    return isSummer ? summer.offset : standard
  }
}

extension YearlyRule.Turn {
  /// Seconds since the epoch, as if the local clock were UTC's.
  func local(in year: Int) -> Int64 { daysSinceEpoch(in: year) * 86_400 + second }

  private func daysSinceEpoch(in year: Int) -> Int64 {
    let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
    switch day {
    case .ordinal(let number): return newYear + Int64(number)
    case .julian(let number):
      let isLeap = CivilDate.daysIn(month: 2, of: year) == 29
      return newYear + Int64(number - (isLeap && number >= 60 ? 0 : 1))
    case .weekday(let weekday, let week, let month):
      let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
      // The epoch was a Thursday.
      let ahead = (Int64(weekday) - (first + 4) % 7 + 7) % 7
      let day = first + ahead + Int64(week - 1) * 7
      return day < first + Int64(CivilDate.daysIn(month: month, of: year)) ? day : day - 7
    }
  }
}

private struct RuleReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Character) -> Bool {
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  /// A zone's name: letters, or anything between angle brackets.
  mutating func name() -> Bool {
    if take("<") {
      while let byte = rest.popFirst() { if byte == UInt8(ascii: ">") { return true } }
      return false
    }
    var length = 0
    while let byte = rest.first, (0x41...0x5A).contains(byte & 0xDF) {
      rest.removeFirst()
      length += 1
    }
    return length >= 3
  }

  private mutating func number() -> Int64? {
    var number: Int64?
    while let byte = rest.first, (0x30...0x39).contains(byte), (number ?? 0) < 10_000 {
      number = (number ?? 0) * 10 + Int64(byte - 0x30)
      rest.removeFirst()
    }
    return number
  }

  /// `[+-]h[:mm[:ss]]` in seconds.
  mutating func time() -> Int64? {
    let sign: Int64 = take("-") ? -1 : 1
    if sign == 1 { _ = take("+") }
    guard var seconds = number().map({ $0 * 3_600 }) else { return nil }
    for unit in [60, 1] as [Int64] where take(":") {
      guard let part = number() else { return nil }
      seconds += part * unit
    }
    return sign * seconds
  }

  mutating func turn() -> YearlyRule.Turn? {
    guard let day = day() else { return nil }
    guard take("/") else { return .init(day: day, second: 7_200) }
    return time().map { .init(day: day, second: $0) }
  }

  private mutating func day() -> YearlyRule.Turn.Day? {
    if take("J") {
      return number().flatMap { (1...365).contains($0) ? .julian(Int($0)) : nil }
    }
    guard take("M") else {
      return number().flatMap { (0...365).contains($0) ? .ordinal(Int($0)) : nil }
    }
    guard let month = number(), take("."), let week = number(), take("."),
      let weekday = number(), (1...12).contains(month), (1...5).contains(week),
      (0...6).contains(weekday)
    else { return nil }
    return .weekday(Int(weekday), week: Int(week), month: Int(month))
  }
}

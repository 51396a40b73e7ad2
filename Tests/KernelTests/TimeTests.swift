import Kernel
import TestKit
import Testing

@Suite("moments and dates")
struct TimeTests {
  @Test(
    "texts of RFC 3339 are read to the microsecond",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600_000_000),
      ("2026-01-31T08:00:00.5Z", 1_769_846_400_500_000),
      ("2026-01-31T09:30:00.123456789+01:30", 1_769_846_400_123_456),
      ("1969-12-31T23:59:59.999999Z", -1), ("2026-01-31t08:00:00z", 1_769_846_400_000_000),
      ("2026-01-31 03:00:00-05:00", 1_769_846_400_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ] as [(String, Int64)])
  func reading(text: String, microseconds: Int64) {
    #expect(Instant(rfc3339: text) == Instant(microseconds: microseconds))
  }

  @Test(
    "other texts are refused",
    arguments: [
      "", "2026-01-31", "2026-01-31T08:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z",
      "2026-01-31T08:60:00Z",
      "2026-01-31T08:00:61Z", "2026-01-31T08:00:00.Z", "2026-01-31T08:00:00.1234567890Z",
      "2026-01-31T08:00:00+24:00", "2026-01-31T08:00:00Z ", "1900-02-29T00:00:00Z",
      "2026-1-31T08:00:00Z", "+026-01-31T08:00:00Z",
    ])
  func refusing(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test("what is written is read again, with as many digits as it needs")
  func roundTrip() {
    let chance = SeededChance(seed: 1)
    for _ in 0..<2_000 {
      let instant = Instant(
        microseconds: Int64(chance.below(4_000_000_000_000_000)) - 2_000_000_000_000_000)
      #expect(Instant(rfc3339: instant.rfc3339) == instant)
      let ascii = instant.withRFC3339 { Array($0) }
      #expect(ascii == Array(instant.rfc3339.utf8))
    }
    #expect(Instant(microseconds: 0).rfc3339 == "1970-01-01T00:00:00Z")
    #expect(Instant(microseconds: 120_000).rfc3339 == "1970-01-01T00:00:00.120Z")
    #expect(Instant(microseconds: 7).rfc3339 == "1970-01-01T00:00:00.000007Z")
    #expect(Instant(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
  }

  @Test("every day of six centuries follows the one before")
  func everyDay() {
    var expected = CivilDate(year: 1_700, month: 1, day: 1)
    for days in expected.daysSinceEpoch..<(expected.daysSinceEpoch + 219_145) {
      let date = CivilDate(daysSinceEpoch: days)
      guard date == expected, date.daysSinceEpoch == days else {
        Issue.record("day \(days) is \(date), not \(expected)")
        return
      }
      expected.day += 1
      if expected.day > CivilDate.daysIn(month: expected.month, of: expected.year) {
        (expected.month, expected.day) = (expected.month + 1, 1)
      }
      if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
    }
    #expect(expected == CivilDate(year: 2_300, month: 1, day: 1))
  }

  @Test(
    "known dates have their numbers",
    arguments: [
      (1970, 1, 1, 0), (2000, 3, 1, 11_017), (1969, 12, 31, -1), (2024, 2, 29, 19_782),
      (2038, 1, 19, 24_855), (1600, 1, 1, -135_140),
    ] as [(Int, Int, Int, Int64)])
  func knownDates(year: Int, month: Int, day: Int, days: Int64) {
    #expect(CivilDate(year: year, month: month, day: day).daysSinceEpoch == days)
  }

  @Test("instants and durations add up; whole seconds round down")
  func arithmetic() {
    let instant = Instant(microseconds: -1)
    #expect(instant.seconds == -1)
    #expect((instant + .microseconds(1)).seconds == 0)
    #expect(instant - .seconds(1) == Instant(microseconds: -1_000_001))
    #expect(Instant(seconds: 5) - Instant(seconds: 3) == .seconds(2))
    #expect(Duration.milliseconds(1_500).inSeconds == 1.5)
    #expect(Instant(CivilDate(year: 2026, month: 1, day: 31)).date.text == "2026-01-31")
  }

  @Test("a deadline passes as time does")
  func deadline() {
    let time = ManualTime()
    let deadline = Deadline(in: .seconds(2), of: time)
    time.advance(by: .seconds(1))
    #expect(deadline.left(of: time) == .seconds(1))
    #expect(!deadline.hasPassed(of: time))
    time.advance(by: .seconds(1))
    #expect(deadline.hasPassed(of: time))
  }
}

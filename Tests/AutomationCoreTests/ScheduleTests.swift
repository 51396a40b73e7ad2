import AutomationCore
import Kernel
import Testing

/// A file of the tz database in its shortest form: no transitions, and a rule for every year.
private func zone(
  _ rule: String, transitions: [(at: Int64, kind: UInt8)] = [], kinds: [Int32]? = nil
)
  throws -> ZoneRules
{
  func bytes(_ number: Int64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) }
  }
  func header(_ times: Int, _ kinds: Int, _ characters: Int) -> [UInt8] {
    Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
      + [0, 0, 0, times, kinds, characters].flatMap { bytes(Int64($0), 4) }
  }
  let kinds = kinds ?? [0]
  let block =
    transitions.flatMap { bytes($0.at, 8) } + transitions.map(\.kind)
    + kinds.flatMap { bytes(Int64($0), 4) + [0, 0] } + Array("LMT\0".utf8)
  let file =
    header(0, 1, 4) + [0, 0, 0, 0, 0, 0] + Array("LMT\0".utf8)
    + header(transitions.count, kinds.count, 4) + block + Array("\n\(rule)\n".utf8)
  return try #require(ZoneRules(tzif: file))
}

@Suite("When a schedule is due")
struct ScheduleTests {
  private static let berlin = "CET-1CEST,M3.5.0,M10.5.0/3"
  private static let newYork = "EST5EDT,M3.2.0,M11.1.0"
  private static let sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3"

  private func next(
    _ frequency: PipelineConfig.Frequency, _ time: String, _ rule: String, after: String
  ) throws -> String {
    let schedule = Schedule(
      frequency, at: try #require(TimeOfDay(time)), in: try zone(rule))
    return schedule.next(after: try #require(Instant(rfc3339: after))).rfc3339
  }

  @Test("every day at a time of the place, whatever the offset is that day")
  func daily() throws {
    #expect(
      try next(.daily, "06:30", Self.berlin, after: "2026-01-10T04:00:00Z")
        == "2026-01-10T05:30:00Z")
    #expect(
      try next(.daily, "06:30", Self.berlin, after: "2026-01-10T05:30:00Z")
        == "2026-01-11T05:30:00Z")
    #expect(
      try next(.daily, "06:30", Self.berlin, after: "2026-07-10T05:00:00Z")
        == "2026-07-11T04:30:00Z")
    #expect(
      try next(.daily, "06:30", Self.newYork, after: "2026-07-10T05:00:00Z")
        == "2026-07-10T10:30:00Z")
  }

  @Test("a day begins where the place is, not in Greenwich")
  func localDay() throws {
    #expect(
      try next(.daily, "00:15", Self.sydney, after: "2026-01-10T12:00:00Z")
        == "2026-01-10T13:15:00Z")
    #expect(
      try next(.daily, "23:45", "HST10", after: "2026-01-10T09:00:00Z") == "2026-01-10T09:45:00Z")
  }

  @Test("a time that the clocks jump over falls to the moment of the jump, once")
  func springForward() throws {
    let jump = try next(.daily, "02:30", Self.berlin, after: "2026-03-28T12:00:00Z")
    #expect(jump == "2026-03-29T01:00:00Z")
    #expect(try next(.daily, "02:30", Self.berlin, after: jump) == "2026-03-30T00:30:00Z")
    #expect(
      try next(.daily, "02:15", Self.newYork, after: "2026-03-08T00:00:00Z")
        == "2026-03-08T07:00:00Z")
  }

  @Test("a time that the clocks show twice counts once, the first time")
  func fallBack() throws {
    let first = try next(.daily, "02:30", Self.berlin, after: "2026-10-24T12:00:00Z")
    #expect(first == "2026-10-25T00:30:00Z")
    #expect(try next(.daily, "02:30", Self.berlin, after: first) == "2026-10-26T01:30:00Z")
    let south = try next(.daily, "02:30", Self.sydney, after: "2026-04-04T00:00:00Z")
    #expect(south == "2026-04-04T15:30:00Z")
    #expect(try next(.daily, "02:30", Self.sydney, after: south) == "2026-04-05T16:30:00Z")
  }

  @Test("every week on Monday, every month on its first")
  func longer() throws {
    #expect(
      try next(.weekly, "08:00", "UTC0", after: "2026-11-21T09:00:00Z") == "2026-11-23T08:00:00Z")
    #expect(
      try next(.weekly, "08:00", "UTC0", after: "2026-11-23T08:00:00Z") == "2026-11-30T08:00:00Z")
    #expect(
      try next(.monthly, "08:00", "UTC0", after: "2026-12-01T08:00:00Z") == "2027-01-01T08:00:00Z")
    #expect(
      try next(.monthly, "00:30", Self.berlin, after: "2026-06-15T00:00:00Z")
        == "2026-06-30T22:30:00Z")
  }

  @Test("over twenty years each day has one moment, in order")
  func everyDay() throws {
    for rule in [
      Self.berlin, Self.newYork, Self.sydney, "<+0330>-3:30", "IST-2IDT,M3.4.4/26,M10.5.0",
    ] {
      for time in ["00:00", "01:30", "02:30", "23:59"] {
        let schedule = Schedule(.daily, at: try #require(TimeOfDay(time)), in: try zone(rule))
        var now = try #require(Instant(rfc3339: "2026-01-01T12:00:00Z"))
        for _ in 0..<7_305 {
          let next = schedule.next(after: now)
          let hours = (next - now).inSeconds / 3_600
          #expect(hours <= 25 && hours > 0)
          now = next
        }
        let ended = try #require(Instant(rfc3339: "2046-01-01T12:00:00Z"))
        #expect(abs((now - ended).inSeconds) <= 86_400)
      }
    }
  }

  @Test(
    "transitions of the file come before its rule; a skipped day falls to the moment of the skip")
  func transitions() throws {
    // A place that went over the date line at the end of 2011-12-29.
    let skip = try #require(Instant(rfc3339: "2011-12-30T10:00:00Z")).seconds
    let samoa = try zone("<+14>-14", transitions: [(skip, 1)], kinds: [-36_000, 50_400])
    #expect(samoa.offset(at: skip - 1) == -36_000)
    #expect(samoa.offset(at: skip) == 50_400)
    let schedule = Schedule(.daily, at: try #require(TimeOfDay("06:00")), in: samoa)
    let last = try #require(Instant(rfc3339: "2011-12-29T16:00:00Z"))
    #expect(schedule.next(after: last).seconds == skip)
  }

  @Test(
    "a time of day has two digits each",
    arguments: ["6:00", "24:00", "12:60", "+1:00", "", "12-00", "１2:00"])
  func badTimes(_ text: String) { #expect(TimeOfDay(text) == nil) }

  @Test("what is no tz file is refused, wherever it is cut off")
  func badFiles() throws {
    #expect(ZoneRules(tzif: []) == nil)
    #expect(ZoneRules(tzif: Array("# tzdb timezone descriptions".utf8)) == nil)
    let header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 39)
    for length in 0...header.count { #expect(ZoneRules(tzif: Array(header.prefix(length))) == nil) }
    let huge =
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
      + [UInt8](repeating: 0x7F, count: 24)
    #expect(ZoneRules(tzif: huge) == nil)
  }
}

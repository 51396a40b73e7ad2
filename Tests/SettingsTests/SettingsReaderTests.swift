import Testing

@testable import Settings

@Suite("reading settings")
struct SettingsReaderTests {
  enum Mode: String, CaseIterable { case fast, safe }

  struct Example: ServiceSettings, Equatable {
    let name: String
    let limit: Int
    let pause: Duration
    let share: Double
    let isOn: Bool
    let mode: Mode
    let hosts: [String]
    let password: Secret

    init(reading settings: SettingsReader) {
      name = settings.string("IGNY8_NAME")
      limit = settings.int("IGNY8_LIMIT", default: 5, in: 1...10)
      pause = settings.duration("IGNY8_PAUSE", default: .seconds(1))
      share = settings.double("IGNY8_SHARE", default: 0.5, in: 0...1)
      isOn = settings.bool("IGNY8_ON", default: false)
      mode = settings.choice("IGNY8_MODE", default: .safe)
      hosts = settings.list("IGNY8_HOSTS")
      password = settings.secret("IGNY8_PASSWORD")
    }
  }

  @Test("what is set counts, what is absent has its default")
  func values() throws {
    let settings: Example = try SettingsReader.read(from: [
      "IGNY8_NAME": "x", "IGNY8_LIMIT": "7", "IGNY8_PAUSE": "250ms", "IGNY8_ON": "yes",
      "IGNY8_MODE": "fast", "IGNY8_HOSTS": "a, b,,c ", "IGNY8_PASSWORD": "p", "OTHER": "ignored",
    ])
    #expect(settings.name == "x")
    #expect(settings.limit == 7)
    #expect(settings.pause == .milliseconds(250))
    #expect(settings.share == 0.5)
    #expect(settings.isOn)
    #expect(settings.mode == .fast)
    #expect(settings.hosts == ["a", "b", "c"])
    #expect(settings.password.value == "p")
  }

  @Test("everything that is wrong is told at once, by name, without the value")
  func faults() throws {
    let environment = [
      "IGNY8_LIMIT": "11", "IGNY8_PAUSE": "soon", "IGNY8_SHARE": "2", "IGNY8_ON": "perhaps",
      "IGNY8_MODE": "slow", "IGNY8_NAME": "",
    ]
    let error = #expect(throws: SettingsError.self) {
      try SettingsReader.read(Example.self, from: environment)
    }
    let names = try #require(error).faults.map(\.name)
    #expect(
      names == [
        "IGNY8_NAME", "IGNY8_LIMIT", "IGNY8_PAUSE", "IGNY8_SHARE", "IGNY8_ON", "IGNY8_MODE",
        "IGNY8_PASSWORD",
      ])
    let text = try #require(error).description
    #expect(text.contains("IGNY8_NAME is missing; IGNY8_LIMIT is no whole number from 1 to 10"))
    #expect(!text.contains("perhaps") && !text.contains("soon"))
  }

  @Test("the description shows settings, marks defaults and masks secrets")
  func description() {
    let reader = SettingsReader(environment: [
      "IGNY8_NAME": "x", "IGNY8_PASSWORD": "hunter2", "IGNY8_KEY": "00ff", "IGNY8_PAUSE": "90s",
    ])
    _ = Example(reading: reader)
    _ = reader.key("IGNY8_KEY", bytes: 2)
    let lines = reader.describe()
    #expect(lines.contains("IGNY8_NAME=x"))
    #expect(lines.contains("IGNY8_LIMIT=5 (default)"))
    #expect(lines.contains("IGNY8_PAUSE=90s"))
    #expect(lines.contains("IGNY8_PASSWORD=***"))
    #expect(lines.contains("IGNY8_KEY=***"))
    #expect(!lines.joined().contains("hunter2"))
  }

  @Test("a secret does not print itself, whatever prints it")
  func secrets() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump([secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("hunter2"))
    }
  }

  @Test(
    "durations need a whole number and a unit",
    arguments: [
      ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
      ("12h", .seconds(43_200)), ("7d", .seconds(604_800)), ("0s", .zero),
    ])
  func durations(text: String, duration: Duration) {
    #expect(DurationText.read(text) == duration)
    #expect(DurationText.read(DurationText.write(duration)) == duration)
  }

  @Test(
    "other durations are refused",
    arguments: ["5", "s", "-5s", "1.5s", "5 s", "5S", "99999999999999999999s"])
  func badDurations(text: String) {
    #expect(DurationText.read(text) == nil)
  }

  @Test(
    "keys must have exactly their digits", arguments: ["", "00", "00f", "00fg", "00ff00", "+0+0"])
  func badKeys(text: String) {
    let reader = SettingsReader(environment: ["IGNY8_KEY": text])
    #expect(reader.key("IGNY8_KEY", bytes: 2).isEmpty)
    #expect(throws: SettingsError.self) { try reader.check() }
  }

  @Test("a key is read")
  func key() throws {
    let reader = SettingsReader(environment: ["IGNY8_KEY": "00fF"])
    #expect(reader.key("IGNY8_KEY", bytes: 2) == [0, 255])
    try reader.check()
  }
}

@Suite("the settings file")
struct SettingsFileTests {
  @Test("lines, comments, blanks and quotes are read")
  func lines() throws {
    let values = try SettingsSource.file(
      """
      # a comment
      IGNY8_A=1

        IGNY8_B = two words
      IGNY8_C="quoted # not a comment"
      IGNY8_D='x=y'
      IGNY8_E=
      """)
    #expect(
      values == [
        "IGNY8_A": "1", "IGNY8_B": "two words", "IGNY8_C": "quoted # not a comment",
        "IGNY8_D": "x=y", "IGNY8_E": "",
      ])
  }

  @Test(
    "a line that is none is refused by its number", arguments: ["IGNY8_A=1\nnonsense", "x=1\n=2"])
  func wrongLine(text: String) {
    let error = #expect(throws: SettingsError.self) { try SettingsSource.file(text) }
    #expect(error?.faults.first?.reason == "has no NAME=value in line 2")
  }
}

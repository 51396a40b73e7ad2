/// Durations as people write them: a whole number and a unit.
enum DurationText {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  static func read(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number < 1 << 40,
      let unit = units.first(where: { $0.name == text.dropFirst(digits.count) })
    else { return nil }
    return .milliseconds(number * unit.milliseconds)
  }

  static func write(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    let unit = units.last { milliseconds % $0.milliseconds == 0 } ?? units[0]
    return milliseconds == 0 ? "0s" : "\(milliseconds / unit.milliseconds)\(unit.name)"
  }
}

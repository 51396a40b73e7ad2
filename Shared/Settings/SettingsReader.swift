/// Reads typed settings out of names and texts. A missing or wrong value is noted and a stand-in
/// returned; `check()` throws all faults at once. An empty value counts as absent.
///
/// Used by one task at start; not Sendable.
package final class SettingsReader {
  private let values: [String: String]
  private var faults: [SettingsError.Fault] = []
  private var shown: [(name: String, text: String)] = []

  package init(environment: [String: String]) { values = environment }

  /// Reads one struct of settings.
  /// - Throws: `SettingsError` with everything that is wrong.
  package static func read<S: ServiceSettings>(
    _ type: S.Type = S.self, from environment: [String: String]
  ) throws(SettingsError) -> S {
    let reader = SettingsReader(environment: environment)
    let settings = S(reading: reader)
    try reader.check()
    return settings
  }

  /// - Throws: `SettingsError` when any getter so far found a fault.
  package func check() throws(SettingsError) {
    if !faults.isEmpty { throw SettingsError(faults: faults) }
  }

  /// One line `NAME=value` for each setting read so far, defaults marked, secrets masked.
  package func describe() -> [String] { shown.map { "\($0.name)=\($0.text)" } }

  /// Notes a fault that only the reading struct can see, such as two settings that exclude each
  /// other.
  package func refuse(_ name: String, _ reason: String) {
    faults.append(.init(name: name, reason: reason))
  }

  // MARK: Texts

  /// A text; required when no default is given.
  package func string(_ name: String, default fallback: String? = nil) -> String {
    value(name, default: fallback, or: "", "", show: { $0 }) { $0 }
  }

  /// A text; nil when absent.
  package func optionalString(_ name: String) -> String? { optional(name, "") { $0 } }

  /// Texts separated by commas, blanks around them removed; none when absent.
  package func list(_ name: String, default fallback: [String] = []) -> [String] {
    value(name, default: fallback, or: [], "", show: { $0.joined(separator: ",") }) { text in
      text.split(separator: ",").map { String(SettingsSource.trimmed($0)) }.filter { !$0.isEmpty }
    }
  }

  /// One of the raw values of an enum.
  package func choice<C: RawRepresentable & CaseIterable>(
    _ name: String, default fallback: C
  ) -> C where C.RawValue == String {
    let all = C.allCases.map(\.rawValue).joined(separator: ", ")
    return value(
      name, default: fallback, or: fallback, "is none of \(all)", show: { $0.rawValue }
    ) { C(rawValue: $0) }
  }

  // MARK: Numbers

  /// A whole number within `range`.
  package func int(
    _ name: String, default fallback: Int? = nil, in range: ClosedRange<Int> = 0...Int.max
  ) -> Int {
    let reason =
      range.upperBound == .max
      ? "is no whole number of at least \(range.lowerBound)"
      : "is no whole number from \(range.lowerBound) to \(range.upperBound)"
    return value(name, default: fallback, or: range.lowerBound, reason, show: { "\($0)" }) { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A number with a fraction, such as a share.
  package func double(
    _ name: String, default fallback: Double? = nil, in range: ClosedRange<Double>
  ) -> Double {
    let reason = "is no number from \(range.lowerBound) to \(range.upperBound)"
    return value(name, default: fallback, or: range.lowerBound, reason, show: { "\($0)" }) { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off`.
  package func bool(_ name: String, default fallback: Bool) -> Bool {
    value(name, default: fallback, or: fallback, "is neither true nor false", show: { "\($0)" }) {
      switch $0.lowercased() {
      case "true", "1", "yes", "on": true
      case "false", "0", "no", "off": false
      default: nil
      }
    }
  }

  /// A TCP port; 0 stands for any free one.
  package func port(_ name: String, default fallback: Int? = nil) -> Int {
    int(name, default: fallback, in: 0...65_535)
  }

  /// A whole number with a unit: `250ms`, `30s`, `5m`, `12h`, `7d`.
  package func duration(_ name: String, default fallback: Duration? = nil) -> Duration {
    value(
      name, default: fallback, or: .zero, "is no duration such as 250ms, 30s, 5m, 12h or 7d",
      show: DurationText.write, DurationText.read)
  }

  // MARK: Secrets

  /// A text that is never shown; required when no default is given.
  package func secret(_ name: String, default fallback: Secret? = nil) -> Secret {
    value(name, default: fallback, or: Secret(""), "", show: { $0.description }) { Secret($0) }
  }

  /// A text that is never shown; nil when absent.
  package func optionalSecret(_ name: String) -> Secret? {
    optional(name, "", show: { $0.description }) { Secret($0) }
  }

  /// A secret key of exactly so many bytes, in hexadecimal.
  package func key(_ name: String, bytes count: Int) -> [UInt8] {
    value(
      name, default: nil, or: [], "is not \(count * 2) hexadecimal digits", show: { _ in "***" }
    ) { text in
      let digits = Array(text.utf8)
      let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
      }
      return digits.count == count * 2 && bytes.count == count && !digits.contains(0x2b)
        ? bytes : nil
    }
  }

  // MARK: Places

  /// `redis://host:port/number`; nil when absent.
  package func redis(_ name: String) -> RedisURL? {
    optional(name, "is no redis://host:port/number") { RedisURL($0) }
  }

  /// Notes that a setting read with an optional getter must be there.
  package func require(_ name: String) {
    if text(name) == nil { refuse(name, "is missing") }
  }

  // MARK: The one way a value is read

  private func text(_ name: String) -> String? {
    values[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private func value<V>(
    _ name: String, default fallback: V?, or standIn: V, _ reason: String, show: (V) -> String,
    _ parse: (String) -> V?
  ) -> V {
    guard let text = text(name) else {
      if let fallback {
        shown.append((name, show(fallback) + " (default)"))
        return fallback
      }
      refuse(name, "is missing")
      return standIn
    }
    guard let value = parse(text) else {
      refuse(name, reason)
      return fallback ?? standIn
    }
    shown.append((name, show(value)))
    return value
  }

  private func optional<V>(
    _ name: String, _ reason: String, show: (V) -> String = { "\($0)" }, _ parse: (String) -> V?
  ) -> V? {
    guard let text = text(name) else { return nil }
    guard let value = parse(text) else {
      refuse(name, reason)
      return nil
    }
    shown.append((name, show(value)))
    return value
  }
}

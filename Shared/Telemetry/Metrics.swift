import Synchronization

/// The process's figures, read by Prometheus.
///
/// Ask once for a counter, gauge or histogram and keep it: finding one takes a lock and a look-up,
/// adding to it does not. The same name and labels give the same figure. Labels must have few
/// values: methods and outcomes, never ids.
package final class Metrics: Sendable {
  /// Label names and values.
  package typealias Labels = KeyValuePairs<String, String>

  /// The registry of this process; everything that measures uses it unless told otherwise.
  package static let shared = Metrics()

  private struct Family {
    let help: String
    let kind: Kind
    var series: [String: Series] = [:]
  }

  private enum Kind: String { case counter, gauge, histogram }

  private enum Series {
    case counter(Counter)
    case gauge(Gauge)
    case observed(@Sendable () -> Double)
    case histogram(Histogram)
  }

  private let families = Mutex<[String: Family]>([:])

  package init() {}

  /// A number that only grows. Its name ends in `_total`.
  package func counter(_ name: String, _ help: String, _ labels: Labels = [:]) -> Counter {
    let found = series(name, help, .counter, labels) { .counter(Counter()) }
    if case .counter(let counter) = found { return counter }
    preconditionFailure("\(name) is registered as another kind of figure")
  }

  /// A number that goes up and down.
  package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
    let found = series(name, help, .gauge, labels) { .gauge(Gauge()) }
    if case .gauge(let gauge) = found { return gauge }
    preconditionFailure("\(name) is registered as another kind of figure")
  }

  /// A figure that is looked up when it is read: a counter when its name ends in `_total`, else a
  /// gauge. An earlier one of that name and labels is replaced.
  package func observe(
    _ name: String, _ help: String, _ labels: Labels = [:],
    _ read: @escaping @Sendable () -> Double
  ) {
    let labels = Self.text(labels)
    let kind = name.hasSuffix("_total") ? Kind.counter : .gauge
    families.withLock {
      $0[name, default: Family(help: help, kind: kind)].series[labels] = .observed(read)
    }
  }

  /// A distribution, by default of seconds.
  /// - Parameter bounds: the upper bounds of the buckets, ascending, without infinity.
  package func histogram(
    _ name: String, _ help: String, _ labels: Labels = [:],
    bounds: [Double] = Histogram.latencyBounds
  ) -> Histogram {
    let found = series(name, help, .histogram, labels) { .histogram(Histogram(bounds: bounds)) }
    if case .histogram(let histogram) = found { return histogram }
    preconditionFailure("\(name) is registered as another kind of figure")
  }

  /// Everything in Prometheus' text format, version 0.0.4.
  package func prometheusText() -> String {
    let families = families.withLock { $0 }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      text += "# HELP \(name) \(Self.escaped(family.help, quotes: false))\n"
      text += "# TYPE \(name) \(family.kind.rawValue)\n"
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        Self.write(series, name, labels, to: &text)
      }
    }
    return text
  }

  private func series(
    _ name: String, _ help: String, _ kind: Kind, _ labels: Labels, _ make: () -> Series
  ) -> Series {
    let labels = Self.text(labels)
    return families.withLock { families in
      if let found = families[name]?.series[labels] { return found }
      let made = make()
      families[name, default: Family(help: help, kind: kind)].series[labels] = made
      return made
    }
  }

  private static func write(
    _ series: Series, _ name: String, _ labels: String, to text: inout String
  ) {
    let braced = labels.isEmpty ? "" : "{\(labels)}"
    switch series {
    case .counter(let counter): text += "\(name)\(braced) \(counter.value)\n"
    case .gauge(let gauge): text += "\(name)\(braced) \(figure(gauge.value))\n"
    case .observed(let read): text += "\(name)\(braced) \(figure(read()))\n"
    case .histogram(let histogram):
      let before = labels.isEmpty ? "" : labels + ","
      let state = histogram.snapshot()
      var total: UInt64 = 0
      for (index, count) in state.counts.enumerated() {
        total += count
        let bound = index < histogram.bounds.count ? figure(histogram.bounds[index]) : "+Inf"
        text += "\(name)_bucket{\(before)le=\"\(bound)\"} \(total)\n"
      }
      text += "\(name)_sum\(braced) \(figure(state.sum))\n\(name)_count\(braced) \(total)\n"
    }
  }

  private static func figure(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
  }

  private static func text(_ labels: Labels) -> String {
    labels.map { "\($0.key)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x0a || $0 == 0x22 }) else { return text }
    return text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\"" where quotes: "\\\""
      default: String(character)
      }
    }.joined()
  }
}

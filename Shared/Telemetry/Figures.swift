import Kernel
import Synchronization

/// A number that only grows; adding is one atomic instruction.
package final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  package init() {}

  /// Counts on.
  package func add(_ amount: UInt64 = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

  package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)

  package init() {}

  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  /// Replaces the number.
  package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  /// Moves the number by so much, up or down.
  package func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, found) = bits.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = found
    }
  }
}

/// How often values fell into each of some buckets, and their sum.
package final class Histogram: Sendable {
  /// From half a millisecond to ten seconds.
  package static let latencyBounds: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// Upper bounds, inclusive and ascending; what is above the last falls into one more bucket.
  package let bounds: [Double]

  struct State {
    var counts: [UInt64]
    var sum = 0.0
  }

  private let state: Mutex<State>

  package init(bounds: [Double] = Histogram.latencyBounds) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  /// Counts one value.
  package func record(_ value: Double) {
    var bucket = 0
    while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
    state.withLock {
      $0.counts[bucket] += 1
      $0.sum += value
    }
  }

  /// Records a duration in seconds.
  package func record(_ duration: Duration) { record(duration.inSeconds) }

  /// How many values were recorded.
  package var count: UInt64 { state.withLock { $0.counts.reduce(0, +) } }

  func snapshot() -> State { state.withLock { $0 } }
}

import Foundation

/// How a bench says what it found: a line at once, whoever reads it.
package func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Times of many of the same thing.
package struct Times: Sendable {
  private let sorted: [Double]

  package init(_ times: [Double]) { sorted = times.sorted() }

  /// The time that a share of them, 0 to 1, did not exceed; 0 of none.
  package func quantile(_ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}

/// The first argument, where a bench takes how many seconds each part lasts.
package func secondsAsked(otherwise: Int) -> Int {
  CommandLine.arguments.dropFirst().first.flatMap { Int($0) }.map { max(1, $0) } ?? otherwise
}

extension Double {
  /// With so many digits behind the point, in a column so wide.
  package func shown(_ width: Int, _ digits: Int = 0) -> String {
    String(format: "%\(width).\(digits)f", self)
  }
}

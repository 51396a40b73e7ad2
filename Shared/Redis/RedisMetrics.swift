import NIOCore
import Telemetry

/// What is measured of a Redis connection.
struct RedisMetrics: Sendable {
  let connected: Gauge
  private let seconds: Histogram
  private let failures: Counter

  init(_ metrics: Metrics) {
    connected = metrics.gauge("igny8_redis_connected", "Whether Redis can be reached.")
    seconds = metrics.histogram(
      "igny8_redis_command_seconds", "Time from a Redis command to its answer.")
    failures = metrics.counter(
      "igny8_redis_failures_total", "Redis commands that got no answer.")
  }

  func record(_ outcome: RedisExchange.Outcome, _ time: TimeAmount) {
    switch outcome {
    case .success: seconds.record(Double(time.nanoseconds) / 1_000_000_000)
    case .failure: failures.add()
    }
  }
}

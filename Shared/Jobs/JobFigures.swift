import Kernel
import Telemetry

/// What a runner shows of its jobs.
struct JobFigures: Sendable {
  private let claimed: Counter
  private let pickup: Histogram
  private let ended: [JobState: Counter]
  private let lost: Counter
  private let depth: [JobState: Gauge]

  init(_ metrics: Metrics) {
    claimed = metrics.counter("igny8_jobs_claimed_total", "Jobs taken by runners")
    pickup = metrics.histogram(
      "igny8_jobs_pickup_seconds", "From when a job was due until a runner took it")
    lost = metrics.counter("igny8_jobs_lost_total", "Jobs that another runner took over")
    ended = Self.each { state in
      metrics.counter(
        "igny8_jobs_ended_total", "Tries that ended, by the state after them",
        ["state": state.rawValue])
    }
    depth = Self.each { state in
      metrics.gauge("igny8_jobs_depth", "Unfinished jobs", ["state": state.rawValue])
    }
  }

  private static func each<Figure>(_ make: (JobState) -> Figure) -> [JobState: Figure] {
    Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, make($0)) })
  }

  func wereClaimed(_ jobs: [ClaimedJob], at now: Instant) {
    claimed.add(UInt64(jobs.count))
    for job in jobs { if let dueAt = job.dueAt { pickup.record(max(.zero, now - dueAt)) } }
  }

  func hasEnded(in state: JobState) { ended[state]?.add() }

  func wasLost() { lost.add() }

  func show(depth now: [JobState: Int]) {
    for (state, count) in now { depth[state]?.set(Double(count)) }
  }
}

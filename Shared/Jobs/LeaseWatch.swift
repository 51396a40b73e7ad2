import Kernel

/// Tells which running jobs nobody holds any more: those whose lease no heartbeat has moved for as
/// long as a lease lasts, as one observer saw it.
///
/// No wall clock is asked, neither this machine's nor another's: the end of a lease is only
/// compared with what it was at the last look. A look counts for a sixth of a lease at most,
/// however long ago the last one was: what stood still with the observer, be it its machine, its
/// way to the database or the database itself, has five looks more to be heard of.
struct LeaseWatch: Sendable {
  /// What a look finds of a running job.
  struct Lease: Hashable, Sendable {
    let key: HeldJobs.Key
    /// Moved by each heartbeat.
    let until: Instant
  }

  private struct Seen {
    let until: Instant
    var silence: Duration
  }

  /// How long a job may not be heard of.
  let lease: Duration
  private var seen: [HeldJobs.Key: Seen] = [:]
  private var lastLook: Duration?

  init(lease: Duration) { self.lease = lease }

  /// Time between two looks.
  var every: Duration { lease / 6 }

  /// Notes what is running now, and gives the jobs that were not heard of for a lease.
  /// - Parameters:
  ///   - began: when the look began, on the observer's monotonic clock.
  ///   - ended: when its answer was there.
  mutating func look(_ leases: [Lease], began: Duration, ended: Duration) -> [Lease] {
    let passed = lastLook.map { min(began - $0, every) } ?? .zero
    lastLook = ended
    let before = seen
    seen = [:]
    return leases.filter { lease in
      var now = Seen(until: lease.until, silence: .zero)
      if let last = before[lease.key], last.until == lease.until {
        now.silence = last.silence + passed
      }
      seen[lease.key] = now
      return now.silence >= every * 6
    }
  }
}

import Kernel

/// How long somebody who keeps failing to sign in must wait: the first failures cost nothing, each
/// further one twice the wait before.
package struct Lockout: Sendable, Equatable {
  /// Failures that are free.
  package let free: Int
  package let shortest: Duration
  package let longest: Duration
  /// Failures are forgotten when so long has passed since the last one.
  package let memory: Duration

  package init(free: Int, shortest: Duration, longest: Duration, memory: Duration) {
    (self.free, self.shortest, self.longest, self.memory) = (free, shortest, longest, memory)
  }

  /// For one email address.
  package static let email = Lockout(
    free: 5, shortest: .seconds(2), longest: .seconds(900), memory: .seconds(3_600))
  /// For one network address, behind which many people may sit.
  package static let address = Lockout(
    free: 50, shortest: .seconds(2), longest: .seconds(300), memory: .seconds(900))

  /// How much longer to wait at `now`; nil when a try is welcome.
  package func wait(failures: Int, last: Instant, at now: Instant) -> Duration? {
    guard failures >= free, now - last < memory else { return nil }
    let doublings = min(failures - free, 20)
    let delay = min(shortest * (1 << doublings), longest)
    let rest = last + delay - now
    return rest > .zero ? rest : nil
  }
}

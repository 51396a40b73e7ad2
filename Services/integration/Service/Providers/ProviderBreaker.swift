import Kernel

/// Leaves a provider alone that keeps failing. Pure: events in, a verdict out.
///
/// ```mermaid
/// stateDiagram-v2
///   [*] --> closed
///   closed --> open: failed, failuresToTrip in a row
///   open --> probing: asked after the pause
///   probing --> open: failed
///   probing --> closed: succeeded
/// ```
struct ProviderBreaker: Sendable {
  enum State: Equatable, Sendable {
    case closed(failures: Int)
    case open(until: Duration)
    /// One caller finds out; when it has not come back by `until`, another one may.
    case probing(until: Duration)
  }

  let failuresToTrip: Int
  let pause: Duration
  private(set) var state: State = .closed(failures: 0)

  init(failuresToTrip: Int, pause: Duration) {
    (self.failuresToTrip, self.pause) = (failuresToTrip, pause)
  }

  /// Nothing has to be remembered.
  var isFresh: Bool { state == .closed(failures: 0) }

  /// How long the caller has to stay away; nil when it may go on.
  mutating func asked(now: Duration) -> Duration? {
    switch state {
    case .closed: return nil
    case .open(let until), .probing(let until):
      guard now >= until else { return until - now }
      state = .probing(until: now + pause)
      return nil
    }
  }

  mutating func succeeded() { state = .closed(failures: 0) }

  mutating func failed(now: Duration) {
    if case .closed(let failures) = state, failures + 1 < failuresToTrip {
      state = .closed(failures: failures + 1)
    } else {
      state = .open(until: now + pause)
    }
  }
}

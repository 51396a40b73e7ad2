import Kernel

/// Keeps callers away from an endpoint that cannot be reached. Pure: events in, a verdict out.
///
/// ```mermaid
/// stateDiagram-v2
///   [*] --> closed
///   closed --> cooling: failed
///   closed --> open: refused
///   cooling --> cooling: failed, fewer than failuresToTrip in a row
///   cooling --> open: failed, failuresToTrip in a row
///   cooling --> open: refused
///   cooling --> closed: succeeded
///   open --> probing: asked after the pause
///   probing --> open: failed, refused
///   probing --> closed: succeeded
/// ```
struct Breaker {
  enum State: Equatable {
    case closed
    /// A few failures in a row: the next try is due at `until`, worth waiting for.
    case cooling(failures: Int, until: Duration)
    /// Known to be down.
    case open(trips: Int, until: Duration)
    /// One caller is finding out; a further one may when it has not come back by `until`.
    case probing(trips: Int, until: Duration)
  }

  enum Verdict: Equatable {
    case go
    /// Come back then.
    case wait(until: Duration)
    /// Give up at once; the endpoint will be tried again at `until`.
    case no(until: Duration)
  }

  private let failuresToTrip: Int
  private let cooling: Backoff
  private let pause: Backoff
  private(set) var state: State = .closed

  /// One caller is finding out; the others need not wait for that.
  var isProbing: Bool {
    if case .probing = state { return true }
    return false
  }

  init(failuresToTrip: Int, cooling: Backoff, pause: Backoff) {
    (self.failuresToTrip, self.cooling, self.pause) = (failuresToTrip, cooling, pause)
  }

  /// A caller wants to connect.
  mutating func asked(now: Duration) -> Verdict {
    switch state {
    case .closed: return .go
    case .cooling(_, let until): return now >= until ? .go : .wait(until: until)
    case .open(let trips, let until), .probing(let trips, let until):
      guard now >= until else { return .no(until: until) }
      state = .probing(trips: trips, until: now + pause.limit)
      return .go
    }
  }

  /// The endpoint answered.
  mutating func succeeded() { state = .closed }

  /// The endpoint could not be reached, or a connection to it broke.
  mutating func failed(now: Duration, chance: any Chance) {
    switch state {
    case .closed: count(failures: 1, now: now, chance: chance)
    case .cooling(let failures, _): count(failures: failures + 1, now: now, chance: chance)
    case .open(let trips, _), .probing(let trips, _):
      trip(trips + 1, now: now, chance: chance)
    }
  }

  /// Endpoint and client will have none of each other: there is no use in a few tries more.
  mutating func refused(now: Duration, chance: any Chance) {
    switch state {
    case .closed, .cooling: trip(1, now: now, chance: chance)
    case .open(let trips, _), .probing(let trips, _):
      trip(trips + 1, now: now, chance: chance)
    }
  }

  private mutating func count(failures: Int, now: Duration, chance: any Chance) {
    guard failures < failuresToTrip else { return trip(1, now: now, chance: chance) }
    let until = now + cooling.delay(attempt: failures, chance: chance)
    state = .cooling(failures: failures, until: until)
  }

  private mutating func trip(_ trips: Int, now: Duration, chance: any Chance) {
    state = .open(trips: trips, until: now + pause.delay(attempt: trips, chance: chance))
  }
}

/// Lets retries be at most a share of the calls that went well, so that retrying never multiplies
/// an overload (Google SRE Book, chapter 22): in a full outage nothing is added, and what good
/// times left is a second's worth.
struct RetryBudget {
  /// Retries that a client may do at once, however few calls it made.
  static let start = 10.0
  /// Savings beyond `start` are forgotten in this time.
  static let memory = Duration.seconds(1)

  private let share: Double
  private var tokens = start
  /// As far as the calls that went well have been counted, and when.
  private var counted = (calls: 0, at: Duration.zero)

  init(share: Double) { self.share = share }

  /// True when a retry may be done.
  /// - Parameter answered: calls that went well since the beginning.
  mutating func retryWanted(answered: Int, now: Duration) -> Bool {
    earn(Double(answered - counted.calls), in: now - counted.at)
    counted = (answered, now)
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  private mutating func earn(_ calls: Double, in time: Duration) {
    let passed = Double(time.microseconds) / Double(Self.memory.microseconds)
    if tokens > Self.start { tokens = max(Self.start, tokens * max(0, 1 - passed)) }
    tokens += share * calls / max(1, passed)
  }
}

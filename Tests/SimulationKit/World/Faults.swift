import Kernel
import Synchronization

/// What goes wrong, and how often. All of it is drawn from the loop's generator.
final class Faults: Sendable {
  /// What becomes of a request on its way.
  enum Fate {
    case arrives
    case arrivesTwice
    case isLost
  }

  private let loop: Loop
  private let isOn = Mutex(true)

  init(loop: Loop) { self.loop = loop }

  /// From now on nothing goes wrong any more.
  func stop() { isOn.withLock { $0 = false } }

  /// A number below `bound`.
  func below(_ bound: Int) -> Int { Int(loop.draw() % UInt64(bound)) }

  /// Between two durations.
  func between(_ least: Duration, _ most: Duration) -> Duration {
    least + .microseconds(Int64(below(Int((most - least).microseconds) + 1)))
  }

  /// Once in so many times, while anything goes wrong.
  func happens(onceIn times: Int) -> Bool { isOn.withLock { $0 } && below(times) == 0 }

  // MARK: Network

  /// One way between two processes: mostly short, now and then long enough to come out of order.
  func latency() -> Duration {
    happens(onceIn: 100)
      ? between(.milliseconds(5), .milliseconds(500))
      : between(.microseconds(100), .milliseconds(3))
  }

  /// One way between a process and its database.
  func latencyOfStore() -> Duration {
    happens(onceIn: 300)
      ? between(.milliseconds(5), .milliseconds(300))
      : between(.microseconds(50), .microseconds(800))
  }

  /// Until somebody notices that his peer is gone.
  func detection() -> Duration { between(.milliseconds(1), .seconds(2)) }

  func fateOfRequest() -> Fate {
    guard isOn.withLock({ $0 }) else { return .arrives }
    switch below(400) {
    case 0, 1: return .isLost
    case 2, 3: return .arrivesTwice
    default: return .arrives
    }
  }

  func losesReply() -> Bool { happens(onceIn: 400) }
}

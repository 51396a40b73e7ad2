import Kernel
import Synchronization

/// What happened, in order: the newest lines, and a hash over all of them. Two runs with the same
/// hash were the same run.
package final class Journal: Sendable {
  private struct State {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var newest: [String] = []
    var oldest = 0
    var operations = 0
    var figures: [String: Int] = [:]
    var violation: String?
  }

  /// Lines that are shown of a run that failed.
  private static let shown = 200

  private let loop: Loop
  private let state = Mutex(State())
  private let print: (@Sendable (String) -> Void)?

  /// - Parameter print: is given every line.
  init(loop: Loop, print: (@Sendable (String) -> Void)? = nil) {
    (self.loop, self.print) = (loop, print)
  }

  /// Writes a line down.
  func note(_ what: String) {
    let line = "\(loop.now.microseconds) \(what)"
    print?(line)
    state.withLock { state in
      var hash = state.hash
      for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      state.hash = hash
      if state.newest.count < Self.shown {
        state.newest.append(line)
      } else {
        state.newest[state.oldest] = line
        state.oldest = (state.oldest + 1) % Self.shown
      }
    }
  }

  /// One durable write or one message happened.
  func operation(_ what: String) {
    note(what)
    state.withLock { $0.operations += 1 }
  }

  /// Counts for the report.
  func count(_ figure: String, _ number: Int = 1) {
    state.withLock { $0.figures[figure, default: 0] += number }
  }

  /// Something is not as it must always be; the first such thing is kept.
  func violated(_ rule: String) {
    note("VIOLATION \(rule)")
    state.withLock { if $0.violation == nil { $0.violation = rule } }
  }

  package var operations: Int { state.withLock { $0.operations } }
  package var violation: String? { state.withLock { $0.violation } }
  package var figures: [String: Int] { state.withLock { $0.figures } }

  /// Hexadecimal.
  package var hash: String { String(state.withLock { $0.hash }, radix: 16) }

  /// The newest lines, oldest first.
  package var tail: [String] {
    state.withLock { Array($0.newest[$0.oldest...] + $0.newest[..<$0.oldest]) }
  }
}

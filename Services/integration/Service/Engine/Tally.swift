import Synchronization

/// What a run has used; kept apart from its result, because failed runs use things too.
final class Tally: Sendable {
  struct Spent: Sendable, Equatable {
    var tokensInput: Int64 = 0
    var tokensOutput: Int64 = 0
    /// Millionths of a US dollar.
    var costMicros: Int64 = 0
    var tries: Int64 = 0
    var wasRepaired = false
    var wasAskedAgain = false
    var promptVersion: Int64 = 0
  }

  private let spent = Mutex(Spent())

  var now: Spent { spent.withLock { $0 } }

  func note(_ change: @Sendable (inout Spent) -> Void) { spent.withLock { change(&$0) } }
}

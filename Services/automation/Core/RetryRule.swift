/// What becomes of a stage after a round in which some items could not be reached.
package enum RetryRule {
  /// Rounds without any progress before a stage gives up.
  package static let mostRounds = 6
  /// Unreachable items in a row after which a round stops.
  package static let mostInARow = 4

  package enum Verdict: Sendable, Equatable {
    /// Wait and try again; the number counts rounds without progress, 1 first.
    case again(Int)
    /// The rest of the stage works: these items are at fault.
    case failItems
    /// Nothing of the stage works.
    case failStage
  }

  /// - Parameters:
  ///   - rounds: rounds without progress before this one.
  ///   - progressed: some item ended in this round.
  ///   - anyDone: some item of the stage was ever done.
  package static func verdict(rounds: Int, progressed: Bool, anyDone: Bool) -> Verdict {
    if progressed { return .again(1) }
    if rounds + 1 < mostRounds { return .again(rounds + 1) }
    return anyDone ? .failItems : .failStage
  }
}

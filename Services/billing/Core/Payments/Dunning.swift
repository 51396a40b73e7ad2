import Kernel

/// When the money of a term is asked of the account's card: as soon as the term begins, and while
/// it does not come, some days later, each time after a longer pause. All of it happens within the
/// shortest month; who has not paid by its end gets no further one.
package enum Dunning {
  private static let day = Duration.seconds(86_400)

  /// The pauses after the first try, the second, ….
  package static let pauses = [day, day * 3, day * 5, day * 7]

  /// - Parameter tries: how many there were, the one now among them.
  /// - Returns: nil when there is none left.
  package static func next(after tries: Int, at now: Instant) -> Instant? {
    guard tries > 0 else { return now }
    return tries <= pauses.count ? now + pauses[tries - 1] : nil
  }
}

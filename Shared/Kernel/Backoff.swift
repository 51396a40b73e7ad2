/// Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").
package struct Backoff: Sendable {
  package var base: Duration
  package var limit: Duration

  package init(base: Duration, limit: Duration) { (self.base, self.limit) = (base, limit) }

  /// The wait before try number `attempt` (the first retry is 1): between half and all of
  /// `base · 2^(attempt−1)`, `limit` at most.
  package func delay(attempt: Int, chance: any Chance) -> Duration {
    let doublings = min(max(attempt - 1, 0), 30)
    let ceiling = min(base * (1 << doublings), limit)
    return ceiling / 2 + .microseconds(Int64(Double(ceiling.microseconds) / 2 * chance.fraction()))
  }
}

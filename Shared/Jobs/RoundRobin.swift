import Kernel

/// Which account each priority served last, so that the next claim begins behind it.
struct RoundRobin: Sendable, Equatable {
  private(set) var served: [JobPriority: Int64] = [:]

  /// The account served last, `Int64.min` before the first.
  func last(_ priority: JobPriority) -> Int64 { served[priority] ?? .min }

  /// Notes the accounts that a claim served: the last one in turn is the farthest behind the one
  /// before, counted around.
  mutating func note(_ claimed: some Sequence<(priority: JobPriority, account: AccountID)>) {
    let before = self
    for (priority, account) in claimed {
      let start = before.last(priority)
      let known = served[priority] ?? start
      if Self.turn(account.value, after: start) >= Self.turn(known, after: start)
        || known == start
      {
        served[priority] = account.value
      }
    }
  }

  /// Where an account comes in a round that begins behind `start`.
  private static func turn(_ account: Int64, after start: Int64) -> UInt64 {
    UInt64(bitPattern: account &- start &- 1)
  }
}

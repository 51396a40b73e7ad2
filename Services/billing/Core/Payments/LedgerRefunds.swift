import Kernel

extension Ledger {
  /// Takes back what was paid for and is paid back: free credits of its own lot first, then others
  /// in the order they are spent. What is promised or gone stays so: never below zero.
  /// - Returns: nil when nothing was free.
  package mutating func takeBack(
    _ credits: Credits, of lot: LotID?, _ description: String, reference: String, at now: Instant
  ) -> Entry? {
    settle(at: now)
    defer { ring() }
    let wanted = min(credits, available)
    let own = min(wanted, lots.first { $0.id == lot }?.free ?? .zero)
    var taken: [LotShare] = []
    if let lot, own > .zero {
      move(lot, free: -own)
      taken.append(LotShare(lot: lot, credits: own))
    }
    taken += take(wanted - own, keepingHeld: false)
    guard !taken.isEmpty else { return nil }
    return book(
      .refund, Self.merged(taken).map { LotShare(lot: $0.lot, credits: -$0.credits) },
      description, reference: reference, key: reference, at: now)
  }

  /// What was taken back for a refund that came to nothing returns to the very lots.
  /// - Parameter stored: the lots that it came from, as they are stored.
  @discardableResult
  package mutating func putBack(
    _ taken: [LotShare], into stored: [Lot], _ description: String, reference: String,
    key: String, at now: Instant
  ) -> Entry {
    settle(at: now)
    for lot in stored where !lots.contains(where: { $0.id == lot.id }) {
      lots.insert(lot, at: lots.firstIndex { Lot.isSpent(lot, before: $0) } ?? lots.endIndex)
    }
    let shares = taken.map { LotShare(lot: $0.lot, credits: -$0.credits) }
    for share in shares { move(share.lot, free: share.credits) }
    alarm.creditsCame()
    changes.alarm = alarm
    let entry = book(.refund, shares, description, reference: reference, key: key, at: now)
    settle(at: now, notBefore: now)
    return entry
  }
}

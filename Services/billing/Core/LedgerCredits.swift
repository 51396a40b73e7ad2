import Kernel

extension Ledger {
  /// Adds credits as a lot of their own.
  @discardableResult
  package mutating func grant(
    _ credits: Credits, as kind: LotKind, booked entry: EntryKind, _ description: String,
    reference: String, key: String?, expiresAt: Instant? = nil, metadata: String = "{}",
    at now: Instant
  ) -> Entry {
    lotCount += 1
    let lot = Lot(
      id: LotID(lotCount), kind: kind, granted: credits, createdAt: now, expiresAt: expiresAt)
    let place = lots.firstIndex { Lot.isSpent(lot, before: $0) } ?? lots.endIndex
    lots.insert(lot, at: place)
    changes.newLots.insert(lot.id)
    alarm.creditsCame()
    changes.alarm = alarm
    return book(
      entry, [LotShare(lot: lot.id, credits: credits)], description, reference: reference,
      key: key, metadata: metadata, at: now)
  }

  /// Credits that were paid for. Nobody pays for one thing twice: `reference` is the entry's key.
  @discardableResult
  package mutating func purchase(
    _ credits: Credits, _ description: String, reference: String, at now: Instant
  ) -> Entry {
    settle(at: now)
    defer { ring() }
    return grant(
      credits, as: .purchased, booked: .purchase, description, reference: reference,
      key: reference, at: now)
  }

  /// The first period of a plan begins with the opening of an account.
  package mutating func open(at now: Instant) {
    renew(Period(containing: now), at: now)
    changes.newTerm = nil
    ring()
  }

  /// Staff gives credits, or takes free ones.
  package mutating func adjust(
    by amount: Credits, reason: String, key: String?, expiresAt: Instant? = nil,
    metadata: String = "{}", at now: Instant
  ) throws(AdjustRefusal) -> Entry {
    settle(at: now)
    defer { ring() }
    guard amount != .zero else { throw .amountIsZero }
    guard abs(amount.value) <= Price.largestAmount else { throw .amountTooLarge }
    guard !reason.isEmpty else { throw .noReason }
    if amount > .zero {
      if let expiresAt, expiresAt <= now { throw .alreadyExpired }
      return grant(
        amount, as: .adjustment, booked: .adjustment, reason, reference: "staff", key: key,
        expiresAt: expiresAt, metadata: metadata, at: now)
    }
    guard -amount <= available else {
      throw .insufficientCredits(required: -amount, available: available)
    }
    let taken = take(-amount, keepingHeld: false)
    return book(
      .adjustment, taken.map { LotShare(lot: $0.lot, credits: -$0.credits) }, reason,
      reference: "staff", key: key, metadata: metadata, at: now)
  }
}

import Kernel

extension Ledger {
  /// Books everything that time has done until `now`, in the order in which it fell due: holds
  /// that expired, lots that lapsed, the new period's credits. At one moment holds come first,
  /// then lots, then the new credits.
  package mutating func settle(at now: Instant) {
    settle(at: now, notBefore: Instant(microseconds: .min))
  }

  /// Books what fell due by something that happened at `first`: no entry is older than its cause.
  mutating func settle(at now: Instant, notBefore first: Instant) {
    var last = first
    while let next = earliestDue(at: now, notBefore: last) {
      last = next.at
      switch next.kind {
      case .hold(let index): expire(due.remove(at: index), at: last)
      case .lot(let index): lapse(index, at: last)
      case .change(let change): settle(change, at: last)
      case .period(let period): renew(period, at: last)
      }
    }
    ring()
  }

  private enum DueKind {
    case hold(Int)
    case lot(Int)
    case change(PlanChange)
    case period(Period)
  }

  private func earliestDue(
    at now: Instant, notBefore last: Instant
  ) -> (at: Instant, kind: DueKind)? {
    var found: (at: Instant, kind: DueKind)?
    func consider(_ dueAt: Instant, _ kind: DueKind) {
      let at = max(dueAt, last)
      if dueAt <= now, found.map({ at < $0.at }) ?? true { found = (at, kind) }
    }
    for (index, hold) in due.enumerated() { consider(hold.expiresAt, .hold(index)) }
    for (index, lot) in lots.enumerated() where lot.free > .zero {
      if let at = lot.expiresAt { consider(at, .lot(index)) }
    }
    if let change = terms.change { consider(change.dueAt, .change(change)) }
    if let period = terms.period, !terms.isPaused, period.end <= now {
      let current = Period(containing: now)
      consider(current.start, .period(current))
    }
    return found
  }

  private mutating func expire(_ hold: Hold, at moment: Instant) {
    giveBack(hold.shares)
    reserved -= hold.credits
    close(hold, as: .expired, at: moment)
  }

  private mutating func lapse(_ index: Int, at moment: Instant) {
    let lot = lots[index]
    move(lot.id, free: -lot.free)
    book(
      .adjustment, [LotShare(lot: lot.id, credits: -lot.free)], "Expired \(lot.kind) credits",
      reference: "lot/\(lot.id)", at: moment)
  }

  /// Periods that went by unseen bring nothing and cost nothing: their credits would have lapsed.
  mutating func renew(_ period: Period, at moment: Instant) {
    if let reason = ending(at: period.start) { return end(reason, at: moment) }
    let isNewTerm = terms.term.map { $0.end <= period.start } ?? true
    if isNewTerm { beginTerm(Period(months: 1, from: period.start), at: moment) }
    terms.period = period
    changes.renewed = period
    guard terms.included > .zero else { return }
    grant(
      terms.included, as: .plan, booked: .subscription,
      "\(terms.planName) plan, \(period.start.date.text)", reference: period.key,
      key: period.key, expiresAt: period.end, at: moment)
  }
}

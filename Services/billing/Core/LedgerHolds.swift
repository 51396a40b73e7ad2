import Kernel

extension Ledger {
  /// Promises credits to every request, or to none. A key that names a hold already is answered
  /// with that hold, unchanged; holds placed now have no number yet.
  /// - Parameter existing: the holds that the requests' keys name.
  package mutating func authorize(
    _ requests: [HoldRequest], existing: [Hold], until expiresAt: Instant, at now: Instant
  ) throws(AuthorizeRefusal) -> [Hold] {
    settle(at: now)
    var known: [String: Hold] = [:]
    for hold in existing { known[hold.key] = current(hold) }
    let wanted = try new(requests, besides: known)
    let required = wanted.reduce(Credits.zero) { $0 + $1.credits }
    guard required <= available else {
      refuse(required)
      throw .insufficientCredits(required: required, available: available)
    }
    for request in wanted {
      known[request.key] = place(request, until: expiresAt, at: now)
    }
    return requests.compactMap { known[$0.key] }
  }

  /// The requests whose keys are new, each key once.
  private func new(
    _ requests: [HoldRequest], besides known: [String: Hold]
  ) throws(AuthorizeRefusal) -> [HoldRequest] {
    var operations = known.mapValues(\.operation)
    var wanted: [HoldRequest] = []
    for request in requests {
      if let operation = operations[request.key] {
        guard operation == request.price.operation else { throw .keyTaken(request.key) }
        continue
      }
      guard request.credits > .zero else { throw .creditsNotPositive }
      operations[request.key] = request.price.operation
      wanted.append(request)
    }
    return wanted
  }

  private mutating func place(
    _ request: HoldRequest, until expiresAt: Instant, at now: Instant
  ) -> Hold {
    let shares = take(request.credits, keepingHeld: true)
    reserved += request.credits
    let hold = Hold(request: request, shares: shares, createdAt: now, expiresAt: expiresAt)
    changes.newHolds.append(hold)
    return hold
  }

  /// Notes that something was refused for want of credits.
  package mutating func refuse(_ required: Credits) {
    let before = alarm
    if let notice = alarm.refused(required: required, available: available) {
      changes.notices.append(notice)
    }
    if alarm != before { changes.alarm = alarm }
  }

  /// Charges what the work cost: the hold at most, and more only where the terms allow it.
  package mutating func capture(
    _ stored: Hold, _ actual: ActualCost, metadata: String = "{}", at now: Instant
  ) throws(CaptureRefusal) -> Capture {
    settle(at: now)
    let hold = current(stored)
    switch hold.state {
    case .captured: return try repeated(hold, actual)
    case .released: throw .released
    case .expired: throw .expired
    case .open: break
    }
    let cost = try priced(actual, hold)
    let (spent, unspent) = hold.shares.split(at: cost)
    giveBack(unspent)
    for share in spent { move(share.lot, held: -share.credits) }
    reserved -= hold.credits
    var taken = spent
    if terms.allowsOverage, cost > hold.credits {
      taken += take(min(cost - hold.credits, available - spent.total), keepingHeld: false)
    }
    let charged = taken.total
    let entry = book(
      .deduction, Self.merged(taken).map { LotShare(lot: $0.lot, credits: -$0.credits) },
      hold.operation, reference: hold.entryKey, key: hold.entryKey, hold: hold.id,
      metadata: metadata, at: now)
    let closed = close(hold, as: .captured, captured: charged, shortfall: cost - charged, at: now)
    settle(at: now, notBefore: now)
    return Capture(hold: closed, entry: entry)
  }

  private func priced(_ actual: ActualCost, _ hold: Hold) throws(CaptureRefusal) -> Credits {
    do { return try actual.cost(under: hold) } catch { throw .price(error) }
  }

  /// A second capture is the first one again if it names the same cost.
  private func repeated(_ hold: Hold, _ actual: ActualCost) throws(CaptureRefusal) -> Capture {
    let cost = try priced(actual, hold)
    let captured = hold.captured ?? .zero
    guard cost == captured + (hold.shortfall ?? .zero) else { throw .capturedOtherwise(captured) }
    return Capture(hold: hold, entry: nil)
  }

  /// Gives a hold back. One that was released or has expired already is answered as it is.
  package mutating func release(
    _ stored: Hold, reason: String, at now: Instant
  ) throws(ReleaseRefusal) -> Hold {
    settle(at: now)
    let hold = current(stored)
    switch hold.state {
    case .captured: throw .captured
    case .released, .expired: return hold
    case .open: break
    }
    giveBack(hold.shares)
    reserved -= hold.credits
    let closed = close(hold, as: .released, reason: reason, at: now)
    settle(at: now, notBefore: now)
    return closed
  }

  /// Lets an open hold live until `expiresAt`, never shorter than before. Others stay as they are.
  package mutating func extend(_ stored: Hold, until expiresAt: Instant, at now: Instant) -> Hold {
    settle(at: now)
    var hold = current(stored)
    guard hold.state == .open, expiresAt > hold.expiresAt else { return hold }
    hold.expiresAt = expiresAt
    changes.changedHolds.append(hold)
    return hold
  }

  /// A hold as it is by now: settling may have closed the one that was loaded.
  package func current(_ stored: Hold) -> Hold {
    changes.changedHolds.last { $0.id == stored.id } ?? stored
  }
}

/// A hold that was captured.
package struct Capture: Sendable, Hashable {
  package let hold: Hold
  /// What was booked; nil when an earlier call had booked it.
  package let entry: Entry?

  package var charged: Credits { hold.captured ?? .zero }
  package var shortfall: Credits { hold.shortfall ?? .zero }
}

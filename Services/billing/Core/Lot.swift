import Kernel

package enum LotSubject {}
/// The number of a lot within its account, 1 first.
package typealias LotID = Identifier<LotSubject>

/// Where a lot's credits come from.
package enum LotKind: String, Sendable, CaseIterable {
  /// Included in the plan, for one period.
  case plan
  case purchased, promotional, adjustment
}

/// Credits that came in together and lapse together.
///
/// `granted = free + held + spent + lapsed`; only what is free or held is still the account's.
package struct Lot: Sendable, Hashable {
  package let id: LotID
  package let kind: LotKind
  package let granted: Credits
  package let createdAt: Instant
  /// From this moment on the free part is gone.
  package let expiresAt: Instant?
  package internal(set) var free: Credits
  /// Promised to open holds; outlives the lot's expiry for as long as its hold does.
  package internal(set) var held: Credits

  package init(
    id: LotID, kind: LotKind, granted: Credits, createdAt: Instant, expiresAt: Instant? = nil,
    free: Credits? = nil, held: Credits = .zero
  ) {
    (self.id, self.kind, self.granted) = (id, kind, granted)
    (self.createdAt, self.expiresAt) = (createdAt, expiresAt)
    (self.free, self.held) = (free ?? granted, held)
  }

  package func hasExpired(at now: Instant) -> Bool { expiresAt.map { $0 <= now } ?? false }

  /// Which of two lots is spent first: the one that expires sooner, then the older one.
  package static func isSpent(_ left: Lot, before right: Lot) -> Bool {
    switch (left.expiresAt, right.expiresAt) {
    case (let first?, let second?) where first != second: first < second
    case (_?, nil): true
    case (nil, _?): false
    default: (left.createdAt, left.id) < (right.createdAt, right.id)
    }
  }
}

/// A number of credits of one lot: what a hold took, or what an entry moved (then signed).
package struct LotShare: Sendable, Hashable {
  package let lot: LotID
  package let credits: Credits

  package init(lot: LotID, credits: Credits) { (self.lot, self.credits) = (lot, credits) }
}

extension [LotShare] {
  package var total: Credits { reduce(.zero) { $0 + $1.credits } }

  /// The first `credits` of the shares, and what is left of them.
  func split(at credits: Credits) -> (first: [LotShare], rest: [LotShare]) {
    var wanted = credits
    var (first, rest): ([LotShare], [LotShare]) = ([], [])
    for share in self {
      let taken = Swift.min(wanted, share.credits)
      wanted -= taken
      if taken > .zero { first.append(LotShare(lot: share.lot, credits: taken)) }
      let left = share.credits - taken
      if left > .zero { rest.append(LotShare(lot: share.lot, credits: left)) }
    }
    return (first, rest)
  }
}

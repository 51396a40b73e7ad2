import Kernel

package enum HoldSubject {}
package typealias HoldID = Identifier<HoldSubject>

/// ```mermaid
/// stateDiagram-v2
///   [*] --> open: authorize
///   open --> open: extend
///   open --> captured: capture
///   open --> released: release
///   open --> expired: settle, once its time has passed
///   captured --> [*]
///   released --> [*]
///   expired --> [*]
/// ```
package enum HoldState: String, Sendable, CaseIterable {
  case open, captured, released, expired
}

/// Credits promised to one piece of work.
package struct Hold: Sendable, Hashable {
  /// 0 before it is stored.
  package internal(set) var id: HoldID
  package let key: String
  package let operation: String
  package let reference: String
  /// What it promises; the sum of its shares.
  package let credits: Credits
  /// The lots it took from, the one spent first in front.
  package let shares: [LotShare]
  /// The price of its day, at which the real amount is charged.
  package let price: Price
  package let site: SiteID?
  package let user: UserID?
  package let createdAt: Instant
  package internal(set) var expiresAt: Instant
  package internal(set) var state: HoldState
  /// What was charged.
  package internal(set) var captured: Credits?
  /// What the result cost above what was charged.
  package internal(set) var shortfall: Credits?
  package internal(set) var reason: String?
  package internal(set) var closedAt: Instant?

  package init(
    id: HoldID = HoldID(0), request: HoldRequest, shares: [LotShare], createdAt: Instant,
    expiresAt: Instant, state: HoldState = .open, captured: Credits? = nil,
    shortfall: Credits? = nil, reason: String? = nil, closedAt: Instant? = nil
  ) {
    (self.id, self.key, self.operation) = (id, request.key, request.price.operation)
    (self.reference, self.credits, self.shares) = (request.reference, request.credits, shares)
    (self.price, self.site, self.user) = (request.price, request.site, request.user)
    (self.createdAt, self.expiresAt, self.state) = (createdAt, expiresAt, state)
    (self.captured, self.shortfall) = (captured, shortfall)
    (self.reason, self.closedAt) = (reason, closedAt)
  }

  /// The key of the one entry that charges it.
  package var entryKey: String { "hold/\(id)" }

  /// The hold under the number that it got when it was stored.
  package func stored(as id: HoldID) -> Hold {
    var hold = self
    hold.id = id
    return hold
  }
}

/// What work asks for before it runs.
package struct HoldRequest: Sendable, Hashable {
  /// Unique in the account.
  package let key: String
  package let price: Price
  package let credits: Credits
  package let reference: String
  package let site: SiteID?
  package let user: UserID?

  package init(
    key: String, price: Price, credits: Credits, reference: String = "", site: SiteID? = nil,
    user: UserID? = nil
  ) {
    (self.key, self.price, self.credits) = (key, price, credits)
    (self.reference, self.site, self.user) = (reference, site, user)
  }
}

/// What the work really cost.
package enum ActualCost: Sendable, Hashable {
  case wholeHold
  /// In the unit of the hold's price.
  case amount(Int64)
  case credits(Credits)

  func cost(under hold: Hold) throws(PriceRefusal) -> Credits {
    switch self {
    case .wholeHold: return hold.credits
    case .amount(let amount): return try hold.price.cost(of: amount)
    case .credits(let credits):
      guard credits > .zero else { throw .amountNotPositive }
      guard credits.value <= Price.largestAmount else { throw .amountTooLarge }
      return credits
    }
  }
}

import Kernel

/// What an account's plan says to the ledger.
package struct Terms: Sendable, Hashable {
  package internal(set) var planID: Int64
  /// The plan's name, as entries show it.
  package var planName: String
  /// Credits of every period.
  package var included: Credits
  /// Of a month of the plan.
  package internal(set) var price: Money
  /// A result dearer than its hold is charged from what is free, too.
  package var allowsOverage: Bool
  /// The month whose credits were given last; nil when nothing renews by itself.
  package var period: Period?
  package internal(set) var cycle: BillingCycle
  /// What was charged last, a month or a year; nil for the period.
  package internal(set) var term: Period?
  /// When the term's invoice was to be paid, while it is not.
  package internal(set) var owedSince: Instant?
  package internal(set) var termInvoice: InvoiceID?
  /// The subscription ends with the term.
  package internal(set) var isEnding: Bool
  /// The account is suspended: until it is active again no month begins and nothing is charged.
  package internal(set) var isPaused: Bool
  /// The plan of the next term, where it is another one.
  package internal(set) var next: PlanChoice?
  /// A plan that begins as soon as it is paid.
  package internal(set) var change: PlanChange?

  package init(
    planID: Int64 = 0, planName: String = "", included: Credits = .zero,
    price: Money = Money(minor: 0, .dollar), allowsOverage: Bool = false, period: Period? = nil,
    cycle: BillingCycle = .monthly, term: Period? = nil, owedSince: Instant? = nil,
    termInvoice: InvoiceID? = nil, isEnding: Bool = false, isPaused: Bool = false,
    next: PlanChoice? = nil, change: PlanChange? = nil
  ) {
    (self.planID, self.planName, self.included) = (planID, planName, included)
    (self.price, self.allowsOverage, self.period) = (price, allowsOverage, period)
    (self.cycle, self.term) = (cycle, term)
    (self.isEnding, self.isPaused) = (isEnding, isPaused)
    (self.owedSince, self.termInvoice) = (owedSince, termInvoice)
    (self.next, self.change) = (next, change)
  }

  package internal(set) var plan: PlanTerms {
    get { PlanTerms(id: planID, name: planName, included: included, price: price) }
    set {
      (planID, planName, included) = (newValue.id, newValue.name, newValue.included)
      price = newValue.price
    }
  }
}

/// What one piece of work on a ledger changed: what its shell has to store, all or nothing.
package struct LedgerChanges: Sendable, Hashable {
  package var entries: [Entry] = []
  /// Ids of lots that were added or changed.
  package var lots: Set<LotID> = []
  package var newLots: Set<LotID> = []
  package var newHolds: [Hold] = []
  package var changedHolds: [Hold] = []
  package var notices: [LowNotice] = []
  /// The period that began.
  package var renewed: Period?
  /// The subscription is not what it was.
  package var terms = false
  /// What begins now and is to be invoiced.
  package var newTerm: Period?
  /// Invoices whose offer lapsed.
  package var lapsed: [InvoiceID] = []
  /// The invoice of a term that was not paid.
  package var unpaid: InvoiceID?
  /// For the subscription's history.
  package var story: [SubscriptionStory] = []
  package var alarm: LowAlarm?

  package var isEmpty: Bool {
    entries.isEmpty && lots.isEmpty && newHolds.isEmpty && changedHolds.isEmpty
      && notices.isEmpty && renewed == nil && alarm == nil && !terms
  }
}

/// One account's credits: a pure machine. The shell loads it under the account's lock, lets one
/// thing happen to it and stores `changes`.
///
/// After every step: balance = Σ amounts, reserved = Σ open holds, Σ free = available ≥ 0.
package struct Ledger: Sendable {
  package let account: AccountID
  package internal(set) var balance: Credits
  package internal(set) var reserved: Credits
  /// Position of the chain's last entry; 0 for none.
  package internal(set) var seq: Int64
  /// How many lots the account ever had.
  package internal(set) var lotCount: Int64
  /// Lots with anything free or held, in the order they are spent.
  package internal(set) var lots: [Lot]
  /// Open holds whose time has passed and that nobody has booked yet.
  var due: [Hold]
  package internal(set) var terms: Terms
  package internal(set) var alarm: LowAlarm
  /// Nil for accounts that buy nothing by themselves.
  package let topUp: TopUpAlarm?
  package internal(set) var changes = LedgerChanges()

  package init(
    account: AccountID, balance: Credits = .zero, reserved: Credits = .zero, seq: Int64 = 0,
    lotCount: Int64 = 0, lots: [Lot] = [], due: [Hold] = [], terms: Terms = Terms(),
    alarm: LowAlarm = LowAlarm(), topUp: TopUpAlarm? = nil
  ) {
    (self.account, self.balance, self.reserved) = (account, balance, reserved)
    (self.seq, self.lotCount) = (seq, lotCount)
    self.due = due.sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
    (self.terms, self.alarm, self.topUp) = (terms, alarm, topUp)
    self.lots = lots.sorted(by: Lot.isSpent)
  }

  package var available: Credits { balance - reserved }

  /// What must hold before anything is stored: every credit is in exactly one place.
  package var isBalanced: Bool {
    let free = lots.reduce(Credits.zero) { $0 + $1.free }
    let held = lots.reduce(Credits.zero) { $0 + $1.held }
    return free == available && held == reserved && free >= .zero
      && lots.allSatisfy { $0.free >= .zero && $0.held >= .zero }
  }

  // MARK: Steps that everything else is made of

  /// Takes free credits, lot by lot in the order they are spent; there must be enough.
  mutating func take(_ credits: Credits, keepingHeld: Bool) -> [LotShare] {
    var wanted = credits
    var shares: [LotShare] = []
    for lot in lots where wanted > .zero && lot.free > .zero {
      let taken = min(wanted, lot.free)
      wanted -= taken
      shares.append(LotShare(lot: lot.id, credits: taken))
    }
    for share in shares {
      move(share.lot, free: -share.credits, held: keepingHeld ? share.credits : .zero)
    }
    return shares
  }

  mutating func giveBack(_ shares: [LotShare]) {
    for share in shares { move(share.lot, free: share.credits, held: -share.credits) }
  }

  mutating func move(_ id: LotID, free: Credits = .zero, held: Credits = .zero) {
    guard let index = lots.firstIndex(where: { $0.id == id }) else { return }
    lots[index].free += free
    lots[index].held += held
    changes.lots.insert(id)
  }

  static func merged(_ shares: [LotShare]) -> [LotShare] {
    var order: [LotID] = []
    var sums: [LotID: Credits] = [:]
    for share in shares {
      if sums[share.lot] == nil { order.append(share.lot) }
      sums[share.lot, default: .zero] += share.credits
    }
    return order.map { LotShare(lot: $0, credits: sums[$0] ?? .zero) }
  }

  @discardableResult
  mutating func book(
    _ kind: EntryKind, _ movements: [LotShare], _ description: String, reference: String,
    key: String? = nil, hold: HoldID? = nil, metadata: String = "{}", at now: Instant
  ) -> Entry {
    seq += 1
    balance += movements.total
    let entry = Entry(
      seq: seq, kind: kind, amount: movements.total, balanceAfter: balance,
      description: description, reference: reference, key: key, hold: hold,
      movements: movements, metadata: metadata, at: now)
    changes.entries.append(entry)
    return entry
  }

  @discardableResult
  mutating func close(
    _ hold: Hold, as state: HoldState, captured: Credits? = nil, shortfall: Credits? = nil,
    reason: String? = nil, at now: Instant
  ) -> Hold {
    var closed = hold
    (closed.state, closed.closedAt, closed.reason) = (state, now, reason)
    (closed.captured, closed.shortfall) = (captured, shortfall)
    changes.changedHolds.append(closed)
    return closed
  }

  /// Compares the balance with the plan's credits once everything is booked.
  mutating func ring() {
    let before = alarm
    if let notice = alarm.balanceChanged(to: balance, of: terms.included) {
      changes.notices.append(notice)
    }
    if alarm != before { changes.alarm = alarm }
  }
}

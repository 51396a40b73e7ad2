import Kernel

/// How long a plan is paid for at once.
package enum BillingCycle: String, Sendable, CaseIterable {
  case monthly, annual

  package var months: Int { self == .monthly ? 1 : 12 }
  /// A year costs what ten months cost.
  package var pricedMonths: Int64 { self == .monthly ? 1 : 10 }
}

/// What a plan gives and costs.
package struct PlanTerms: Sendable, Hashable {
  package let id: Int64
  package let name: String
  package let included: Credits
  /// Of a month.
  package let price: Money

  package init(id: Int64, name: String, included: Credits, price: Money) {
    (self.id, self.name, self.included, self.price) = (id, name, included, price)
  }

  package func price(of cycle: BillingCycle) -> Int64 { price.minor * cycle.pricedMonths }
}

/// A plan and how long it is paid for at once.
package struct PlanChoice: Sendable, Hashable {
  package let plan: PlanTerms
  package let cycle: BillingCycle

  package init(plan: PlanTerms, cycle: BillingCycle) { (self.plan, self.cycle) = (plan, cycle) }
}

/// A plan that begins before the term is over.
package struct PlanChange: Sendable, Hashable {
  package let plan: PlanTerms
  package let cycle: BillingCycle
  /// What is paid for.
  package let term: Period
  /// Credits that come when it begins: the month's share of what the plan gives more.
  package let credits: Credits
  package let invoice: InvoiceID?
  /// When it was paid; until when it can be, while it is not.
  package let dueAt: Instant
  package let isPaid: Bool

  package init(
    plan: PlanTerms, cycle: BillingCycle, term: Period, credits: Credits,
    invoice: InvoiceID? = nil, dueAt: Instant, isPaid: Bool = false
  ) {
    (self.plan, self.cycle, self.term, self.credits) = (plan, cycle, term, credits)
    (self.invoice, self.dueAt, self.isPaid) = (invoice, dueAt, isPaid)
  }

  package func invoiced(by invoice: InvoiceID) -> PlanChange {
    PlanChange(
      plan: plan, cycle: cycle, term: term, credits: credits, invoice: invoice, dueAt: dueAt)
  }
}

/// Why a subscription ended.
package enum SubscriptionEnd: String, Sendable { case asked, unpaid }

/// A line of a subscription's history.
package struct SubscriptionStory: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case asked, lapsed, scheduled, changed, cancelled, resumed, ended, paused, unpaused
  }

  package let kind: Kind
  package let note: String
  package let at: Instant

  package init(_ kind: Kind, note: String = "", at: Instant) {
    (self.kind, self.note, self.at) = (kind, note, at)
  }
}

/// ```mermaid
/// stateDiagram-v2
///   [*] --> active: account opened
///   active --> ending: cancel
///   ending --> active: resume
///   active --> pastDue: term not paid in time
///   pastDue --> active: paid
///   pastDue --> ending: cancel
///   pastDue --> cancelled: next month begins
///   ending --> cancelled: term over
///   cancelled --> active: plan begins
/// ```
/// While the account is suspended each of them is paused: time moves none of them on.
package enum SubscriptionState: String, Sendable, CaseIterable {
  case active, ending, cancelled
  case pastDue = "past_due"
}

/// What somebody asks of a subscription.
package enum SubscriptionRequest: Sendable, Hashable {
  case change(to: PlanTerms, BillingCycle)
  case cancel
  case resume
}

/// What comes of it.
package enum SubscriptionStep: Sendable, Hashable {
  case unchanged
  /// Now, as it costs nothing.
  case begins(PlanChange)
  /// As soon as it is paid.
  case awaitsPayment(PlanChange)
  case changesWithTerm(PlanChoice)
  case endsWithTerm
  /// What was to happen with the term's end does not.
  case goesOn
}

/// Why it is refused, in order of precedence.
package enum SubscriptionRefusal: Error, Hashable, CaseIterable {
  /// The account has to be active again.
  case paused
  /// The term has to be paid first.
  case pastDue
  /// The cancellation has to be undone first.
  case ending
  /// There is nothing left to go on; a plan has to be chosen.
  case cancelled
  /// What was paid is in another currency.
  case otherCurrency
}

/// Decides what comes of a request; pure, on what an account is subscribed to.
extension Terms {
  package func state(at now: Instant) -> SubscriptionState {
    if period == nil { return .cancelled }
    if isEnding { return .ending }
    return owedSince.map { $0 <= now } ?? false ? .pastDue : .active
  }

  /// Up begins now, once it is paid; down with the term's end.
  package func step(
    _ request: SubscriptionRequest, at now: Instant
  ) throws(SubscriptionRefusal) -> SubscriptionStep {
    let state = state(at: now)
    switch request {
    case .change where isPaused: throw .paused
    case .change(let plan, let cycle): return try change(to: plan, cycle, in: state, at: now)
    case .cancel: return state == .ending || state == .cancelled ? .unchanged : .endsWithTerm
    case .resume:
      switch state {
      case .cancelled: throw .cancelled
      case .ending: return .goesOn
      case .active, .pastDue: return next == nil ? .unchanged : .goesOn
      }
    }
  }

  private func change(
    to wanted: PlanTerms, _ cycle: BillingCycle, in state: SubscriptionState, at now: Instant
  ) throws(SubscriptionRefusal) -> SubscriptionStep {
    switch state {
    case .pastDue: throw .pastDue
    case .ending: throw .ending
    case .active where wanted.id == plan.id && cycle == self.cycle:
      return next == nil ? .unchanged : .goesOn
    case .active, .cancelled: break
    }
    if let change, change.plan.id == wanted.id, change.cycle == cycle { return .unchanged }
    let isFree = plan.price.minor == 0 || wanted.price.minor == 0
    guard state == .cancelled || isFree || wanted.price.currency == plan.price.currency else {
      throw .otherCurrency
    }
    guard state == .cancelled || isUp(wanted, cycle) else {
      let choice = PlanChoice(plan: wanted, cycle: cycle)
      return choice == next ? .unchanged : .changesWithTerm(choice)
    }
    let change = offer(wanted, cycle, at: now)
    return wanted.price.minor == 0 ? .begins(change) : .awaitsPayment(change)
  }

  /// Dearer, or for longer; never for a shorter time than is paid already.
  private func isUp(_ wanted: PlanTerms, _ cycle: BillingCycle) -> Bool {
    if cycle.months < self.cycle.months { return false }
    let isLonger = wanted.id == plan.id && cycle.months > self.cycle.months
    return wanted.price.minor > plan.price.minor || isLonger
  }

  // MARK: Proration

  /// Who takes a plan in the last quarter of a month pays the next one at once: nobody is given a
  /// month on trust for the price of a day.
  package static let shortestShare: Int64 = 4

  private func month(at now: Instant) -> Period { period ?? Period(containing: now) }

  private func offer(
    _ wanted: PlanTerms, _ cycle: BillingCycle, at now: Instant
  ) -> PlanChange {
    let month = month(at: now)
    let more = period == nil ? wanted.included : wanted.included - included
    let share = more.value * (month.end.seconds - now.seconds) / month.seconds
    return PlanChange(
      plan: wanted, cycle: cycle, term: sold(cycle, at: now), credits: max(.zero, Credits(share)),
      dueAt: month.end)
  }

  /// What is sold: the running year, or a new term from this month on.
  private func sold(_ cycle: BillingCycle, at now: Instant) -> Period {
    let month = month(at: now)
    guard cycle == .monthly else {
      if period != nil, self.cycle == .annual, let term { return term }
      return Period(months: 12, from: month.start)
    }
    let isShort = (month.end.seconds - now.seconds) * Self.shortestShare < month.seconds
    return isShort ? Period(months: 2, from: month.start) : month
  }

  /// What a change costs: the rest of its term, less what is left of the running one; by the
  /// second.
  package func lines(of change: PlanChange, at now: Instant) -> [InvoiceLine] {
    let month = month(at: now)
    let priced = change.cycle == .annual ? change.term : month
    let price = change.plan.price(of: change.cycle)
    let rest = price.scaled(by: priced.end.seconds - now.seconds, over: priced.seconds)
    func line(_ from: Instant, _ end: Instant, _ amount: Int64) -> InvoiceLine {
      let last = (end - .microseconds(1)).date.text
      return InvoiceLine(
        "\(change.plan.name) plan, \(change.cycle), \(from.date.text) – \(last)",
        unitAmount: amount)
    }
    var lines = [line(now, priced.end, max(1, rest))]
    if change.term.end > priced.end { lines.append(line(priced.end, change.term.end, price)) }
    let running = term ?? month
    let unused = plan.price(of: cycle).scaled(
      by: running.end.seconds - now.seconds, over: running.seconds)
    if period != nil, owedSince == nil, unused > 0 {
      let last = (running.end - .microseconds(1)).date.text
      lines.append(
        InvoiceLine("Unused time of \(planName), until \(last)", unitAmount: -unused))
    }
    return lines
  }

  /// What a term that begins costs.
  package func lines(of term: Period) -> [InvoiceLine] {
    let last = (term.end - .microseconds(1)).date.text
    return [
      InvoiceLine(
        "\(planName) plan, \(cycle), \(term.start.date.text) – \(last)",
        unitAmount: plan.price(of: cycle))
    ]
  }
}

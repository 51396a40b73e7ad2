import Kernel

extension Ledger {
  /// Why the subscription ends when a period begins; nil when it goes on.
  func ending(at start: Instant) -> SubscriptionEnd? {
    if let owedSince = terms.owedSince, owedSince <= start { return .unpaid }
    let isOver = terms.term.map { $0.end <= start } ?? true
    return terms.isEnding && isOver ? .asked : nil
  }

  /// No more credits of a plan from here on; all others stay.
  mutating func end(_ reason: SubscriptionEnd, at moment: Instant) {
    if reason == .unpaid { changes.unpaid = terms.termInvoice }
    (terms.period, terms.term, terms.owedSince) = (nil, nil, nil)
    (terms.isEnding, terms.next) = (false, nil)
    changes.terms = true
    changes.story.append(SubscriptionStory(.ended, note: reason.rawValue, at: moment))
  }

  /// The next term begins, on the plan that was chosen for it; what costs something is invoiced.
  mutating func beginTerm(_ month: Period, at moment: Instant) {
    if let next = terms.next {
      (terms.plan, terms.cycle, terms.next) = (next.plan, next.cycle, nil)
      changes.story.append(SubscriptionStory(.changed, note: next.plan.name, at: moment))
      changes.terms = true
    }
    let isPaid = terms.price.minor > 0
    guard isPaid || terms.term != nil else { return }
    let term = Period(months: terms.cycle.months, from: month.start)
    (terms.term, terms.owedSince, terms.termInvoice) = (term, nil, nil)
    changes.terms = true
    if isPaid { changes.newTerm = term }
  }

  /// A change whose payment came begins; one whose time is over lapses.
  mutating func settle(_ change: PlanChange, at moment: Instant) {
    guard change.isPaid else {
      changes.lapsed += [change.invoice].compactMap { $0 }
      changes.story.append(SubscriptionStory(.lapsed, note: change.plan.name, at: moment))
      terms.change = nil
      changes.terms = true
      return
    }
    begin(change, at: moment)
  }

  /// The plan begins now: its share of the month's credits comes, the term is the one that was
  /// paid for.
  package mutating func begin(_ change: PlanChange, at moment: Instant) {
    (terms.plan, terms.cycle, terms.term) = (change.plan, change.cycle, change.term)
    (terms.change, terms.next, terms.isEnding) = (nil, nil, false)
    (terms.owedSince, terms.termInvoice) = (nil, change.invoice)
    let period = terms.period ?? Period(containing: moment)
    terms.period = period
    changes.terms = true
    changes.story.append(SubscriptionStory(.changed, note: change.plan.name, at: moment))
    guard change.credits > .zero else { return }
    let name = "\(period.key)/change/\(seq + 1)"
    grant(
      change.credits, as: .plan, booked: .subscription,
      "\(change.plan.name) plan, from \(moment.date.text)",
      reference: change.invoice.map { "invoice/\($0)" } ?? name, key: name,
      expiresAt: period.end, at: moment)
  }

  /// What somebody asked for, decided by `Terms.step`.
  package mutating func take(_ step: SubscriptionStep, at now: Instant) {
    switch step {
    case .unchanged: return
    case .begins(let change): begin(change, at: now)
    case .awaitsPayment(let change):
      terms.change = change
      changes.story.append(SubscriptionStory(.asked, note: change.plan.name, at: now))
    case .changesWithTerm(let next):
      terms.next = next
      changes.story.append(SubscriptionStory(.scheduled, note: next.plan.name, at: now))
    case .endsWithTerm:
      (terms.isEnding, terms.next) = (true, nil)
      changes.story.append(SubscriptionStory(.cancelled, at: now))
    case .goesOn:
      (terms.isEnding, terms.next) = (false, nil)
      changes.story.append(SubscriptionStory(.resumed, at: now))
    }
    changes.terms = true
    ring()
  }

  /// No month begins any more.
  /// - Parameter since: when the account was suspended; what fell due before it still counts.
  package mutating func pause(since: Instant, at now: Instant) {
    settle(at: min(since, now))
    guard !terms.isPaused else { return }
    terms.isPaused = true
    changes.terms = true
    changes.story.append(SubscriptionStory(.paused, at: now))
  }

  /// Months begin again; the present one now, where the last one is over.
  package mutating func unpause(at now: Instant) {
    settle(at: now)
    guard terms.isPaused else { return }
    terms.isPaused = false
    changes.terms = true
    changes.story.append(SubscriptionStory(.unpaused, at: now))
    settle(at: now, notBefore: now)
  }

  /// Takes back an offer that nobody paid.
  package mutating func dropChange(at now: Instant) {
    guard let change = terms.change, !change.isPaid else { return }
    settle(change, at: now)
  }

  /// The term that begins waits for its money.
  package mutating func owe(_ invoice: InvoiceID, since dueAt: Instant?) {
    (terms.termInvoice, terms.owedSince) = (invoice, dueAt)
  }
}

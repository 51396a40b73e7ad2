import BillingCore
import Kernel
import Testing

private func plan(_ id: Int64, _ price: Int64, _ included: Int64, _ code: String = "USD")
  -> PlanTerms
{
  PlanTerms(
    id: id, name: "Plan \(id)", included: Credits(included),
    price: Money(minor: price, Currency(code) ?? .dollar))
}

private let free = plan(1, 0, 100)
private let starter = plan(2, 2_900, 1_000)
private let growth = plan(3, 9_900, 5_000)

/// March, in which every test begins on the tenth.
private let march = Period(containing: start)

private func terms(
  _ plan: PlanTerms, _ cycle: BillingCycle = .monthly, term: Period? = nil,
  owedSince: Instant? = nil, isEnding: Bool = false, next: PlanChoice? = nil,
  change: PlanChange? = nil, period: Period? = march
) -> Terms {
  Terms(
    planID: plan.id, planName: plan.name, included: plan.included, price: plan.price,
    period: period, cycle: cycle, term: term, owedSince: owedSince,
    termInvoice: owedSince.map { _ in InvoiceID(8) }, isEnding: isEnding, next: next,
    change: change)
}

@Suite("Subscriptions")
struct SubscriptionTests {
  static let states: [(SubscriptionState, Terms)] = [
    (.active, terms(starter)), (.ending, terms(starter, isEnding: true)),
    (.pastDue, terms(starter, owedSince: start)), (.cancelled, terms(starter, period: nil)),
  ]

  /// What comes of every request in every state.
  enum Outcome: Equatable {
    case step(String)
    case refused(SubscriptionRefusal)
  }

  static let table: [(SubscriptionState, String, Outcome)] = [
    (.active, "up", .step("awaitsPayment")), (.active, "down", .step("changesWithTerm")),
    (.active, "same", .step("unchanged")), (.active, "longer", .step("awaitsPayment")),
    (.active, "cancel", .step("endsWithTerm")), (.active, "resume", .step("unchanged")),
    (.ending, "up", .refused(.ending)), (.ending, "down", .refused(.ending)),
    (.ending, "same", .refused(.ending)), (.ending, "longer", .refused(.ending)),
    (.ending, "cancel", .step("unchanged")), (.ending, "resume", .step("goesOn")),
    (.pastDue, "up", .refused(.pastDue)), (.pastDue, "down", .refused(.pastDue)),
    (.pastDue, "same", .refused(.pastDue)), (.pastDue, "longer", .refused(.pastDue)),
    (.pastDue, "cancel", .step("endsWithTerm")), (.pastDue, "resume", .step("unchanged")),
    (.cancelled, "up", .step("awaitsPayment")), (.cancelled, "down", .step("begins")),
    (.cancelled, "same", .step("awaitsPayment")), (.cancelled, "longer", .step("awaitsPayment")),
    (.cancelled, "cancel", .step("unchanged")), (.cancelled, "resume", .refused(.cancelled)),
  ]

  static let requests: [String: SubscriptionRequest] = [
    "up": .change(to: growth, .monthly), "down": .change(to: free, .monthly),
    "same": .change(to: starter, .monthly), "longer": .change(to: starter, .annual),
    "cancel": .cancel, "resume": .resume,
  ]

  @Test("every request in every state", arguments: table)
  func transitions(state: SubscriptionState, request: String, outcome: Outcome) throws {
    let terms = try #require(Self.states.first { $0.0 == state }?.1)
    #expect(terms.state(at: start) == state)
    let wanted = try #require(Self.requests[request])
    let found = Result { () throws(SubscriptionRefusal) in try terms.step(wanted, at: start) }
    switch found {
    case .success(let step):
      let name = "\(step)".prefix { $0 != "(" }
      #expect(.step(String(name)) == outcome)
    case .failure(let refusal): #expect(.refused(refusal) == outcome)
    }
  }

  @Test("the table knows every state and every request")
  func complete() {
    #expect(Self.states.map(\.0).count == SubscriptionState.allCases.count)
    #expect(
      Set(Self.table.map { "\($0.0) \($0.1)" }).count
        == SubscriptionState.allCases.count * Self.requests.count)
  }

  @Test("a year costs ten months")
  func annual() { #expect(starter.price(of: .annual) == 29_000) }

  private func change(
    _ terms: Terms, to plan: PlanTerms, _ cycle: BillingCycle = .monthly, at now: Instant
  ) throws -> (change: PlanChange, lines: [Int64]) {
    guard case .awaitsPayment(let change) = try terms.step(.change(to: plan, cycle), at: now) else {
      throw SubscriptionRefusal.ending
    }
    return (change, terms.lines(of: change, at: now).map(\.unitAmount))
  }

  @Test("an upgrade costs the rest of the month less what is left of the old plan, by the second")
  func proration() throws {
    // 22 of 31 days are left.
    let found = try change(terms(starter), to: growth, at: start)
    #expect(found.lines == [7_026, -2_058])
    #expect(found.change.term == march)
    #expect(found.change.credits == Credits(2_838))
    #expect(found.change.dueAt == april)
    let second = try change(terms(starter), to: growth, at: start + .seconds(60_000))
    #expect(second.lines == [6_804, -1_993])
    let first = try change(terms(free), to: starter, at: march.start)
    #expect(first.lines == [2_900])
    #expect(first.change.credits == Credits(900))
  }

  @Test("who upgrades in the last quarter of a month pays the next month as well")
  func late() throws {
    let found = try change(terms(free), to: growth, at: april - .seconds(1))
    #expect(found.lines == [1, 9_900])
    #expect(found.change.term == Period(months: 2, from: march.start))
    #expect(found.change.credits == .zero)
  }

  @Test("from months to a year: the year begins with the month, the month's rest is taken off")
  func toAnnual() throws {
    let found = try change(terms(starter), to: starter, .annual, at: start)
    #expect(found.change.term == Period(months: 12, from: march.start))
    #expect(found.lines == [28_285, -2_058])
    #expect(found.change.credits == .zero)
  }

  @Test("within a year a dearer plan costs the difference for the rest of the year")
  func withinAnnual() throws {
    let year = Period(months: 12, from: Instant(CivilDate(year: 2026, month: 1, day: 1)))
    let found = try change(terms(starter, .annual, term: year), to: growth, .annual, at: start)
    #expect(found.change.term == year)
    #expect(found.lines.reduce(0, +) == 56_959)
  }

  @Test("a shorter cycle waits for the term's end, also with a dearer plan")
  func shorter() throws {
    let year = Period(months: 12, from: march.start)
    let step = try terms(starter, .annual, term: year).step(
      .change(to: growth, .monthly), at: start)
    #expect(step == .changesWithTerm(PlanChoice(plan: growth, cycle: .monthly)))
  }

  @Test("plans of two currencies are not set off against each other")
  func currencies() {
    let euro = plan(9, 9_900, 5_000, "EUR")
    #expect(throws: SubscriptionRefusal.otherCurrency) {
      try terms(starter).step(.change(to: euro, .monthly), at: start)
    }
  }

  @Test("asking for what waits for its payment already changes nothing")
  func asking() throws {
    let found = try change(terms(free), to: starter, at: start).change
    let waiting = terms(free, change: found.invoiced(by: InvoiceID(4)))
    #expect(try waiting.step(.change(to: starter, .monthly), at: after(60)) == .unchanged)
  }
}

@Suite("Terms of plans")
struct TermTests {
  private func world(_ terms: Terms) -> World {
    var world = World(terms: terms)
    world.terms.period = nil
    world.run { $0.open(at: start) }
    world.terms = terms
    return world
  }

  private func ask(_ request: SubscriptionRequest, in world: inout World, at now: Instant = start)
    throws
  {
    try world.run(at: now) { ledger in
      ledger.settle(at: now)
      let step = try ledger.terms.step(request, at: now)
      ledger.take(step, at: now)
    }
  }

  @Test("a downgrade comes with the next month, at its price and with its credits")
  func downgrade() throws {
    var world = world(terms(growth))
    try ask(.change(to: starter, .monthly), in: &world)
    world.settle(at: april - .microseconds(1))
    #expect(world.terms.planName == "Plan 3")
    let changes = world.run(at: april) { ledger in
      ledger.settle(at: april)
      return ledger.changes
    }
    #expect(changes.newTerm == Period(containing: april))
    #expect(changes.story.map(\.kind) == [.changed])
    #expect(world.balance == Credits(1_000))
    #expect(world.terms.plan == starter)
    #expect(world.terms.next == nil)
    #expect(world.faults.isEmpty)
  }

  @Test("a cancelled subscription ends with its term; bought credits stay; it can be undone before")
  func cancel() throws {
    var world = world(terms(starter))
    world.grant(50)
    try ask(.cancel, in: &world)
    try ask(.resume, in: &world)
    #expect(!world.terms.isEnding)
    try ask(.cancel, in: &world)
    world.settle(at: april)
    #expect(world.terms.state(at: april) == .cancelled)
    #expect(world.balance == Credits(50))
    world.settle(at: Instant(CivilDate(year: 2026, month: 9, day: 9)))
    #expect(world.balance == Credits(50))
    #expect(world.faults.isEmpty)
  }

  @Test("a year gives its credits every month and is charged once")
  func annual() {
    let year = Period(months: 12, from: march.start)
    var world = world(terms(starter, .annual, term: year))
    for month in 1...11 {
      let turn = Period(months: month, from: march.start).end
      let changes = world.run(at: turn) { ledger in
        ledger.settle(at: turn)
        return ledger.changes
      }
      #expect(changes.newTerm == nil)
      #expect(changes.renewed?.start == turn)
    }
    let changes = world.run(at: year.end) { ledger in
      ledger.settle(at: year.end)
      return ledger.changes
    }
    #expect(changes.newTerm == Period(months: 12, from: year.end))
    #expect(world.entries.count { $0.kind == .subscription } == 13)
    #expect(world.balance == Credits(1_000))
    #expect(world.faults.isEmpty)
  }

  @Test("a term that was not paid in time is not followed by another one")
  func unpaid() {
    var world = world(terms(starter, owedSince: after(86_400)))
    let changes = world.run(at: april) { ledger in
      ledger.settle(at: april)
      return ledger.changes
    }
    #expect(changes.unpaid == InvoiceID(8))
    #expect(changes.story.map(\.note) == ["unpaid"])
    #expect(world.terms.period == nil)
    #expect(world.balance == .zero)
    #expect(world.faults.isEmpty)
  }

  private func waiting(isPaid: Bool, at dueAt: Instant) -> PlanChange {
    PlanChange(
      plan: growth, cycle: .monthly, term: march, credits: Credits(2_838), invoice: InvoiceID(4),
      dueAt: dueAt, isPaid: isPaid)
  }

  @Test("a paid change begins at the moment of its payment, with its share of the month's credits")
  func paid() {
    var world = world(terms(starter, change: waiting(isPaid: true, at: after(60))))
    world.settle(at: after(59))
    #expect(world.terms.plan == starter)
    world.settle(at: after(86_400))
    #expect(world.terms.plan == growth)
    #expect(world.terms.change == nil)
    #expect(world.balance == Credits(3_838))
    #expect(world.entries.last?.at == after(60))
    #expect(world.lots[LotID(2)]?.expiresAt == april)
    world.settle(at: april)
    #expect(world.balance == Credits(5_000))
    #expect(world.faults.isEmpty)
  }

  @Test("an offer that nobody paid lapses with the month, and the old plan goes on")
  func lapsed() {
    var world = world(terms(starter, change: waiting(isPaid: false, at: april)))
    let changes = world.run(at: april) { ledger in
      ledger.settle(at: april)
      return ledger.changes
    }
    #expect(changes.lapsed == [InvoiceID(4)])
    #expect(world.terms.change == nil)
    #expect(world.balance == Credits(1_000))
    #expect(changes.newTerm != nil)
  }

  @Test("several missed months bring the present one's credits and its invoice alone")
  func missed() {
    var world = world(terms(starter))
    let july = Instant(CivilDate(year: 2026, month: 7, day: 20))
    let changes = world.run(at: july) { ledger in
      ledger.settle(at: july)
      return ledger.changes
    }
    #expect(changes.newTerm == Period(containing: july))
    #expect(world.entries.count { $0.kind == .subscription } == 2)
    #expect(world.balance == Credits(1_000))
  }
}

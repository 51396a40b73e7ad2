import BillingCore
import Kernel
import Testing

@Suite("Credits that come")
struct CreditsTests {
  private let starter = Terms(planName: "Starter", included: Credits(1_000))

  private func opened(_ terms: Terms) -> World {
    var world = World(terms: terms)
    world.run { $0.open(at: start) }
    return world
  }

  @Test("an account opens with its plan's credits for the rest of the month")
  func open() throws {
    let world = opened(starter)
    let entry = try #require(world.entries.first)
    #expect(entry.kind == .subscription)
    #expect(entry.amount == Credits(1_000))
    #expect(entry.key == "period/2026-03-01")
    #expect(world.lots[LotID(1)]?.expiresAt == april)
    #expect(world.terms.period == Period(containing: start))
  }

  @Test("an account on a plan without credits opens empty")
  func openEmpty() {
    let world = opened(Terms(planName: "None"))
    #expect(world.entries.isEmpty)
    #expect(world.terms.period != nil)
  }

  @Test("the first of the month takes the old period's rest and brings the new credits, once")
  func renewal() {
    var world = opened(starter)
    world.grant(50)
    world.settle(at: april - .microseconds(1))
    #expect(world.balance == Credits(1_050))
    world.settle(at: april)
    world.settle(at: april)
    world.settle(at: april + .seconds(86_400))
    #expect(world.balance == Credits(1_050))
    #expect(world.entries.map(\.amount.value) == [1_000, 50, -1_000, 1_000])
    #expect(world.entries.suffix(2).map(\.at) == [april, april])
    #expect(world.entries.last?.key == "period/2026-04-01")
    #expect(world.notices.isEmpty)
    #expect(world.faults.isEmpty)
  }

  @Test("months that went by unseen bring only the present one's credits")
  func missedMonths() {
    var world = opened(starter)
    let july = Instant(CivilDate(year: 2026, month: 7, day: 20))
    world.settle(at: july)
    #expect(world.entries.map(\.key) == ["period/2026-03-01", nil, "period/2026-07-01"])
    #expect(world.entries.map(\.at).last == Instant(CivilDate(year: 2026, month: 7, day: 1)))
    #expect(world.balance == Credits(1_000))
  }

  @Test("credits promised over the turn of the month stay promised")
  func heldOverTheMonth() throws {
    var world = opened(starter)
    let hold = try world.authorize(400, key: "a", at: april - .seconds(60)).get()
    #expect(hold.shares.map(\.lot.value) == [1])
    world.settle(at: april)
    #expect((world.balance, world.reserved) == (Credits(1_400), Credits(400)))
    _ = try world.capture("a", .credits(Credits(300)), at: april + .seconds(60)).get()
    #expect((world.balance, world.reserved) == (Credits(1_000), .zero))
    #expect(world.faults.isEmpty)
  }

  @Test("an authorisation at the turn of the month already has the new credits")
  func authorizeAtTheTurn() throws {
    var world = opened(starter)
    _ = try world.authorize(1_000, key: "a").get()
    _ = try world.capture("a").get()
    let hold = try world.authorize(1_000, key: "b", at: april).get()
    #expect(hold.shares.map(\.lot.value) == [2])
  }

  @Test("staff gives credits that never lapse unless it says so")
  func adjustUp() throws {
    var world = World(credits: 10)
    let entry = try world.adjust(by: 90).get()
    #expect(entry.kind == .adjustment)
    #expect(entry.description == "goodwill")
    #expect(world.lots[LotID(2)]?.kind == .adjustment)
    #expect(world.lots[LotID(2)]?.expiresAt == nil)
    #expect(world.balance == Credits(100))
  }

  @Test("staff takes free credits only, in the order they would be spent")
  func adjustDown() throws {
    var world = World()
    world.grant(10)
    world.grant(10, until: after(1_000))
    _ = try world.authorize(5, key: "a").get()
    let entry = try world.adjust(by: -10).get()
    #expect(entry.movements.map(\.lot.value) == [2, 1])
    #expect(entry.movements.map(\.credits.value) == [-5, -5])
    let refusal = AdjustRefusal.insufficientCredits(required: Credits(6), available: Credits(5))
    #expect(throws: refusal) { try world.adjust(by: -6).get() }
    #expect(world.faults.isEmpty)
  }

  @Test(
    "an adjustment needs an amount and a reason",
    arguments: [
      (0, "why", AdjustRefusal.amountIsZero), (5, "", .noReason), (0, "", .amountIsZero),
      (Price.largestAmount + 1, "why", .amountTooLarge),
      (-Price.largestAmount - 1, "why", .amountTooLarge),
    ] as [(Int64, String, AdjustRefusal)])
  func badAdjustment(amount: Int64, reason: String, refusal: AdjustRefusal) {
    var world = World(credits: 10)
    #expect(throws: refusal) { try world.adjust(by: amount, reason: reason).get() }
    #expect(world.balance == Credits(10))
  }

  @Test("credits cannot be given for a time that is over")
  func expiredAdjustment() {
    var world = World()
    #expect(throws: AdjustRefusal.alreadyExpired) {
      try world.run { ledger in
        try ledger.adjust(
          by: Credits(5), reason: "late", key: nil, expiresAt: start, at: start)
      }
    }
  }
}

@Suite("Periods")
struct PeriodTests {
  @Test(
    "a period is the calendar month, UTC",
    arguments: [
      ("2026-01-31T23:59:59.999999Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
      ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
      ("2026-12-15T12:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
      ("2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ])
  func month(now: String, start: String, end: String) throws {
    let period = Period(containing: try #require(Instant(rfc3339: now)))
    #expect(period.start.rfc3339 == start)
    #expect(period.end.rfc3339 == end)
  }

  @Test("its key names its first day")
  func key() { #expect(Period(containing: april).key == "period/2026-04-01") }
}

@Suite("Low credits")
struct AlarmTests {
  private func world(_ included: Int64 = 100) -> World {
    var world = World(terms: Terms(planName: "Free", included: Credits(included)))
    world.run { $0.open(at: start) }
    return world
  }

  private func spend(_ credits: Int64, _ key: String, in world: inout World) throws {
    _ = try world.authorize(credits, key: key).get()
    _ = try world.capture(key).get()
  }

  @Test(
    "the level is 20 % and 5 % of the plan's credits",
    arguments: [
      (101, 100, LowLevel.normal), (21, 100, .normal), (20, 100, .low), (6, 100, .low),
      (5, 100, .critical), (0, 100, .critical), (0, 0, .normal), (1, 7, .low), (2, 7, .normal),
    ] as [(Int64, Int64, LowLevel)])
  func level(balance: Int64, included: Int64, level: LowLevel) {
    #expect(LowLevel(balance: Credits(balance), of: Credits(included)) == level)
  }

  @Test("each crossing is told once, and again after the balance was up")
  func crossings() throws {
    var world = world()
    try spend(79, "a", in: &world)
    #expect(world.notices.isEmpty)
    try spend(1, "b", in: &world)
    try spend(1, "c", in: &world)
    #expect(world.notices == [.crossed(.low)])
    try spend(15, "d", in: &world)
    #expect(world.notices == [.crossed(.low), .crossed(.critical)])
    _ = try world.adjust(by: 50).get()
    try spend(50, "e", in: &world)
    #expect(world.notices == [.crossed(.low), .crossed(.critical), .crossed(.critical)])
  }

  @Test("a hold alone rings nothing")
  func holdsAreSilent() throws {
    var world = world()
    _ = try world.authorize(100, key: "a").get()
    #expect(world.notices.isEmpty)
  }

  @Test("a refusal is told once until credits come")
  func refusals() throws {
    var world = world()
    _ = world.authorize(200, key: "a")
    _ = world.authorize(300, key: "b")
    let first = LowNotice.refused(required: Credits(200), available: Credits(100))
    #expect(world.notices == [first])
    _ = try world.adjust(by: 1).get()
    _ = world.authorize(200, key: "c")
    #expect(
      world.notices == [first, .refused(required: Credits(200), available: Credits(101))])
  }
}

import BillingCore
import Kernel
import Testing

@Suite("Subscriptions of suspended accounts")
struct PauseTests {
  private let may = Instant(CivilDate(year: 2026, month: 5, day: 17))
  private let starter = PlanTerms(
    id: 2, name: "Starter", included: Credits(1_000), price: Money(minor: 2_900, .dollar))

  private func paid(isEnding: Bool = false, next: PlanChoice? = nil) -> World {
    var world = World(
      terms: Terms(
        planID: 2, planName: "Starter", included: Credits(1_000), price: starter.price,
        period: Period(containing: start), term: Period(containing: start), isEnding: isEnding,
        next: next))
    world.grant(1_000, as: .plan, until: april)
    world.grant(50)
    return world
  }

  private func suspend(_ world: inout World, at now: Instant, heard: Instant? = nil) {
    world.run(at: heard ?? now) { $0.pause(since: now, at: heard ?? now) }
  }

  @Test("no month begins and nothing is owed while the account is suspended; credits lapse")
  func pause() {
    var world = paid()
    suspend(&world, at: start)
    let changes = world.run(at: may) { ledger in
      ledger.settle(at: may)
      return ledger.changes
    }
    #expect((changes.renewed, changes.newTerm) == (nil, nil))
    #expect(changes.entries.map(\.at) == [april])
    #expect(world.balance == Credits(50))
    #expect(world.terms.period == Period(containing: start))
  }

  @Test("an active account gets the present month, from then on, and is charged for it once")
  func unpause() {
    var world = paid()
    suspend(&world, at: start)
    let changes = world.run(at: may) { ledger in
      ledger.unpause(at: may)
      ledger.unpause(at: may)
      return ledger.changes
    }
    let month = Period(containing: may)
    #expect(changes.newTerm == month)
    #expect(changes.entries.map(\.at) == [april, may])
    #expect(changes.story.map(\.kind) == [.unpaused])
    #expect(world.balance == Credits(1_050))
    #expect(world.terms.period == month)
    #expect(world.lots.values.contains { $0.expiresAt == month.end && $0.free == Credits(1_000) })
  }

  @Test("within the month nothing but the name of it changes")
  func within() {
    var world = paid()
    suspend(&world, at: start)
    let now = start + .seconds(3_600)
    let changes = world.run(at: now) { ledger in
      ledger.unpause(at: now)
      return ledger.changes
    }
    #expect(changes.entries.isEmpty && changes.renewed == nil)
    #expect(world.balance == Credits(1_050))
  }

  @Test("what fell due before the suspension is booked, however late it is heard of")
  func late() {
    var world = paid()
    suspend(&world, at: april + .seconds(60), heard: may)
    #expect(world.terms.period == Period(containing: april))
    #expect(world.balance == Credits(1_050))
    var before = paid()
    suspend(&before, at: april - .seconds(60), heard: may)
    #expect(before.terms.period == Period(containing: start))
    before.settle(at: may)
    #expect(before.balance == Credits(50))
  }

  @Test("what was to happen with the term's end happens when the account is active again")
  func end() {
    var ending = paid(isEnding: true)
    suspend(&ending, at: start)
    ending.settle(at: may)
    #expect(ending.terms.state(at: may) == .ending)
    ending.run(at: may) { $0.unpause(at: may) }
    #expect(ending.terms.state(at: may) == .cancelled)
    let free = PlanTerms(
      id: 1, name: "Free", included: Credits(100), price: Money(minor: 0, .dollar))
    var changing = paid(next: PlanChoice(plan: free, cycle: .monthly))
    suspend(&changing, at: start)
    changing.run(at: may) { $0.unpause(at: may) }
    #expect((changing.terms.planID, changing.balance) == (1, Credits(150)))
  }

  @Test("a plan cannot be changed meanwhile; it can be cancelled")
  func requests() throws {
    var world = paid()
    suspend(&world, at: start)
    #expect(throws: SubscriptionRefusal.paused) {
      try world.terms.step(.change(to: starter, .annual), at: start)
    }
    #expect(try world.terms.step(.cancel, at: start) == .endsWithTerm)
  }
}

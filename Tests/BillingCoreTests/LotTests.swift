import BillingCore
import Kernel
import Testing

@Suite("Lots")
struct LotTests {
  @Test("a hold takes from the lot that expires soonest, then from the oldest")
  func order() throws {
    var world = World()
    world.grant(10, at: start)  // 1: never expires, oldest
    world.grant(10, until: after(9_000), at: after(1))  // 2
    world.grant(10, until: after(5_000), at: after(2))  // 3: soonest
    world.grant(10, at: after(3))  // 4: never expires
    world.grant(10, until: after(9_000), at: after(4))  // 5: as 2, younger
    let hold = try world.authorize(45, key: "a", at: after(5)).get()
    #expect(hold.shares.map(\.lot.value) == [3, 2, 5, 1, 4])
    #expect(hold.shares.map(\.credits.value) == [10, 10, 10, 10, 5])
  }

  @Test("a capture below its hold returns the rest to the lots it came from, last taken first")
  func returned() throws {
    var world = World()
    world.grant(5, as: .promotional, until: after(5_000))
    world.grant(5, until: after(6_000))
    world.grant(5)
    _ = try world.authorize(12, key: "a").get()
    _ = try world.capture("a", .credits(Credits(6))).get()
    #expect(world.lots[LotID(1)]?.free == .zero)
    #expect(world.lots[LotID(2)]?.free == Credits(4))
    #expect(world.lots[LotID(3)]?.free == Credits(5))
    #expect(world.entries.last?.movements.map(\.lot.value) == [1, 2])
    #expect(world.entries.last?.movements.map(\.credits.value) == [-5, -1])
  }

  @Test("a release returns to the very lots that the hold took from")
  func released() throws {
    var world = World()
    world.grant(5, until: after(5_000))
    world.grant(5)
    let before = world.lots
    _ = try world.authorize(8, key: "a").get()
    #expect(world.lots != before)
    _ = try world.release("a").get()
    #expect(world.lots == before)
  }

  @Test("what is left of an expired lot leaves by an adjustment of its very time")
  func lapse() throws {
    var world = World()
    world.grant(10, until: after(100))
    world.settle(at: after(99))
    #expect(world.balance == Credits(10))
    world.settle(at: after(5_000))
    #expect(world.balance == .zero)
    let entry = try #require(world.entries.last)
    #expect(entry.kind == .adjustment)
    #expect(entry.amount == Credits(-10))
    #expect(entry.at == after(100))
    #expect(entry.reference == "lot/1")
  }

  @Test("at its expiry a lot is gone, one microsecond before it is there")
  func boundary() {
    var world = World()
    world.grant(10, until: after(100))
    let before = after(100) - .microseconds(1)
    #expect(throws: Never.self) { try world.authorize(10, key: "a", at: before).get() }
    #expect(throws: Never.self) { try world.release("a", at: before).get() }
    #expect(throws: AuthorizeRefusal.insufficientCredits(required: Credits(1), available: .zero)) {
      try world.authorize(1, key: "b", at: after(100)).get()
    }
  }

  @Test("a lot under a live hold expires for its free part only")
  func held() throws {
    var world = World()
    world.grant(10, until: after(100))
    _ = try world.authorize(4, key: "a", for: 1_000).get()
    world.settle(at: after(200))
    #expect(world.balance == Credits(4))
    #expect(world.reserved == Credits(4))
    _ = try world.capture("a", at: after(300)).get()
    #expect(world.balance == .zero)
    #expect(world.faults.isEmpty)
  }

  @Test("what a hold gives back to an expired lot lapses at once")
  func givenBackTooLate() throws {
    var world = World()
    world.grant(10, until: after(100))
    _ = try world.authorize(10, key: "a", for: 1_000).get()
    _ = try world.release("a", at: after(200)).get()
    #expect(world.balance == .zero)
    #expect(world.entries.last?.at == after(200))
    #expect(world.faults.isEmpty)
  }

  @Test("a hold that ran out under an expired lot lapses when the hold did")
  func expiredTwice() throws {
    var world = World()
    world.grant(10, until: after(100))
    _ = try world.authorize(10, key: "a", for: 500).get()
    world.settle(at: after(9_000))
    #expect(world.hold("a")?.state == .expired)
    #expect(world.entries.last?.at == after(500))
    #expect(world.balance == .zero)
    #expect(world.faults.isEmpty)
  }

  @Test("what is captured partly from an expired lot loses the rest")
  func partOfExpired() throws {
    var world = World()
    world.grant(10, until: after(100))
    _ = try world.authorize(10, key: "a", for: 1_000).get()
    let capture = try world.capture("a", .credits(Credits(3)), at: after(200)).get()
    #expect(capture.charged == Credits(3))
    #expect(world.entries.suffix(2).map(\.amount.value) == [-3, -7])
    #expect(world.balance == .zero)
    #expect(world.faults.isEmpty)
  }
}

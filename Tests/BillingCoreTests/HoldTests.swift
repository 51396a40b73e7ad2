import BillingCore
import Kernel
import Testing

@Suite("Placing a hold")
struct AuthorizeTests {
  @Test("a hold reserves and charges nothing")
  func reserves() throws {
    var world = World(credits: 100)
    let hold = try world.authorize(30, key: "a").get()
    #expect(hold.state == .open)
    #expect(hold.expiresAt == after(1_800))
    #expect((world.balance, world.reserved) == (Credits(100), Credits(30)))
    #expect(world.entries.count == 1)
    #expect(world.faults.isEmpty)
  }

  @Test("the same key again answers the same hold, unchanged, whatever it asks")
  func repeated() throws {
    var world = World(credits: 100)
    let first = try world.authorize(30, key: "a").get()
    #expect(try world.authorize(30, key: "a", at: after(5)).get() == first)
    #expect(try world.authorize(99_999, key: "a", at: after(6)).get() == first)
    #expect(world.reserved == Credits(30))
  }

  @Test("a key of another operation is refused")
  func keyTaken() throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    #expect(throws: AuthorizeRefusal.keyTaken("a")) {
      try world.authorize(30, key: "a", operation: "linking").get()
    }
  }

  @Test("the same key answers the hold in whatever state it is by then")
  func repeatedLater() throws {
    var world = World(credits: 100)
    for key in ["captured", "released", "expired"] {
      _ = try world.authorize(10, key: key).get()
    }
    _ = try world.capture("captured").get()
    _ = try world.release("released").get()
    for key in ["captured", "released", "expired"] {
      #expect(try world.authorize(10, key: key, at: after(1_800)).get().state.rawValue == key)
    }
    #expect(world.reserved == .zero)
  }

  @Test("too little is refused with what is needed and what there is, and nothing happens")
  func insufficient() throws {
    var world = World(credits: 100)
    _ = try world.authorize(90, key: "a").get()
    let refusal = AuthorizeRefusal.insufficientCredits(
      required: Credits(11), available: Credits(10))
    #expect(throws: refusal) { try world.authorize(11, key: "b").get() }
    #expect(world.hold("b") == nil)
    #expect(world.reserved == Credits(90))
    #expect(throws: Never.self) { try world.authorize(10, key: "c").get() }
    #expect(world.available == .zero)
  }

  @Test("nothing can be held for nothing", arguments: [0, -1] as [Int64])
  func nothing(credits: Int64) {
    var world = World(credits: 100)
    #expect(throws: AuthorizeRefusal.creditsNotPositive) {
      try world.authorize(credits, key: "a").get()
    }
  }

  @Test("refusals come in their order: a taken key before a bad amount before too little")
  func precedence() throws {
    var world = World(credits: 1)
    _ = try world.authorize(1, key: "a").get()
    #expect(throws: AuthorizeRefusal.keyTaken("a")) {
      try world.authorize(-1, key: "a", operation: "linking").get()
    }
    #expect(throws: AuthorizeRefusal.creditsNotPositive) {
      try world.authorize(0, key: "b").get()
    }
  }

  @Test("a batch places all of its holds or none")
  func batch() throws {
    var world = World(credits: 10)
    let holds = try world.authorizeAll([(3, "a"), (3, "b")]).get()
    #expect(holds.map(\.key) == ["a", "b"])
    let refusal = AuthorizeRefusal.insufficientCredits(required: Credits(5), available: Credits(4))
    #expect(throws: refusal) { try world.authorizeAll([(3, "c"), (2, "d")]).get() }
    #expect(world.hold("c") == nil)
    #expect(world.reserved == Credits(6))
  }

  @Test("a batch that comes again only places what is new")
  func batchAgain() throws {
    var world = World(credits: 10)
    _ = try world.authorizeAll([(3, "a"), (3, "b")]).get()
    let holds = try world.authorizeAll([(3, "a"), (3, "b"), (4, "c")]).get()
    #expect(holds.map(\.credits.value) == [3, 3, 4])
    #expect(world.reserved == Credits(10))
  }

  @Test("one key twice in a batch is one hold")
  func batchTwice() throws {
    var world = World(credits: 10)
    let holds = try world.authorizeAll([(6, "a"), (6, "a")]).get()
    #expect(holds.count == 2)
    #expect(world.holds.count == 1)
    #expect(world.reserved == Credits(6))
    #expect(world.faults.isEmpty)
  }

  @Test("an empty batch asks for nothing")
  func emptyBatch() throws {
    var world = World(credits: 10)
    #expect(try world.authorizeAll([]).get().isEmpty)
  }
}

@Suite("Closing a hold")
struct ClosingTests {
  /// What is done to a hold first, what second, and how the second one ends.
  enum Step: String, CaseIterable, Sendable { case capture, release, expire }
  enum Outcome: Equatable { case done, refused(CaptureRefusal), refusedRelease }

  static let table: [(Step, Step, Outcome)] = [
    (.capture, .capture, .done),
    (.capture, .release, .refusedRelease),
    (.release, .capture, .refused(.released)),
    (.release, .release, .done),
    (.expire, .capture, .refused(.expired)),
    (.expire, .release, .done),
    (.capture, .expire, .done),
    (.release, .expire, .done),
  ]

  private func apply(_ step: Step, to world: inout World) -> Outcome {
    switch step {
    case .capture:
      switch world.capture("a", at: after(1_800) - .microseconds(1)) {
      case .success: .done
      case .failure(let refusal): .refused(refusal)
      }
    case .release:
      switch world.release("a") {
      case .success: .done
      case .failure: .refusedRelease
      }
    case .expire:
      {
        world.settle(at: after(1_800))
        return .done
      }()
    }
  }

  @Test("the second step on a closed hold answers as the table says", arguments: table)
  func second(first: Step, second: Step, outcome: Outcome) throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    #expect(apply(first, to: &world) == .done)
    let (balance, entries, state) = (world.balance, world.entries, world.hold("a")?.state)
    #expect(apply(second, to: &world) == outcome)
    #expect(world.balance == balance)
    #expect(world.entries == entries)
    #expect(world.hold("a")?.state == state)
    #expect(world.reserved == .zero)
    #expect(world.faults.isEmpty)
  }

  @Test("a capture charges what the work cost and frees the rest")
  func capture() throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    let capture = try world.capture("a", .credits(Credits(20)), at: after(60)).get()
    #expect(capture.charged == Credits(20))
    #expect(capture.shortfall == .zero)
    #expect(capture.hold.closedAt == after(60))
    #expect((world.balance, world.reserved) == (Credits(80), .zero))
    let entry = try #require(capture.entry)
    #expect(entry.kind == .deduction)
    #expect(entry.amount == Credits(-20))
    #expect(entry.balanceAfter == Credits(80))
    #expect(entry.key == "hold/\(capture.hold.id)")
  }

  @Test("an amount is charged at the price of the hold's day")
  func priceOfTheDay() throws {
    var world = World(credits: 100)
    let price = Price(operation: "content_generation", credits: 1, unit: "words", unitSize: 100)
    let request = HoldRequest(key: "a", price: price, credits: Credits(12))
    _ = try world.run { ledger in
      try ledger.authorize([request], existing: [], until: after(60), at: start)
    }
    let capture = try world.capture("a", .amount(950)).get()
    #expect(capture.charged == Credits(9))
  }

  @Test("a result dearer than its hold is charged the hold; the rest is on record")
  func shortfall() throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    let capture = try world.capture("a", .credits(Credits(45))).get()
    #expect(capture.charged == Credits(30))
    #expect(capture.shortfall == Credits(15))
    #expect(world.balance == Credits(70))
    #expect(try world.capture("a", .credits(Credits(45))).get().charged == Credits(30))
  }

  @Test(
    "an account that allowed overage is charged it, never below zero",
    arguments: [(45, 45, 0), (100, 100, 0), (130, 100, 30)] as [(Int64, Int64, Int64)])
  func overage(cost: Int64, charged: Int64, shortfall: Int64) throws {
    var world = World(terms: Terms(allowsOverage: true))
    world.grant(60)
    world.grant(40)
    _ = try world.authorize(30, key: "a").get()
    let capture = try world.capture("a", .credits(Credits(cost))).get()
    #expect(capture.charged == Credits(charged))
    #expect(capture.shortfall == Credits(shortfall))
    #expect(world.balance == Credits(100 - charged))
    #expect(world.faults.isEmpty)
  }

  @Test("overage leaves other holds alone")
  func overageBesideHolds() throws {
    var world = World(terms: Terms(allowsOverage: true))
    world.grant(100)
    _ = try world.authorize(30, key: "a").get()
    _ = try world.authorize(60, key: "b").get()
    let capture = try world.capture("a", .credits(Credits(80))).get()
    #expect(capture.charged == Credits(40))
    #expect(world.available == .zero)
    #expect(try world.capture("b").get().charged == Credits(60))
    #expect(world.balance == .zero)
  }

  @Test("a repeated capture answers as the first and books nothing")
  func repeatedCapture() throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    let first = try world.capture("a", .credits(Credits(20))).get()
    let second = try world.capture("a", .credits(Credits(20)), at: after(9_999)).get()
    #expect(second.hold == first.hold)
    #expect(second.entry == nil)
    #expect(world.entries.count == 2)
  }

  @Test("a capture for another cost than the first is refused")
  func otherwise() throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    _ = try world.capture("a", .credits(Credits(20))).get()
    #expect(throws: CaptureRefusal.capturedOtherwise(Credits(20))) {
      try world.capture("a", .credits(Credits(21))).get()
    }
  }

  @Test(
    "what cost nothing, or no number, cannot be captured",
    arguments: [
      (ActualCost.credits(.zero), PriceRefusal.amountNotPositive),
      (.credits(Credits(-1)), .amountNotPositive), (.amount(0), .amountNotPositive),
      (.amount(.max), .amountTooLarge), (.credits(Credits(.max)), .amountTooLarge),
    ])
  func badCost(actual: ActualCost, refusal: PriceRefusal) throws {
    var world = World(credits: 100)
    _ = try world.authorize(30, key: "a").get()
    #expect(throws: CaptureRefusal.price(refusal)) { try world.capture("a", actual).get() }
    #expect(world.hold("a")?.state == .open)
    #expect(world.reserved == Credits(30))
  }

  @Test("a hold that ran out is expired at its very time, before anybody sweeps")
  func expired() throws {
    var world = World(credits: 100)
    _ = try world.authorize(100, key: "a", for: 60).get()
    let late = AuthorizeRefusal.insufficientCredits(required: Credits(1), available: .zero)
    #expect(throws: late) {
      try world.authorize(1, key: "b", at: after(60) - .microseconds(1)).get()
    }
    #expect(throws: CaptureRefusal.expired) { try world.capture("a", at: after(60)).get() }
    #expect(world.hold("a")?.closedAt == after(60))
    #expect(throws: Never.self) { try world.authorize(100, key: "c", at: after(60)).get() }
  }

  @Test("a heartbeat keeps an open hold alive and never shortens it")
  func extended() throws {
    var world = World(credits: 100)
    _ = try world.authorize(100, key: "a", for: 60).get()
    #expect(world.extend("a", until: after(90), at: after(30)).expiresAt == after(90))
    #expect(world.extend("a", until: after(80), at: after(40)).expiresAt == after(90))
    world.settle(at: after(89))
    #expect(world.hold("a")?.state == .open)
    #expect(world.extend("a", until: after(200), at: after(90)).state == .expired)
    #expect(world.reserved == .zero)
  }

  @Test("a released hold says why")
  func reason() throws {
    var world = World(credits: 100)
    _ = try world.authorize(100, key: "a").get()
    #expect(try world.release("a", at: after(3)).get().reason == "not needed")
    #expect(world.hold("a")?.closedAt == after(3))
  }
}

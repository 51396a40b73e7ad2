import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Many at once", .inTurn, .timeLimit(.minutes(10)))
struct RaceTests {
  /// Runs every body at the same time; nil for those that were refused.
  private func together<Answer: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Answer
  ) async -> [Answer] {
    await withTaskGroup(of: Answer?.self) { group in
      for number in 0..<count { group.addTask { try? await body(number) } }
      return await group.reduce(into: []) { answers, answer in
        if let answer { answers.append(answer) }
      }
    }
  }

  @Test("of many that want all three credits exactly one gets them")
  func onlyOne() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 3)
    let holds = await together(60) { number in
      try await world.authorize(
        3, key: "k\(number)", by: number.isMultiple(of: 2) ? nil : replica)
    }
    #expect(holds.count == 1)
    let balance = try await world.balance()
    #expect((balance.credits, balance.availableCredits) == (3, 0))
    #expect(try await world.verify().ok)
  }

  @Test("an account is never overspent by authorisations of all sizes")
  func neverOverspent() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 100)
    let holds = await together(80) { number in
      try await world.authorize(
        Int64(1 + number % 7), key: "k\(number)", by: number.isMultiple(of: 2) ? nil : replica)
    }
    #expect(holds.reduce(0) { $0 + $1.credits } <= 100)
    #expect(try await world.balance().reservedCredits == holds.reduce(0) { $0 + $1.credits })
    _ = await together(holds.count) { number in
      try await world.capture(holds[number], by: number.isMultiple(of: 2) ? nil : replica)
    }
    let left = 100 - holds.reduce(0) { $0 + $1.credits }
    #expect(try await world.balance().credits == left)
    #expect(try await world.verify().ok)
  }

  @Test("the same key by two at once is one hold")
  func sameKey() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 100)
    let holds = await together(40) { number in
      try #require(
        await insist {
          try await world.authorize(10, key: "a", by: number.isMultiple(of: 2) ? nil : replica)
        })
    }
    #expect(holds.count == 40)
    #expect(Set(holds.map(\.id)).count == 1)
    #expect(try await world.balance().reservedCredits == 10)
  }

  @Test("of capture, release and expiry exactly one happens to a hold")
  func captureReleaseExpire() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 1_000)
    var holds: [Billing.Hold] = []
    for number in 0..<30 {
      holds.append(try await world.authorize(10, key: "k\(number)", ttl: 60))
    }
    let all = holds
    async let captures = together(30) { try await world.capture(all[$0]) }
    async let releases = together(30) { try await world.release(all[$0], by: replica) }
    async let expiry: Void = {
      try? await RealTime().sleep(for: .milliseconds(10))
      world.time.advance(by: .seconds(60))
      _ = try? await world.service.sweeper.sweep()
      _ = try? await replica.sweeper.sweep()
    }()
    let (captured, answered, _) = await (captures, releases, expiry)
    _ = try await world.service.sweeper.sweep()
    #expect(try await world.number("SELECT count(*) FROM credit_holds WHERE state = 'open'") == 0)
    func number(_ state: String) async throws -> Int {
      Int(try await world.number("SELECT count(*) FROM credit_holds WHERE state = '\(state)'"))
    }
    #expect(try await number("captured") == captured.count)
    #expect(try await number("released") + number("expired") == 30 - captured.count)
    #expect(answered.allSatisfy { $0.state == "released" || $0.state == "expired" })
    #expect(try await world.balance().credits == 1_000 - 10 * Int64(captured.count))
    #expect(try await world.balance().reservedCredits == 0)
    #expect(try await world.verify().ok)
  }

  @Test("a capture repeated by many at once charges once")
  func captureByMany() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 100)
    let hold = try await world.authorize(10, key: "a")
    let captures = await together(30) { number in
      try await world.capture(hold, credits: 7, by: number.isMultiple(of: 2) ? nil : replica)
    }
    #expect(captures.count == 30)
    #expect(Set(captures.map(\.usageID)).count == 1)
    #expect(Set(captures.compactMap(\.transaction?.id)).count == 1)
    #expect(try await world.balance().credits == 93)
  }

  @Test("an account does not wait for another one's lock")
  func apart() async throws {
    let world = try await BillingWorld.make()
    try await world.open(1, credits: 10)
    try await world.open(2, credits: 10)
    let hold = try await world.database.transaction(in: .account(AccountID(1))) { transaction in
      _ = try await transaction.run(LedgerQueries.lock, [.int(1)])
      return try await world.authorize(10, key: "a", account: 2)
    }
    #expect(hold.state == "open")
  }

  @Test("an account that is opened by many at once is opened once")
  func openByMany() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    let answers = await together(20) { number in
      try await world.client(number.isMultiple(of: 2) ? nil : replica).openAccount(
        Billing.OpenAccountRequest(accountID: 4), world.call(nil))
    }
    #expect(answers.count == 20)
    #expect(Set(answers.map(\.credits)) == [100])
    #expect(try await world.number("SELECT count(*) FROM credit_transactions") == 1)
  }

  @Test("a process that dies before its commit leaves nothing behind")
  func dies() async throws {
    struct Died: Error {}
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    let hold = try await world.authorize(10, key: "a")
    let ledgers = world.service.ledgers
    await #expect(throws: Died.self) {
      try await world.database.transaction(in: .account(AccountID(1))) { transaction in
        var loaded = try await ledgers.load(
          AccountID(1), .ids([hold.id]), [], at: march, in: transaction)
        _ = try loaded.ledger.capture(loaded.holds[0], .wholeHold, at: march)
        var writing = LedgerWriting(loaded.ledger, head: loaded.head)
        _ = try await transaction.runAll(writing.commands())
        throw Died()
      }
    }
    #expect(try await world.balance().reservedCredits == 10)
    #expect(try await world.verify().ok)
    #expect(try await world.capture(hold).charged == 10)
    #expect(try await world.verify().ok)
  }

  @Test("sessions cut in the middle of the work lose no credit and double none")
  func cutSessions() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 1_000)
    async let cuts: Void = {
      for _ in 0..<8 {
        try? await RealTime().sleep(for: .milliseconds(15))
        try? await world.test.administer(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = 'igny8_billing'
          """)
      }
    }()
    let charged = await together(60) { number -> Int64 in
      let hold = try await again { try await world.authorize(5, key: "k\(number)") }
      return try await again { try await world.capture(hold, credits: 3) }.charged
    }
    await cuts
    #expect(charged.count == 60)
    #expect(try await world.balance().credits == 1_000 - 180)
    #expect(try await world.verify().ok)
  }

  /// Tries until the database is there, as a client with a key may.
  private func again<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    for _ in 0..<4_000 {
      do { return try await body() } catch let error as RPCError where error.code == .unavailable {
        try await RealTime().sleep(for: .milliseconds(5))
      }
    }
    return try await body()
  }
}

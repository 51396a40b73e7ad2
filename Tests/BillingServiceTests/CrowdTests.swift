import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

/// What becomes of credits when very many want them, or everything happens at once.
@Suite("A crowd", .alone, .timeLimit(.minutes(20)))
struct CrowdTests {
  /// Runs every body, so many at a time, and tells what each came to.
  private func crowd<Answer: Sendable>(
    _ count: Int, atOnce: Int, _ body: @escaping @Sendable (Int) async throws -> Answer
  ) async -> [Result<Answer, any Error>] {
    await withTaskGroup(of: Result<Answer, any Error>.self) { group in
      var results: [Result<Answer, any Error>] = []
      for number in 0..<count {
        if number >= atOnce, let result = await group.next() { results.append(result) }
        group.addTask {
          do { return .success(try await body(number)) } catch { return .failure(error) }
        }
      }
      for await result in group { results.append(result) }
      return results
    }
  }

  @Test("of ten thousand that want three credits of three one gets them; all others are told")
  func tenThousand() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    try await world.open(credits: 3)
    let results = await crowd(10_000, atOnce: 10_000) { number in
      try await world.authorize(
        3, key: "k\(number)", by: number.isMultiple(of: 2) ? nil : replica)
    }
    #expect(results.count { (try? $0.get()) != nil } == 1)
    let refusals = results.compactMap { result -> RPCError? in
      if case .failure(let error) = result { error as? RPCError } else { nil }
    }
    #expect(refusals.count == 9_999)
    let told = refusals.map { error in
      [
        "\(error.code)", error.details.reason ?? "", "\(error.details.required ?? 0)",
        "\(error.details.available ?? 0)",
      ].joined(separator: " ")
    }
    #expect(Set(told) == ["failedPrecondition insufficient_credits 3 0"])
    let balance = try await world.balance()
    #expect((balance.credits, balance.reservedCredits, balance.availableCredits) == (3, 3, 0))
    #expect(try await world.number("SELECT count(*) FROM credit_holds") == 1)
    #expect(try await world.verify().ok)
  }

  @Test("captures, releases, expiries, grants and the turn of two months race: it all adds up")
  func everything() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    for account in 1...3 {
      _ = try await world.client().openAccount(
        .init(accountID: Int64(account)), world.call(nil))
      try await world.adjust(Int64(account), by: 200, expiresAt: april + .seconds(3_600))
    }
    @Sendable func service(_ number: Int) -> BillingService? {
      number.isMultiple(of: 2) ? nil : replica
    }
    async let work: Void = {
      _ = await crowd(240, atOnce: 24) { number in
        let account = Int64(1 + number % 3)
        let hold = try await world.authorize(
          Int64(1 + number % 9), key: "k\(number)", account: account,
          ttl: Int32(60 + number % 7 * 86_400), by: service(number))
        switch number % 4 {
        case 0, 1:
          try await world.capture(hold, credits: 1, account: account, by: service(number + 1))
        case 2: _ = try await world.release(hold, account: account, by: service(number + 1))
        default: _ = try await world.adjust(account, by: number.isMultiple(of: 8) ? -2 : 3)
        }
      }
    }()
    async let time: Void = {
      for _ in 0..<30 {
        world.time.advance(by: .seconds(2 * 86_400))
        _ = try? await world.service.sweeper.sweep()
        _ = try? await replica.sweeper.sweep()
        try? await RealTime().sleep(for: .milliseconds(20))
      }
    }()
    _ = await (work, time)
    while try await world.service.sweeper.sweep() > 0 {}
    let report = try await world.verify()
    #expect(report.ok, "\(report.faults)")
    #expect(report.accounts == 3)
    #expect(
      try await world.number(
        """
        SELECT count(*) - count(DISTINCT (account_id, key)) FROM credit_transactions
        WHERE type = 'subscription'
        """) == 0)
    #expect(
      try await world.number(
        "SELECT count(*) FROM credit_transactions WHERE key = 'period/2026-04-01'") == 3)
  }

  @Test("an outage over months: every account gets the present month once, batch by batch")
  func outage() async throws {
    let world = try await BillingWorld.make()
    let replica = world.replica()
    let accounts = Int(Sweeper.batch) + 20
    _ = await crowd(accounts, atOnce: 8) { number in
      await insist {
        try await world.client().openAccount(
          .init(accountID: Int64(number + 1)), world.call(nil))
      }
    }
    world.time.advance(
      by: Instant(CivilDate(year: 2026, month: 8, day: 9)) - world.time.now())
    #expect((1...accounts).contains(try await world.service.sweeper.sweep()))
    async let first: Void = { while try await world.service.sweeper.sweep() > 0 {} }()
    async let second: Void = { while try await replica.sweeper.sweep() > 0 {} }()
    _ = try await (first, second)
    #expect(
      try await world.number(
        "SELECT count(*) FROM credit_transactions WHERE key = 'period/2026-08-01'")
        == Int64(accounts))
    #expect(
      try await world.number(
        """
        SELECT count(*) FROM credit_transactions WHERE type = 'subscription'
          AND key NOT IN ('period/2026-03-01', 'period/2026-08-01')
        """) == 0)
    #expect(try await world.number("SELECT max(balance) FROM credit_accounts") == 100)
  }
}

import BillingContract
import Kernel
import RPC
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("What credits went into", .inTurn, .timeLimit(.minutes(10)))
struct AnalyticsTests {
  private func spend(
    _ operation: String, site: Int64?, _ world: BillingWorld, key: String
  ) async throws {
    let hold = try await world.client().authorize(
      Billing.AuthorizeRequest(
        operation: operation, amount: 1, key: key, reference: "job/\(key)", siteID: site),
      world.call())
    try await world.capture(hold)
  }

  private func analyze(
    _ request: Billing.AnalyzeUsageRequest, _ world: BillingWorld, account: Int64 = 1
  ) async throws -> Billing.UsageAnalytics {
    try await AnalyticsClient(world.client().caller).analyzeUsage(
      request, world.call(as: .admin, account: account))
  }

  @Test("the last days by day, operation and site, with the days that had nothing")
  func analytics() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    try await spend("linking", site: 1, world, key: "old")
    world.time.advance(by: .seconds(2 * 86_400))
    try await spend("linking", site: 1, world, key: "a")
    try await spend("images", site: 2, world, key: "b")
    world.time.advance(by: .seconds(86_400))
    try await spend("images", site: nil, world, key: "c")
    let seen = try await analyze(.init(days: 3), world)
    #expect((seen.totalCredits, seen.totalCount) == (18, 3))
    #expect(seen.byDay.map(\.date) == ["2026-03-11", "2026-03-12", "2026-03-13"])
    #expect(seen.byDay.map(\.credits) == [0, 13, 5])
    #expect(seen.byOperation.map(\.operationType) == ["image_generation", "linking"])
    #expect(seen.byOperation.map(\.credits) == [10, 8])
    #expect(seen.bySite.map(\.siteID) == [1, 2, nil])
    #expect(seen.byModel.map(\.count) == [3])
    let one = try await analyze(.init(days: 3, siteID: 2), world)
    #expect((one.totalCredits, one.byDay.map(\.credits)) == (5, [0, 5, 0]))
    #expect(try await analyze(.init(days: 4), world).totalCredits == 26)
  }

  @Test("an account without usage has zeroes; another's usage is not counted")
  func empty() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    try await world.open(2, credits: 100)
    try await spend("linking", site: 1, world, key: "a")
    let seen = try await analyze(.init(), world, account: 2)
    #expect((seen.totalCredits, seen.byDay.count, seen.bySite.count) == (0, 30, 0))
  }

  @Test("days out of range are refused", arguments: [Int32(0), -1, 367])
  func days(days: Int32) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal { try await analyze(.init(days: days), world) }
    #expect(error?.details.fields.map(\.name) == ["days"])
  }
}

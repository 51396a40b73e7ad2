import BillingContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Looking back", .inTurn, .timeLimit(.minutes(10)))
struct HistoryTests {
  private func spentWorld() async throws -> BillingWorld {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    for (number, operation) in ["linking", "images", "content"].enumerated() {
      world.time.advance(by: .seconds(86_400))
      let hold = try await world.client().authorize(
        Billing.AuthorizeRequest(
          operation: operation, amount: 1, key: "\(number)", reference: "job/\(number)",
          siteID: Int64(number)), world.call())
      try await world.capture(hold)
    }
    return world
  }

  private func transactions(
    _ world: BillingWorld, _ request: Billing.ListTransactionsRequest
  ) async throws -> Billing.ListTransactionsReply {
    try await world.client().listTransactions(request, world.call(as: .admin))
  }

  @Test("transactions come newest first, in pages, and counted")
  func list() async throws {
    let world = try await spentWorld()
    let first = try await transactions(world, .init(pageSize: 3))
    #expect(first.count == 4)
    #expect(first.results.map(\.amount) == [-1, -5, -8])
    let second = try await transactions(world, .init(page: 2, pageSize: 3))
    #expect(second.results.map(\.amount) == [100])
    #expect(second.results[0].type == "adjustment")
    #expect(try await transactions(world, .init(page: 9)).results.isEmpty)
  }

  @Test(
    "transactions can be ordered and filtered",
    arguments: [
      (.init(ordering: "amount"), [-8, -5, -1, 100]),
      (.init(ordering: "-amount"), [100, -1, -5, -8]),
      (.init(ordering: "created_at"), [100, -8, -5, -1]),
      (.init(transactionType: "deduction"), [-1, -5, -8]),
      (.init(transactionType: "gift"), []),
      (.init(search: "LINK"), [-8]),
      (.init(search: "100%"), []),
      (.init(startDate: "2026-03-12"), [-1, -5]),
      (.init(endDate: "2026-03-11"), [-8, 100]),
      (.init(startDate: "2026-03-11T00:00:00Z", endDate: "2026-03-12T00:00:00Z"), [-8]),
    ] as [(Billing.ListTransactionsRequest, [Int64])])
  func filtered(request: Billing.ListTransactionsRequest, amounts: [Int64]) async throws {
    let reply = try await transactions(try await spentWorld(), request)
    #expect(reply.results.map(\.amount) == amounts)
    #expect(reply.count == Int64(amounts.count))
  }

  @Test(
    "wrong paging, ordering and dates are refused with their field",
    arguments: [
      (.init(page: 0), "page"), (.init(page: .max), "page"), (.init(pageSize: 0), "page_size"),
      (.init(ordering: "hash"), "ordering"), (.init(ordering: "amount;drop"), "ordering"),
      (.init(startDate: "yesterday"), "start_date"), (.init(endDate: "2026-02-30"), "end_date"),
      (.init(startDate: "2026-03-12", endDate: "2026-03-01"), "end_date"),
    ] as [(Billing.ListTransactionsRequest, String)])
  func wrong(request: Billing.ListTransactionsRequest, field: String) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal { try await transactions(world, request) }
    #expect(error?.details.fields.map(\.name) == [field])
  }

  @Test("from an entry one gets to its lots, its hold, its usage and the entry before")
  func explain() async throws {
    let world = try await spentWorld()
    let newest = try await transactions(world, .init(pageSize: 2)).results
    let explanation = try await world.client().explainTransaction(
      Common.IdRequest(id: newest[0].id), world.call(as: .owner))
    #expect(explanation.transaction == newest[0])
    #expect(explanation.lots.map(\.amount) == [-1])
    #expect(explanation.lots.map(\.kind) == ["adjustment"])
    #expect(explanation.hold?.reference == "job/2")
    #expect(explanation.usage?.modelUsed == "local/draft")
    #expect((explanation.usage?.tokensInput, explanation.usage?.tokensOutput) == (12, 34))
    #expect(explanation.usage?.relatedObjectID == 77)
    #expect(explanation.usage?.metadata?.contains("prompt_version") == true)
    #expect(explanation.usage?.transactionID == newest[0].id)
    #expect(explanation.previousID == newest[1].id)
  }

  @Test("a grant is explained by the lot it made; the first entry has none before it")
  func explainGrant() async throws {
    let world = try await spentWorld()
    let oldest = try await transactions(world, .init(ordering: "created_at")).results[0]
    let explanation = try await world.client().explainTransaction(
      Common.IdRequest(id: oldest.id), world.call(as: .owner))
    #expect(explanation.lots.map(\.granted) == [100])
    #expect(explanation.hold == nil)
    #expect(explanation.usage == nil)
    #expect(explanation.previousID == nil)
  }

  @Test("another account's entry does not exist")
  func foreign() async throws {
    let world = try await spentWorld()
    let entry = try await transactions(world, .init()).results[0]
    try await world.open(2, credits: 1)
    let error = try await refusal {
      try await world.client().explainTransaction(
        Common.IdRequest(id: entry.id), world.call(as: .owner, account: 2))
    }
    #expect(error?.code == .notFound)
  }

  @Test("usage is listed, filtered by operation (by alias too) and site")
  func usage() async throws {
    let world = try await spentWorld()
    func used(_ request: Billing.ListUsageRequest) async throws -> [Int64] {
      try await world.client().listUsage(request, world.call(as: .admin)).results
        .map(\.creditsUsed)
    }
    #expect(try await used(.init()) == [1, 5, 8])
    #expect(try await used(.init(operationType: "image_generation")) == [5])
    #expect(try await used(.init(operationType: "images")) == [5])
    #expect(try await used(.init(siteID: 0)) == [8])
    #expect(try await used(.init(ordering: "-credits_used")) == [8, 5, 1])
    #expect(try await used(.init(search: "draft")) == [1, 5, 8])
  }

  @Test("the summary adds up by operation and model")
  func summary() async throws {
    let world = try await spentWorld()
    let summary = try await world.client().summarizeUsage(.init(), world.call(as: .admin))
    #expect(summary.totalCreditsUsed == 14)
    #expect(summary.totalCostUsd == 0.75)
    #expect(summary.period?.end == april)
    #expect(summary.byOperation?.contains(#""linking": {"#) == true)
    #expect(summary.byModel?.contains(#""credits": 14"#) == true)
    let day = try await world.client().summarizeUsage(
      .init(startDate: "2026-03-12", endDate: "2026-03-12"), world.call(as: .admin))
    #expect((day.totalCreditsUsed, day.totalCreditsAuthorized) == (5, 5))
  }

  @Test("what was promised is in the summary, also what was given back")
  func authorized() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 100)
    try await world.capture(try await world.authorize(30, key: "a"), credits: 20)
    try await world.release(try await world.authorize(10, key: "b"))
    _ = try await world.authorize(5, key: "c")
    func summary(_ request: Billing.SummarizeUsageRequest = .init()) async throws -> [Int64] {
      let found = try await world.client().summarizeUsage(request, world.call(as: .admin))
      return [found.totalCreditsAuthorized, found.totalCreditsUsed]
    }
    #expect(try await summary() == [45, 20])
    #expect(try await summary(.init(startDate: "2026-03-11", endDate: "2026-03-31")) == [0, 0])
    #expect(try await summary(.init(endDate: "2026-03-10")) == [45, 20])
    #expect(try await summary(.init(endDate: "2026-02-10")) == [0, 0])
  }

  @Test(
    "a summary's wrong dates are refused with their field",
    arguments: [
      (.init(startDate: "soon"), "start_date"), (.init(endDate: "2026-13-01"), "end_date"),
      (.init(startDate: "2026-03-12T00:00:00"), "start_date"),
      (.init(startDate: "2026-03-12", endDate: "2026-03-01"), "end_date"),
      (.init(startDate: "2027-01-01"), nil),
    ] as [(Billing.SummarizeUsageRequest, String?)])
  func wrongSummary(request: Billing.SummarizeUsageRequest, field: String?) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal {
      try await world.client().summarizeUsage(request, world.call(as: .admin))
    }
    #expect(error?.details.fields.map(\.name) == field.map { [$0] })
  }

  @Test("limits show the month's credits and what the plan allows")
  func limits() async throws {
    let world = try await BillingWorld.make()
    _ = try await world.client().openAccount(.init(accountID: 1), world.call(nil))
    try await world.capture(try await world.authorize(25, key: "a"))
    let limits = try await world.client().listLimits(Common.Empty(), world.call()).results
    #expect(limits[0].title == "Monthly credits")
    #expect((limits[0].limit, limits[0].used, limits[0].available) == (100, 25, 75))
    #expect(limits[0].percentage == 25)
    #expect(limits.dropFirst().allSatisfy { $0.category == "account" })
  }

  @Test("editors and viewers see the balance and nothing else", arguments: [Role.viewer, .editor])
  func roles(role: Role) async throws {
    let world = try await spentWorld()
    let call = world.call(as: role)
    #expect(try await world.client().getBalance(Common.Empty(), call).credits == 86)
    let refusals = [
      try await refusal { try await world.client().listTransactions(.init(), call) },
      try await refusal { try await world.client().listUsage(.init(), call) },
      try await refusal { try await world.client().summarizeUsage(.init(), call) },
      try await refusal { try await world.client().listCostConfigs(Common.Empty(), call) },
      try await refusal { try await world.client().updateCosts(.init(), call) },
      try await refusal { try await world.client().getStats(Common.Empty(), call) },
    ]
    #expect(refusals.map { $0?.code } == Array(repeating: .permissionDenied, count: 6))
  }
}

@Suite("The catalogue", .inTurn, .timeLimit(.minutes(10)))
struct CatalogTests {
  @Test("plans are there for everybody, cheapest first, with two digits of money")
  func plans() async throws {
    let world = try await BillingWorld.make()
    let call = world.call(as: .systemBot, actor: .anonymous, account: nil)
    let plans = try await world.client().listPlans(.init(), call)
    #expect(plans.count == 4)
    #expect(plans.results.map(\.slug) == ["free", "starter", "growth", "scale"])
    #expect(plans.results.map(\.includedCredits) == [100, 1_000, 5_000, 20_000])
    #expect(plans.results.map(\.price) == ["0.00", "29.00", "99.00", "299.00"])
    #expect(plans.results.map(\.annualPrice) == ["0.00", "290.00", "990.00", "2990.00"])
    let one = try await world.client().getPlan(.init(id: plans.results[1].id), call)
    #expect(one == plans.results[1])
    #expect(try await refusal { try await world.client().getPlan(.init(id: 99), call) } != nil)
    #expect(try await world.client().listPlans(.init(search: "gro"), call).count == 1)
  }

  @Test("packages and costs are listed")
  func packages() async throws {
    let world = try await BillingWorld.make()
    let call = world.call(as: .viewer)
    let packages = try await world.client().listPackages(.init(), call).results
    #expect(packages.map(\.credits) == [500, 2_000, 10_000])
    #expect(try await world.client().getPackage(.init(id: packages[0].id), call) == packages[0])
    let costs = try await world.client().listCosts(Common.Empty(), call).results
    #expect(costs.count == 10)
    #expect(costs.first { $0.operationType == "content_generation" }?.unitSize == 100)
  }

  @Test("an account sees its subscription")
  func subscriptions() async throws {
    let world = try await BillingWorld.make()
    _ = try await world.client().openAccount(
      .init(accountID: 1, planSlug: "growth"), world.call(nil))
    let found = try await world.client().listSubscriptions(.init(), world.call(as: .admin))
    #expect(found.results.map(\.plan?.slug) == ["free"])
    #expect(found.results.map(\.pendingPlan) == ["growth"])
    #expect(found.results.map(\.currentPeriodEnd) == [april])
  }

  @Test("a quote says what it costs and whether there is enough, and reserves nothing")
  func quote() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let call = world.call(as: .viewer)
    let quote = try await world.client().estimate(
      .init(operation: "ideas", amount: 1), call)
    #expect((quote.operation, quote.cost) == ("idea_generation", 15))
    #expect(quote.enough)
    #expect(!(try await world.client().estimate(.init(operation: "ideas", amount: 2), call).enough))
    let error = try await refusal {
      try await world.client().estimate(.init(operation: "lunch"), call)
    }
    #expect(error?.details.fields.map(\.name) == ["operation"])
    let quotes = try await world.client().quoteAll(
      .init(items: [.init(operation: "ideas"), .init(operation: "images")]), world.call())
    #expect((quotes.total, quotes.enough) == (20, true))
    #expect(try await world.balance().reservedCredits == 0)
  }

  @Test(
    "every operation has its price",
    arguments: [
      ("clustering", 3, 30), ("idea_generation", 2, 30), ("content_generation", 1_250, 12),
      ("content", 99, 1), ("image_prompt_extraction", 4, 8), ("image_prompts", 1, 2),
      ("image_generation", 6, 30), ("linking", 1, 8), ("optimization", 450, 2),
      ("site_structure_generation", 1, 50), ("site_page_generation", 2, 40), ("reparse", 7, 7),
    ] as [(String, Int64, Int64)])
  func prices(operation: String, amount: Int64, cost: Int64) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let quote = try await world.client().estimate(
      .init(operation: operation, amount: amount), world.call(as: .viewer))
    #expect(quote.cost == cost)
    #expect(quote.enough == (cost <= 20))
    #expect(quote.availableCredits == 20)
  }

  @Test(
    "an amount that is none is refused", arguments: [0, -1, .max] as [Int64])
  func wrongAmount(amount: Int64) async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 20)
    let error = try await refusal {
      try await world.client().estimate(
        .init(operation: "images", amount: amount), world.call(as: .viewer))
    }
    #expect(error?.details.fields.map(\.name) == ["amount"])
  }
}

import BillingContract
import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Plans and prices as staff writes them", .inTurn, .timeLimit(.minutes(10)))
struct PlanHandlerTests {
  private let gold = Billing.PlanWrite(
    name: "Gold", slug: "gold", price: "49.50", includedCredits: 2_000,
    features: #"["All features"]"#, maxSites: 5)

  private func create(
    _ world: BillingWorld, _ plan: Billing.PlanWrite? = nil
  ) async throws -> Billing.Plan {
    try await world.subscriptions().createPlan(plan ?? gold, world.bookkeeper)
  }

  @Test("a plan is made, changed and offered; its year costs ten months")
  func crud() async throws {
    let world = try await BillingWorld.make()
    let made = try await create(world)
    #expect((made.price, made.annualPrice, made.includedCredits) == ("49.50", "495.00", 2_000))
    #expect((made.currency, made.isActive, made.maxSites, made.maxUsers) == ("USD", true, 5, 1))
    let changed = try await world.subscriptions().updatePlan(
      .init(id: made.id, price: "60", isActive: false), world.bookkeeper)
    #expect((changed.name, changed.annualPrice, changed.isActive) == ("Gold", "600.00", false))
    let call = world.call(as: .viewer)
    #expect(try await world.client().listPlans(.init(), call).count == 4)
    let all = try await world.subscriptions().listAllPlans(.init(), world.bookkeeper)
    #expect(all.results.contains(changed))
    #expect(all.results.contains { $0.slug == "platform" })
    #expect(
      try await world.subscriptions().getAnyPlan(.init(id: made.id), world.bookkeeper) == changed)
    _ = try await world.subscriptions().deletePlan(.init(id: made.id), world.bookkeeper)
    let error = try await refusal {
      try await world.subscriptions().getAnyPlan(.init(id: made.id), world.bookkeeper)
    }
    #expect(error?.code == .notFound)
    #expect(
      try await world.number("SELECT count(*) FROM audit_log WHERE object_type = 'plan'") == 3)
  }

  @Test("the plan that accounts begin on is neither deleted, renamed nor switched off")
  func defaultPlan() async throws {
    let world = try await BillingWorld.make()
    let plans = world.subscriptions()
    let free = try await world.number("SELECT id FROM plans WHERE slug = 'free'")
    let changes: [Billing.PlanWrite] = [
      .init(id: free, slug: "gratis"), .init(id: free, isActive: false),
    ]
    for change in changes {
      let error = try await refusal { try await plans.updatePlan(change, world.bookkeeper) }
      #expect(error?.details.reason == "default_plan")
    }
    let error = try await refusal { try await plans.deletePlan(.init(id: free), world.bookkeeper) }
    #expect(error?.details.reason == "default_plan")
    let changed = try await plans.updatePlan(
      .init(id: free, slug: "free", isActive: true, maxSites: 2), world.bookkeeper)
    #expect(changed.maxSites == 2)
  }

  @Test("while there is no plan to begin on, the promise of an account is kept for later")
  func noDefault() async throws {
    let world = try await BillingWorld.make()
    try await world.administer("UPDATE plans SET slug = 'gratis' WHERE slug = 'free'")
    let open = { try await world.client().openAccount(.init(accountID: 1), world.call(nil)) }
    let error = try await refusal { try await open() }
    #expect(error?.code == .unavailable && error?.details.reason == "no_default_plan")
    try await world.administer("UPDATE plans SET slug = 'free' WHERE slug = 'gratis'")
    #expect(try await open().credits == 100)
  }

  @Test("short lists come in the order that is asked for, and in no unknown one")
  func orderings() async throws {
    let world = try await BillingWorld.make()
    let plans = { (ordering: String) in
      try await world.client().listPlans(.init(ordering: ordering), world.call(as: .viewer))
        .results.map(\.slug)
    }
    #expect(try await plans("") == ["free", "starter", "growth", "scale"])
    #expect(try await plans("-price") == ["scale", "growth", "starter", "free"])
    #expect(try await plans("name") == ["free", "growth", "scale", "starter"])
    for unknown in ["password", "name;", "name,", "-", "--name"] {
      let error = try await refusal { try await plans(unknown) }
      #expect(error?.details.fields.first?.name == "ordering", "\(unknown)")
    }
  }

  @Test("a new price counts with the next month of who has the plan")
  func price() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    let id = try await world.subscription().plan?.id ?? 0
    _ = try await world.subscriptions().updatePlan(
      .init(id: id, price: "35", includedCredits: 1_200), world.bookkeeper)
    #expect(try await world.balance().credits == 1_000)
    world.time.advance(by: april - world.time.now())
    #expect(try await world.balance().credits == 1_200)
    let invoices = try await world.invoicesClient().listInvoices(.init(), world.call(as: .admin))
    #expect(invoices.results.map(\.subtotal) == ["35.00", "29.00"])
  }

  @Test("a plan that somebody has or had is not deleted")
  func inUse() async throws {
    let world = try await BillingWorld.make()
    try await world.subscribed("starter")
    try await world.pay(try await world.change(to: "growth").invoice?.id)
    try await world.service.ledgers.settle(AccountID(1))
    for slug in ["starter", "growth"] {
      let id = try await world.number("SELECT id FROM plans WHERE slug = '\(slug)'")
      let error = try await refusal {
        try await world.subscriptions().deletePlan(.init(id: id), world.bookkeeper)
      }
      #expect(error?.details.reason == "plan_in_use")
    }
  }

  @Test(
    "wrong plans are refused by their fields",
    arguments: [
      (.init(), ["name", "slug", "price", "included_credits"]),
      (.init(name: "A", slug: "A b", price: "1", includedCredits: 1), ["slug"]),
      (.init(name: "A", slug: "a", price: "-1", includedCredits: 1), ["price"]),
      (.init(name: "A", slug: "a", price: "1.005", includedCredits: 1), ["price"]),
      (.init(name: "A", slug: "a", price: "1", currency: "usd", includedCredits: 1), ["currency"]),
      (.init(name: "A", slug: "a", price: "1", currency: "KWD", includedCredits: 1), ["currency"]),
      (.init(name: "A", slug: "a", price: "1", includedCredits: -1), ["included_credits"]),
      (
        .init(name: "A", slug: "a", price: "1", includedCredits: 1, features: "{}"), ["features"]
      ),
      (.init(name: "A", slug: "free", price: "1", includedCredits: 1), ["slug"]),
    ] as [(Billing.PlanWrite, [String])])
  func wrong(plan: Billing.PlanWrite, fields: [String]) async throws {
    let world = try await BillingWorld.make()
    let error = try await refusal { try await create(world, plan) }
    #expect(error?.details.fields.map(\.name) == fields)
    #expect(try await world.number("SELECT count(*) FROM plans") == 5)
  }

  @Test("what an operation has cost is kept, with who set it and from when on")
  func costHistory() async throws {
    let world = try await BillingWorld.make()
    world.time.advance(by: .seconds(60))
    _ = try await world.client().updateCosts(
      .init(operationType: "content", credits: 2), world.bookkeeper)
    let history = try await world.subscriptions().listCostHistory(
      .init(operationType: "content"), world.bookkeeper)
    #expect(history.count == 2)
    #expect(history.results.map(\.credits) == [2, 1])
    #expect(history.results[0].effectiveFrom == march + .seconds(60))
    #expect((history.results[0].userID, history.results[0].unitSize) == (5, 100))
    #expect(
      try await world.number(
        "SELECT count(*) FROM audit_log WHERE action = 'credit_cost.updated'") == 1)
    let error = try await refusal {
      try await world.subscriptions().listCostHistory(
        .init(operationType: "lunch"), world.bookkeeper)
    }
    #expect(error?.code == .notFound)
  }

  @Test("none of this is for anybody but staff", arguments: [Role.owner, .admin, .viewer])
  func roles(role: Role) async throws {
    let world = try await BillingWorld.make()
    let call = world.call(as: role)
    for error in [
      try await refusal { try await world.subscriptions().createPlan(gold, call) },
      try await refusal { try await world.subscriptions().listAllPlans(.init(), call) },
      try await refusal { try await world.subscriptions().deletePlan(.init(id: 1), call) },
      try await refusal {
        try await world.subscriptions().listCostHistory(.init(operationType: "linking"), call)
      },
    ] { #expect(error?.code == .permissionDenied) }
  }
}

import PaymentKit
import Testing

/// People, money and mail with real processes, while those who look after them are killed.
@Suite("accounts and money under fire", .serialized, .timeLimit(.minutes(10)))
struct FlowTests {
  private static let leastKills = 15

  @Test("kills of auth, billing and the edge, of Postgres and Redis lose and double nothing")
  func flows() async throws {
    let double = try await ProviderDouble.start()
    let payments = Payments(double: double)
    let system = try RunningSystem.start(
      environment: payments.environment.merging(["IGNY8_DEBUG_THROTTLE": "true"]) { first, _ in
        first
      })
    defer { system.stop() }
    let staff = try await RESTClient(url: system.url)
      .signedIn(system.staffEmail, system.staffPassword)
    try await staff.widenFreePlan()
    let accounts = AccountFlows(system: system, staff: staff)
    let money = MoneyFlows(accounts: accounts, payments: payments)
    let gunman = Gunman(
      system: system, services: ["auth", "auth", "billing", "billing", "edge"], storesAfter: 4)
    let shooting = Task { await gunman.shoot() }
    defer { shooting.cancel() }
    var checks: [AccountFlows.Check] = []
    repeat {
      checks += try await round(accounts, money)
    } while await gunman.kills < Self.leastKills && checks.count < 64
    shooting.cancel()
    await shooting.value
    #expect(await gunman.kills >= Self.leastKills)
    #expect(await gunman.hit.isSuperset(of: ["postgres", "redis", "auth", "billing"]))
    await system.settle()
    // What a principal may do is known everywhere within 5 seconds.
    try await Task.sleep(for: .seconds(5))
    for check in checks { try await check() }
    print("\(checks.count) flows, \(await gunman.kills) kills")
    try system.expectNoSecretsKept()
    await double.stop()
  }

  private func round(
    _ accounts: AccountFlows, _ money: MoneyFlows
  ) async throws -> [AccountFlows.Check] {
    try await withThrowingTaskGroup(of: AccountFlows.Check.self) { group in
      group.addTask { try await accounts.registration() }
      group.addTask { try await accounts.passwordReset() }
      group.addTask { try await accounts.invitation() }
      group.addTask { try await accounts.erasure(isCalledOff: true) }
      group.addTask { try await accounts.erasure(isCalledOff: false) }
      group.addTask { try await money.webhook() }
      group.addTask { try await money.approval() }
      group.addTask { try await money.subscription() }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}

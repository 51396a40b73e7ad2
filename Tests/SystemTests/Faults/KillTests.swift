import Foundation
import JSON
import Testing

/// The main job with real processes, while they are killed at random points.
@Suite("a run under fire", .serialized, .timeLimit(.minutes(15)))
struct KillTests {
  private static let leastKills = 25

  @Test("kills of any service, a restart of Postgres and a flush of Redis lose and double nothing")
  func kills() async throws {
    let system = try RunningSystem.start()
    defer { system.stop() }
    let gunman = Gunman(system: system)
    let shooting = Task { await gunman.shoot() }
    defer { shooting.cancel() }
    var customers: [Customer] = []
    repeat {
      let customer = try await Customer.make(on: system, keywords: 40)
      let run = try await customer.startRun()
      let ended = try #require(
        try await customer.finish(run, patience: .seconds(300)),
        "the run has not ended\n\(system.logs())")
      #expect(ended["status"]?.string == "completed", "\(ended.text)\n\(system.logs())")
      customers.append(customer)
    } while await gunman.kills < Self.leastKills && customers.count < 12
    shooting.cancel()
    await shooting.value
    let kills = await gunman.kills
    #expect(kills >= Self.leastKills)
    #expect(await gunman.hit.isSuperset(of: ["postgres", "redis"]))
    for customer in customers { try await Audit(customer: customer).check() }
    try system.expectNoSecretsKept()
  }
}

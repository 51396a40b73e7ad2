import Events
import Jobs
import Kernel
import Postgres
import TestKit
import Testing

@testable import BillingService
@testable import SimulationKit

@Suite("The simulated store beside Postgres", .timeLimit(.minutes(10)))
struct ConformanceTests {
  /// Of each seed.
  private static let steps = 4_000

  private static let work = [
    Migration(
      number: 1, name: "work",
      sql: """
        \(OutboxSchema.migrationSQL)
        \(JobSchema.migrationSQL)
        \(EffectQueries.table)
        \(RowSecurity.enable("effects"))
        """),
    Migration(number: 2, name: "lighter jobs", sql: JobSchema.lighterSQL),
  ]

  /// What the model says of them is no answer of a server, on purpose.
  private static let exempt: Set = [
    "billing.account.summaries", "billing.notice.insert", "billing.top_up.cross",
    "billing.audit.insert",
  ]

  /// They find nothing here, as they find nothing in a simulation.
  private static let idle: Set = [
    "jobs.queue.clean_jobs", "jobs.queue.clean_events", "events.outbox.clean",
    "events.outbox.resend", "events.idempotency.clean", "events.consumed.clean",
    "jobs.claim.as_writer",
  ]

  @Test("jobs, outbox, keys and consumed events answer alike", arguments: [1, 2] as [UInt64])
  func work(_ seed: UInt64) async throws {
    let world = try await TestDatabase.make(schema: "work", migrations: Self.work)
    let twins = try await Self.compare(world, WorkScript(draw: Draw(seed: seed, accounts: 3)))
    Self.expectCoverage(
      twins, of: Set(Tables.models.keys.filter { !$0.hasPrefix("billing.") }))
    await world.database.close()
  }

  @Test("the ledger answers alike", arguments: [3, 4] as [UInt64])
  func ledger(_ seed: UInt64) async throws {
    let world = try await TestDatabase.make(
      schema: BillingMigrations.schema, migrations: BillingMigrations.all)
    try await world.administer(
      "UPDATE billing.plans SET included_credits = \(LedgerReading.included) WHERE slug = 'free'")
    let twins = try await Self.compare(world, LedgerScript(draw: Draw(seed: seed, accounts: 7)))
    Self.expectCoverage(twins, of: Set(Tables.models.keys.filter { $0.hasPrefix("billing.") }))
    await world.database.close()
  }

  private static func compare<S: Script>(
    _ world: TestDatabase, _ script: S
  ) async throws -> Twins {
    var twins = Twins(world.database, script.draw.chance, numbers: S.numbers)
    try await script.run(on: &twins, steps: steps)
    return twins
  }

  /// Everything modelled was asked, and was of consequence; there were waits and refusals.
  private static func expectCoverage(_ twins: Twins, of statements: Set<String>) {
    for name in statements.subtracting(exempt).sorted() {
      #expect(twins.asked[name] ?? 0 >= 10, "\(name)")
      if !idle.contains(name) { #expect(twins.effective[name] ?? 0 >= 5, "\(name)") }
    }
    #expect(twins.waits >= 10)
    #expect(twins.refusals["42501"] ?? 0 >= 10, "\(twins.refusals)")
  }
}

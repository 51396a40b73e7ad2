import CommonContract
import Events
import IntegrationContract
import Kernel
import Postgres
import RPC
import Resources
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("The integration's schema", .inTurn, .timeLimit(.minutes(10)))
struct SchemaTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    try await IntegrationWorld.run { world in
      let failures = try await StatementCheck.failures(
        of: IntegrationQueries.all, on: world.database)
      #expect(failures == [])
    }
  }

  private func fill(_ world: IntegrationWorld, account: Int64) async throws {
    _ = try await world.thinker.savePrompt(
      .init(promptType: "clustering", promptValue: "Group [IGNY8_KEYWORDS]"),
      world.person(account: account))
    _ = try await world.thinker.createAuthorProfile(
      .init(name: "Ann"), world.person(account: account))
    _ = try await world.thinker.createStrategy(
      .init(name: "Plan", sectorID: account == 1 ? 20 : 22), world.person(account: account))
    _ = try await world.cluster(world.work(account: account))
    try await world.useProvider(account: account)
    _ = try await world.publishing.publish(
      .init(contentID: account == 1 ? 100 : 200), world.job(account: account))
  }

  @Test(
    "a tenant's rows are out of reach in the scope of another",
    arguments: [
      "provider_settings", "prompts", "author_profiles", "strategies", "ai_task_logs",
      "publishing_records",
    ])
  func tenancy(table: String) async throws {
    try await IntegrationWorld.run { world in
      try await fill(world, account: 1)
      let count = Statement("test.count", "SELECT count(*) FROM \(table)")
      func rows(_ scope: Scope) async throws -> Int64 {
        try await world.database.run(count, in: scope).one().int(0)
      }
      #expect(try await rows(.account(AccountID(1))) == 1)
      #expect(try await rows(.account(AccountID(2))) == 0)
      #expect(try await rows(.none) == 0)
      let write = Statement("test.write", "UPDATE \(table) SET account_id = 2")
      #expect(
        try await world.database.run(write, in: .account(AccountID(2))).rowsAffected == 0)
      await #expect(throws: PostgresError.self) {
        try await world.database.run(write, in: .account(AccountID(1)))
      }
    }
  }

  @Test("another account's prompts, profiles, strategies and records are not found")
  func foreign() async throws {
    try await IntegrationWorld.run { world in
      try await fill(world, account: 1)
      let other = world.person(account: 2)
      let id = Int64(1)
      #expect(try await world.thinker.listAuthorProfiles(.init(), other).count == 0)
      #expect(try await world.thinker.listStrategies(.init(), other).count == 0)
      #expect(try await world.publishing.listPublishingRecords(.init(), other).count == 0)
      let refusals = [
        await refusal { _ = try await world.thinker.getAuthorProfile(.init(id: id), other) },
        await refusal {
          _ = try await world.thinker.updateAuthorProfile(.init(id: id, name: "Mine"), other)
        },
        await refusal { _ = try await world.thinker.deleteAuthorProfile(.init(id: id), other) },
        await refusal { _ = try await world.thinker.getStrategy(.init(id: id), other) },
        await refusal { _ = try await world.thinker.deleteStrategy(.init(id: id), other) },
        await refusal { _ = try await world.publishing.getPublishingRecord(.init(id: id), other) },
        await refusal { _ = try await world.thinker.getStrategy(.init(id: 999), other) },
      ]
      #expect(Set(refusals.map { $0?.description }) == [RPCError.missing.description])
      let prompt = try await world.thinker.getPromptByType(
        .init(promptType: "clustering"), other)
      #expect(prompt.isDefault)
      let settings = try await world.providers.getProviderSettings(
        .init(provider: "openai_compatible"), other)
      #expect(!settings.isActive && settings.apiKey.isEmpty)
      let voice = await refusal {
        _ = try await world.ai.generateContent(
          .init(assignment: IntegrationWorld.assignment, title: "T", authorProfileID: id),
          world.work(account: 2))
      }
      #expect(voice?["author_profile_id"] == ["Invalid author profile"])
    }
  }

  // MARK: Events

  private func happen(
    _ kind: String, _ payload: String, account: Int64 = 1, _ world: IntegrationWorld
  ) async throws {
    let event = Event(
      id: "auth/1", kind: kind, account: AccountID(account), payload: payload,
      createdAt: world.time.now())
    let handler = try #require(SiteDeparture.handlers[kind])
    try await world.database.transaction(in: .account(event.account)) {
      try await handler(event, $0)
    }
  }

  @Test("a deleted site takes its deliveries along, a deleted sector its strategies")
  func departure() async throws {
    try await IntegrationWorld.run { world in
      try await fill(world, account: 1)
      try await fill(world, account: 2)
      _ = try await world.thinker.createStrategy(.init(name: "Everywhere"), world.person())
      try await happen("site.deleted", #"{"account_id":1,"site_id":12}"#, world)
      #expect(try await world.number("SELECT count(*) FROM publishing_records") == 2)
      try await happen("site.deleted", #"{"account_id":1,"site_id":10}"#, world)
      try await happen("sector.deleted", #"{"account_id":1,"sector_id":20}"#, world)
      for table in ["publishing_records", "strategies"] {
        let of1 = "SELECT count(*) FROM \(table) WHERE account_id = 1"
        #expect(try await world.number(of1) == (table == "strategies" ? 1 : 0))
        #expect(
          try await world.number("SELECT count(*) FROM \(table) WHERE account_id = 2") == 1)
      }
      #expect(try await world.number("SELECT count(*) FROM ai_task_logs") == 2)
      let nameless = await refusal { try await happen("site.deleted", "{}", world) }
      #expect(nameless?.code == .invalidArgument)
    }
  }
}

import Cryptography
import IntegrationContract
import Kernel
import NIOHTTP1
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("Settings of providers", .inTurn, .timeLimit(.minutes(10)))
struct ProviderSettingsTests {
  private static let key = IntegrationWorld.key

  private func save(
    _ world: IntegrationWorld, _ request: Integration.SaveProviderSettingsRequest,
    account: Int64 = 1
  ) async throws -> Integration.ProviderSettings {
    try await world.providers.saveProviderSettings(request, world.person(account: account))
  }

  private func refused(
    _ world: IntegrationWorld, _ request: Integration.SaveProviderSettingsRequest
  ) async -> RPCError? {
    await refusal { _ = try await save(world, request) }
  }

  @Test("a key is sealed at rest and masked in every reply")
  func masked() async throws {
    try await IntegrationWorld.run { world in
      let saved = try await save(world, .init(provider: "openai", apiKey: Self.key))
      #expect(saved.apiKey == "sk-…WXYZ" && !saved.isActive)
      let read = try await world.providers.getProviderSettings(
        .init(provider: "openai"), world.person(.admin))
      #expect(read == saved)
      let short = try await save(world, .init(provider: "openai", apiKey: "abcdefghijk"))
      #expect(short.apiKey == "…")
      #expect(try await !world.dump("provider_settings").contains("abcdefghijk"))
    }
  }

  @Test("what a request leaves out stays, an empty text or cleared name empties")
  func partial() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider(imageModel: "dall-e-3")
      var now = try await save(world, .init(provider: "openai_compatible", model: "gpt-4o"))
      #expect(now.apiKey == "sk-…WXYZ" && now.isActive && now.imageModel == "dall-e-3")
      #expect(now.baseURL == world.provider.url && now.model == "gpt-4o")
      now = try await save(
        world, .init(provider: "openai_compatible", model: "", cleared: ["api_key"]))
      #expect(now.model == nil && now.apiKey.isEmpty && now.imageModel == "dall-e-3")
    }
  }

  @Test("of changes that meet, none undoes another")
  func concurrently() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider(model: "old", imageModel: "old")
      world.time.advance(by: .seconds(1))
      let changes: [Integration.SaveProviderSettingsRequest] = [
        .init(provider: "openai_compatible", model: "new"),
        .init(provider: "openai_compatible", imageModel: "new"),
        .init(provider: "openai_compatible", isActive: false),
      ]
      let saved = try await withThrowingTaskGroup(of: (Int, RPCError?).self) { group in
        for (number, change) in changes.enumerated() {
          group.addTask { (number, await refused(world, change)) }
        }
        return try await group.reduce(into: Set<Int>()) { saved, outcome in
          #expect(outcome.1 == nil || outcome.1?.details.reason == "conflict")
          if outcome.1 == nil { saved.insert(outcome.0) }
        }
      }
      let now = try await world.providers.getProviderSettings(
        .init(provider: "openai_compatible"), world.person())
      #expect(!saved.isEmpty)
      #expect((now.model == "new") == saved.contains(0))
      #expect((now.imageModel == "new") == saved.contains(1))
      #expect(now.isActive != saved.contains(2))
      #expect(now.apiKey == "sk-…WXYZ")
    }
  }

  @Test("a key goes to no other address than the one it was saved with")
  func otherAddress() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      let same = try await save(
        world, .init(provider: "openai_compatible", baseURL: world.provider.url + "/"))
      #expect(same.apiKey == "sk-…WXYZ" && same.baseURL == world.provider.url)
      let moved = try await save(
        world, .init(provider: "openai_compatible", baseURL: world.provider.url + "/other"))
      #expect(moved.apiKey.isEmpty)
      world.provider.answers(.completion(ModelAnswers.clusters))
      _ = try await world.cluster()
      let request = try #require(world.provider.requests.last)
      #expect(request.path == "/v1/other/chat/completions")
      #expect(request.headers["authorization"].isEmpty)

      _ = try await save(world, .init(provider: "openai", apiKey: Self.key, isActive: true))
      let refusal = await refused(
        world, .init(provider: "openai", baseURL: world.provider.url))
      #expect(refusal?["api_key"] == ["This field is required"])
    }
  }

  @Test("bad settings are refused, each by its field")
  func refusals() async throws {
    try await IntegrationWorld.run { world in
      #expect(
        await refused(world, .init(provider: "fax"))?["provider"] == ["Invalid integration type"])
      for key in ["two words", "line\nbreak", "schlüssel"] {
        #expect(
          await refused(world, .init(provider: "openai", apiKey: key))?["api_key"] == [
            "Invalid API key format"
          ])
      }
      #expect(
        await refused(world, .init(provider: "openai", isActive: true))?["api_key"] == [
          "This field is required"
        ])
      #expect(
        await refused(world, .init(provider: "openai_compatible", isActive: true))?["base_url"]
          == ["This field is required"])
      #expect(
        await refused(
          world,
          .init(provider: "openai_compatible", baseURL: world.provider.url, isActive: true))?[
            "model"] == ["This field is required"])
      let count = try await world.number("SELECT count(*) FROM provider_settings")
      #expect(count == 0)
    }
  }

  @Test(
    "an address that is none, or that is private, is refused",
    arguments: [
      ("ftp://example.com", "Invalid URL"), ("https://", "Invalid URL"),
      ("http://me:pw@example.com", "Invalid URL"), ("http://127%2e0.0.1.example", "Invalid URL"),
      ("http://a b", "Invalid URL"), ("http://host:99999", "Invalid URL"),
      ("http://10.0.0.1/v1", "This address is not allowed"),
      ("http://[::1]:8080/v1", "This address is not allowed"),
      ("http://[::ffff:10.1.1.1]/", "This address is not allowed"),
      ("http://169.254.169.254/latest", "This address is not allowed"),
      ("http://localhost:11434/v1", "This address is not allowed"),
      ("http://2130706433/", "This address is not allowed"),
      ("http://0x7f.1/", "This address is not allowed"),
    ])
  func addresses(url: String, message: String) async throws {
    try await IntegrationWorld.run {
      $0.outbound.allowedHosts = []
    } _: { world in
      let refusal = await refused(world, .init(provider: "openai_compatible", baseURL: url))
      #expect(refusal?["base_url"] == [message])
    }
  }

  @Test("an address that became forbidden after it was saved is not called")
  func forbiddenLater() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      try await world.test.administer(
        "UPDATE integration.provider_settings SET base_url = 'http://10.0.0.1/v1'")
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.details.reason == "upstream")
      #expect(try await world.logRows().map(\.code) == ["forbidden_address"])
      #expect(world.provider.requests.isEmpty)
    }
  }

  @Test("only an admin sees or changes them")
  func roles() async throws {
    try await IntegrationWorld.run { world in
      let editor = world.person(.editor)
      let refusals = [
        await refusal {
          _ = try await world.providers.getProviderSettings(.init(provider: "openai"), editor)
        },
        await refusal {
          _ = try await world.providers.saveProviderSettings(.init(provider: "openai"), editor)
        },
        await refusal {
          _ = try await world.providers.testProvider(.init(provider: "openai"), editor)
        },
      ]
      #expect(refusals.allSatisfy { $0?.code == .permissionDenied })
      let nobody = try await world.dump("provider_settings")
      #expect(nobody.isEmpty)
    }
  }

  @Test("a sealed key is of no use in another account's row, and the failure is logged")
  func bound() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      try await world.test.administer(
        "UPDATE integration.provider_settings SET account_id = 2")
      let refusal = await refusal { _ = try await world.cluster(world.work(account: 2)) }
      #expect(refusal?.code == .failedPrecondition && refusal?.details.reason == "upstream")
      #expect(refusal?.message == "The AI provider needs a key")
      #expect(
        try await world.logRows() == [.init(code: "no_key", tries: 0, input: 0, output: 0, cost: 0)]
      )
      #expect(world.provider.requests.isEmpty)
    }
  }

  @Test("a key is kept only where there is something to seal it with")
  func nothingToSealWith() async throws {
    try await IntegrationWorld.run {
      $0.secretKeys = nil
    } _: { world in
      let refusal = await refused(world, .init(provider: "openai", apiKey: Self.key))
      #expect(refusal?.code == .failedPrecondition)
      #expect(refusal?.details.reason == "no_secret_keys")
      let stored = try await world.dump("provider_settings")
      #expect(stored.isEmpty)
    }
  }

  @Test("a key sealed before the rotation opens after it")
  func rotation() async throws {
    let old = String(repeating: "ab", count: 32)
    let new = String(repeating: "cd", count: 32)
    let sealed = try SealedSecret(
      sealing: Self.key, with: SecretKeys(parsing: "one:\(old)"),
      context: "integration.provider_settings:1:openai_compatible"
    ).text
    for (keys, works) in [("two:\(new),one:\(old)", true), ("two:\(new)", false)] {
      try await IntegrationWorld.run {
        $0.secretKeys = try? SecretKeys(parsing: keys)
      } _: { world in
        try await world.useProvider()
        try await world.test.administer(
          "UPDATE integration.provider_settings SET api_key = '\(sealed)'")
        world.provider.answers(.completion(ModelAnswers.clusters))
        let refusal = await refusal { _ = try await world.cluster() }
        #expect((refusal == nil) == works)
        let sent = world.provider.requests.first?.headers["authorization"]
        #expect(sent == (works ? ["Bearer \(Self.key)"] : nil))
      }
    }
  }

  @Test("a test asks the provider once with the stored key")
  func tested() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.text(200, #"{"data":[]}"#), .failure(503, "Down"))
      let request = Integration.ProviderRequest(provider: "openai_compatible")
      let good = try await world.providers.testProvider(request, world.person())
      #expect(good.ok && good.model == "gpt-4o-mini")
      let seen = try #require(world.provider.requests.first)
      #expect(seen.method == "GET" && seen.path == "/v1/models")
      #expect(seen.headers["authorization"] == ["Bearer \(Self.key)"])
      let bad = try await world.providers.testProvider(request, world.person())
      #expect(!bad.ok && bad.detail == "The AI provider answered 503: Down")
      #expect(world.provider.requests.count == 2)
      let none = try await world.providers.testProvider(.init(provider: "openai"), world.person())
      #expect(!none.ok && none.detail == "The AI provider needs a key")
    }
  }

  @Test("the provider that was set last does the work; without one the built-in engine")
  func choice() async throws {
    try await IntegrationWorld.run { world in
      world.provider.answers(.completion(ModelAnswers.clusters))
      #expect(try await world.cluster().usage?.provider == "local")
      try await world.useProvider()
      #expect(try await world.cluster().usage?.provider == "openai_compatible")
      world.time.advance(by: .seconds(1))
      try await world.useProvider("openai", model: nil)
      let usage = try await world.cluster().usage
      #expect(usage?.provider == "openai" && usage?.model == "gpt-4o-mini")
      _ = try await save(world, .init(provider: "openai", isActive: false))
      _ = try await save(world, .init(provider: "openai_compatible", isActive: false))
      #expect(try await world.cluster().usage?.provider == "local")
    }
  }
}

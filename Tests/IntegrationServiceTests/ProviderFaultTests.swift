import IntegrationContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing

@testable import IntegrationService

@Suite("A provider that fails", .inTurn, .timeLimit(.minutes(10)))
struct ProviderFaultTests {
  private let success = IntegrationWorld.LogRow(
    code: nil, tries: 1, input: 1_000, output: 500, cost: 450)

  @Test("after 429 the call waits as long as Retry-After says, and no less")
  func retryAfter() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .failure(429, retryAfter: "7"), .completion(ModelAnswers.clusters))
      async let reply = world.cluster()
      await world.time.waitForSleepers(2)
      world.time.advance(by: .milliseconds(6_900))
      #expect(world.time.sleeperCount == 2 && world.provider.requests.count == 1)
      world.time.advance(by: .milliseconds(100))
      #expect(try await reply.clusters.count == 1)
      var expected = success
      expected.tries = 2
      #expect(try await world.logRows() == [expected])
    }
  }

  @Test("a Retry-After given as a date is waited for too")
  func retryDate() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .failure(503, retryAfter: "Tue, 10 Mar 2026 00:00:09 GMT"),
        .completion(ModelAnswers.clusters))
      async let reply = world.cluster()
      await world.time.waitForSleepers(2)
      world.time.advance(by: .milliseconds(8_900))
      #expect(world.time.sleeperCount == 2)
      world.time.advance(by: .milliseconds(100))
      #expect(try await reply.clusters.count == 1)
    }
  }

  @Test("a Retry-After beyond the deadline is handed to the caller at once")
  func retryTooLate() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.failure(429, "Slow down", retryAfter: "400"))
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.code == .unavailable && refusal?.details.reason == "upstream")
      #expect(refusal?.details.retryAfter == .seconds(400))
      #expect(world.provider.requests.count == 1)
      #expect(
        try await world.logRows() == [
          .init(code: "rate_limited", tries: 1, input: 0, output: 0, cost: 0)
        ])
    }
  }

  @Test(
    "what passes is tried again",
    arguments: [
      [.failure(500), .failure(502)], [.failure(408), .failure(425)],
      [.brokenOff, .text(200, "<html>")], [.text(200, "{\"choices\":[]}"), .text(200, "[[[")],
    ] as [[FakeProvider.Answer]])
  func transient(faults: [FakeProvider.Answer]) async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(faults[0], faults[1], .completion(ModelAnswers.clusters))
      let reply = try await world.passing(2) { try await world.cluster() }
      #expect(reply.clusters.count == 1)
      var expected = success
      expected.tries = 3
      #expect(try await world.logRows() == [expected])
    }
  }

  @Test("a provider that stays broken is given up after the tries that are set")
  func givenUp() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.failure(500, "Boom"))
      let refusal = await refusal {
        _ = try await world.passing(3) { try await world.cluster() }
      }
      #expect(refusal?.code == .unavailable && refusal?.details.reason == "upstream")
      #expect(refusal?.message == "The AI provider answered 500: Boom")
      #expect(world.provider.requests.count == 4)
      #expect(try await world.logRows().map(\.code) == ["status_500"])
      #expect(try await world.logRows().map(\.tries) == [4])
    }
  }

  @Test(
    "what will not pass is not tried again",
    arguments: [
      (400, "status_400", "The AI provider answered 400: No such model"),
      (401, "credentials", "The AI provider refused the key"),
      (404, "status_404", "The AI provider answered 404: No such model"),
      (302, "status_302", "The AI provider answered 302: No such model"),
    ])
  func final(status: Int, code: String, message: String) async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.failure(status, "No such model"))
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.code == .failedPrecondition && refusal?.details.reason == "upstream")
      #expect(refusal?.message == message)
      #expect(world.provider.requests.count == 1)
      #expect(try await world.logRows().map(\.code) == [code])
    }
  }

  @Test(
    "a provider that says nothing, or stops in the middle, is given up on time",
    arguments: [.silence, .stall] as [FakeProvider.Answer])
  func late(fault: FakeProvider.Answer) async throws {
    try await IntegrationWorld.run {
      $0.providers.tryTimeout = .milliseconds(300)
      $0.providers.tries = 2
    } _: { world in
      try await world.useProvider()
      world.provider.answers(fault)
      let refusal = await refusal {
        _ = try await world.passing(1) { try await world.cluster() }
      }
      #expect(refusal?.code == .unavailable && refusal?.details.reason == "upstream")
      #expect(refusal?.message == "The AI provider did not answer in time")
      #expect(
        try await world.logRows() == [
          .init(code: "timeout", tries: 2, input: 0, output: 0, cost: 0)
        ])
    }
  }

  @Test("a late provider that then answers has done its work")
  func lateOnce() async throws {
    try await IntegrationWorld.run {
      $0.providers.tryTimeout = .milliseconds(500)
    } _: { world in
      try await world.useProvider()
      world.provider.answers(.silence, .completion(ModelAnswers.clusters))
      let reply = try await world.passing(1) { try await world.cluster() }
      #expect(reply.usage?.tokensInput == 1_000)
      #expect(try await world.logRows().map(\.tries) == [2])
    }
  }

  @Test("refused connections are tried again, then an upstream failure")
  func refused() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      await world.provider.stop()
      let refusal = await refusal {
        _ = try await world.passing(3) { try await world.cluster() }
      }
      #expect(refusal?.code == .unavailable && refusal?.details.reason == "upstream")
      #expect(refusal?.message == "The AI provider cannot be reached")
      #expect(
        try await world.logRows() == [
          .init(code: "unreachable", tries: 4, input: 0, output: 0, cost: 0)
        ])
    }
  }

  @Test("an answer larger than anything sensible is refused")
  func oversized() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(
        .status(200, body: Array(repeating: UInt8(ascii: " "), count: 5 << 20)))
      let refusal = await refusal { _ = try await world.cluster() }
      #expect(refusal?.code == .failedPrecondition && refusal?.details.reason == "upstream")
      #expect(try await world.logRows().map(\.code) == ["too_large"])
      #expect(world.provider.requests.count == 1)
    }
  }

  @Test("a call that nobody waits for any more leaves its row")
  func abandoned() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.failure(500))
      let caller = Task { try await world.cluster() }
      await world.time.waitForSleepers(2)
      caller.cancel()
      await #expect(throws: RPCError.self) { try await caller.value }
      #expect(
        try await world.logRows() == [
          .init(code: "abandoned", tries: 1, input: 0, output: 0, cost: 0)
        ])
      #expect(world.provider.requests.count == 1)
    }
  }

  @Test("a call given up while the provider thinks ends at once and leaves its row")
  func abandonedInFlight() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.silence)
      let caller = Task { try await world.cluster() }
      while world.provider.requests.isEmpty { await Task.yield() }
      caller.cancel()
      await #expect(throws: RPCError.self) { try await caller.value }
      let rows = try await world.logRows()
      #expect(rows == [.init(code: "abandoned", tries: 1, input: 0, output: 0, cost: 0)])
    }
  }

  @Test("what was used before a failure is in the failure's row")
  func usedThenFailed() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      world.provider.answers(.completion("no"), .failure(500), .failure(401))
      let refusal = await refusal {
        _ = try await world.passing(1) { try await world.cluster() }
      }
      #expect(refusal?.message == "The AI provider refused the key")
      let rows = try await world.logRows()
      #expect(
        rows == [
          .init(
            code: "credentials", tries: 3, input: 1_000, output: 500, cost: 450,
            isAskedAgain: true)
        ])
    }
  }

  // MARK: The breaker

  @Test("a provider that keeps failing is left alone, then asked by one call")
  func breaker() async throws {
    try await IntegrationWorld.run {
      $0.providers.tries = 1
      $0.providers.failuresToTrip = 3
      $0.providers.pause = .seconds(30)
    } _: { world in
      try await world.useProvider()
      try await world.useProvider(account: 2)
      world.provider.answers(.failure(500))
      for _ in 0..<3 { _ = await refusal { _ = try await world.cluster() } }
      let resting = await refusal { _ = try await world.cluster(world.work(account: 2)) }
      #expect(resting?.code == .unavailable && resting?.details.reason == "upstream")
      #expect(resting?.details.retryAfter == .seconds(30))
      #expect(world.provider.requests.count == 3)

      world.time.advance(by: .seconds(30))
      _ = await refusal { _ = try await world.cluster() }
      #expect(world.provider.requests.count == 4)
      #expect(await refusal { _ = try await world.cluster() }?.details.retryAfter == .seconds(30))

      world.time.advance(by: .seconds(30))
      world.provider.answers(.completion(ModelAnswers.clusters))
      #expect(try await world.cluster().clusters.count == 1)
      #expect(try await world.cluster().clusters.count == 1)
      let codes = try await world.logRows().map(\.code)
      #expect(
        codes == Array(repeating: "status_500", count: 3)
          + ["circuit_open", "status_500", "circuit_open", nil, nil])
      #expect(try await world.logRows().map(\.tries) == [1, 1, 1, 0, 1, 0, 1, 1])
    }
  }

  @Test("a wrong key or a rate limit of one account rests nobody's provider")
  func notUnwell() async throws {
    try await IntegrationWorld.run {
      $0.providers.tries = 1
      $0.providers.failuresToTrip = 2
    } _: { world in
      try await world.useProvider()
      world.provider.answers(.failure(500), .failure(429), .failure(401), .failure(500))
      for _ in 0..<4 { _ = await refusal { _ = try await world.cluster() } }
      #expect(
        try await world.logRows().map(\.code) == [
          "status_500", "rate_limited", "credentials", "status_500",
        ])
    }
  }

  // MARK: Secrets

  @Test("no key is in errors, logs or rows, whatever a provider says")
  func secrets() async throws {
    try await IntegrationWorld.run { world in
      try await world.useProvider()
      let said = String(repeating: "x", count: 180) + " bad key \(IntegrationWorld.key) given"
      for status in [400, 401, 403] {
        world.provider.answers(.failure(status, said))
        let refusal = try #require(await refusal { _ = try await world.cluster() })
        #expect(!"\(refusal)".contains("sk-live"))
        let test = try await world.providers.testProvider(
          .init(provider: "openai_compatible"), world.person())
        #expect(!test.ok && !test.detail.contains("sk-live"))
      }
      let stored = try await world.dump("provider_settings")
      #expect(!stored.contains("sk-live") && stored.contains("sk-…WXYZ"))
      #expect(try await !world.dump("ai_task_logs").contains("sk-live"))
      #expect(!world.log.lines.isEmpty)
      #expect(!world.log.lines.contains { $0.contains("sk-live") })
    }
  }
}

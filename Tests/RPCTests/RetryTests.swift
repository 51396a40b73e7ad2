import Kernel
import NIOCore
import TestKit
import Testing

@testable import RPC

@Suite("breaker, budget and policy")
struct RetryMachineTests {
  private let chance = SeededChance(seed: 3)

  private func breaker() -> Breaker {
    Breaker(
      failuresToTrip: 3, cooling: Backoff(base: .milliseconds(100), limit: .seconds(1)),
      pause: Backoff(base: .seconds(1), limit: .seconds(8)))
  }

  @Test("a few failures cool down, more open, one probe closes again")
  func lifeOfABreaker() {
    var breaker = breaker()
    #expect(breaker.asked(now: .zero) == .go)
    breaker.failed(now: .zero, chance: chance)
    guard case .wait(let until) = breaker.asked(now: .zero) else {
      Issue.record("one failure is worth waiting")
      return
    }
    #expect(breaker.asked(now: until) == .go)
    breaker.failed(now: until, chance: chance)
    breaker.failed(now: until, chance: chance)
    guard case .no(let reopens) = breaker.asked(now: until) else {
      Issue.record("three failures open the breaker")
      return
    }
    #expect(breaker.asked(now: reopens) == .go)
    guard case .no = breaker.asked(now: reopens) else {
      Issue.record("a second caller must not probe too")
      return
    }
    breaker.succeeded()
    #expect(breaker.asked(now: reopens) == .go)
  }

  @Test("a failed probe keeps callers away for longer")
  func failedProbe() {
    var breaker = breaker()
    for _ in 0..<3 { breaker.failed(now: .zero, chance: chance) }
    guard case .open(1, let first) = breaker.state else {
      Issue.record("not open")
      return
    }
    _ = breaker.asked(now: first)
    breaker.failed(now: first, chance: chance)
    guard case .open(2, let second) = breaker.state else {
      Issue.record("not open again")
      return
    }
    #expect(second - first >= .seconds(1))
  }

  @Test("retries are a fifth of the calls that go well, but for a few at the start")
  func budget() {
    var budget = RetryBudget(share: 0.2)
    var retries = 0
    for call in 1...1_000 {
      let now = Duration.milliseconds(call)
      if budget.retryWanted(answered: call, now: now) { retries += 1 }
    }
    #expect((200...210).contains(retries))
  }

  @Test("what was saved in a long good time is worth a second of it, then nothing comes in")
  func outage() {
    var budget = RetryBudget(share: 0.2)
    var retries = 0
    for call in 1...5_000 {
      let now = Duration.seconds(3_600) + .milliseconds(call)
      if budget.retryWanted(answered: 3_600_000, now: now) { retries += 1 }
    }
    #expect((100...210).contains(retries))
  }

  @Test("savings above the start fade while few calls are made")
  func fading() {
    var budget = RetryBudget(share: 0.2)
    var retries = 0
    let mayRetry = budget.retryWanted(answered: 10_000, now: .seconds(1))
    #expect(mayRetry)
    for _ in 0..<100 where budget.retryWanted(answered: 10_000, now: .seconds(10)) { retries += 1 }
    #expect(retries == Int(RetryBudget.start))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let failure: CallFailure
    let isRepeatable: Bool
    let attempt: Int
    let verdict: RetryPolicy.Verdict

    var testDescription: String { "\(failure.error) \(isRepeatable) \(attempt)" }
  }

  private static let busy = CallFailure(error: RPCError(.unavailable, "busy"))

  static let cases = [
    Case(failure: busy, isRepeatable: true, attempt: 1, verdict: .againWithinBudget),
    Case(failure: busy, isRepeatable: false, attempt: 1, verdict: .giveUp),
    Case(failure: busy, isRepeatable: true, attempt: 4, verdict: .giveUp),
    Case(failure: .lost, isRepeatable: true, attempt: 1, verdict: .againWithinBudget),
    Case(failure: .lost, isRepeatable: false, attempt: 1, verdict: .giveUp),
    Case(
      failure: CallFailure(error: .draining), isRepeatable: false, attempt: 1, verdict: .again),
    Case(failure: .unreachable("x"), isRepeatable: false, attempt: 9, verdict: .chooseAgain),
    Case(
      failure: CallFailure(error: RPCError(.notFound, "no")), isRepeatable: true, attempt: 1,
      verdict: .giveUp),
    Case(
      failure: CallFailure(error: .tooManyCalls), isRepeatable: true, attempt: 1,
      verdict: .giveUp),
    Case(
      failure: CallFailure(error: .deadlinePassed), isRepeatable: true, attempt: 1,
      verdict: .giveUp),
  ]

  @Test("what becomes of a failed try", arguments: cases)
  func policy(_ row: Case) {
    let policy = RetryPolicy(maxAttempts: 4)
    #expect(
      policy.verdict(row.failure, attempt: row.attempt, isRepeatable: row.isRepeatable)
        == row.verdict)
  }

  @Test("keyed methods are repeatable with a key only")
  func repeatable() {
    let keyed = Methods.info("Keyed", .keyed)
    #expect(RetryPolicy.isRepeatable(keyed, hasKey: true))
    #expect(!RetryPolicy.isRepeatable(keyed, hasKey: false))
    #expect(!RetryPolicy.isRepeatable(Methods.info("Unsafe", .unsafe), hasKey: true))
    #expect(RetryPolicy.isRepeatable(Methods.info("Safe", .idempotent), hasKey: false))
    #expect(RetryPolicy.isRepeatable(Methods.info("Read", .noSideEffects), hasKey: false))
  }

  @Test("addresses are lists of host and port, anything else is refused")
  func addresses() throws {
    let names = try EndpointName.list("a.svc:1, 10.0.0.1:2,[::1]:3")
    #expect(names.map(\.host) == ["a.svc", "10.0.0.1", "::1"])
    #expect(names.map(\.port) == [1, 2, 3])
    for wrong in ["", "host", "host:", "host:0", "host:70000", "host:x"] {
      #expect(throws: RPCError.self) { try EndpointName.list(wrong) }
    }
  }
}

@Suite("retries and reconnecting over loopback", .timeLimit(.minutes(10)))
struct RetryTests {
  /// Answers `unavailable` until the counter has reached `count`.
  private func failing(_ count: Int, _ method: MethodInfo, _ calls: Counter) -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(method) { _, call in
      calls.add()
      if calls.value <= count { throw RPCError(.unavailable, "not yet") }
      return ByteBuffer(string: "\(call.attempt)")
    }
    return routes
  }

  @Test(
    "only calls that do no harm twice are tried again",
    arguments: [
      (Idempotency.idempotent, nil, true), (.noSideEffects, nil, true), (.keyed, "k", true),
      (.keyed, nil, false), (.unsafe, "k", false),
    ] as [(Idempotency, String?, Bool)])
  func retries(idempotency: Idempotency, key: String?, isRetried: Bool) async throws {
    let calls = Counter()
    let method = Methods.info("Retried", idempotency)
    try await World.with(failing(2, method, calls)) { world in
      let client = try world.client()
      let reply = try? await client.call(method, ByteBuffer(), world.outgoing(key: key))
      #expect(reply?.text == (isRetried ? "3" : nil))
      #expect(calls.value == (isRetried ? 3 : 1))
      #expect(client.figures.retries == (isRetried ? 2 : 0))
    }
  }

  @Test("without budget there is no retry")
  func budget() async throws {
    let calls = Counter()
    try await World.with(failing(.max, Methods.echo, calls)) { world in
      let client = try world.client {
        $0.retryShare = 0
        $0.backoff = Backoff(base: .milliseconds(1), limit: .milliseconds(1))
      }
      for _ in 0..<8 {
        _ = try? await client.call(Methods.echo, ByteBuffer(), world.outgoing())
      }
      #expect(client.figures.retries == Int(RetryBudget.start))
      #expect(client.figures.retriesForbidden == 5)
      #expect(calls.value == 8 + Int(RetryBudget.start))
    }
  }

  @Test("a service that is down is unavailable at once to a call that may not wait")
  func down() async throws {
    try await World.with(RPCRoutes()) { world in
      let client = try world.client()
      try await world.goDown()
      for _ in 0..<3 {
        let caught = await error {
          _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
        }
        #expect(caught?.code == .unavailable)
        #expect(caught?.isUnstarted == true)
      }
    }
  }

  @Test("a service that stays down opens the breaker, which spares callers the waiting")
  func breaker() async throws {
    try await World.with(RPCRoutes()) { world in
      let client = try world.client {
        $0.failuresToTrip = 3
        $0.backoff = Backoff(base: .milliseconds(1), limit: .milliseconds(2))
        $0.breakerPause = Backoff(base: .seconds(60), limit: .seconds(60))
      }
      try await world.goDown()
      for _ in 0..<20 {
        let caught = await code {
          _ = try await client.call(Methods.echo, ByteBuffer(), world.outgoing())
        }
        #expect(caught == .unavailable)
      }
      #expect(client.figures.dials == 3)
      #expect(client.figures.dialsFailed == 3)
      #expect(client.figures.refusedByBreaker == 20)
    }
  }

  @Test("after a restart of the server calls go through again, and a waiting one gets its answer")
  func restart() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes) { world in
      let client = try world.client { $0.failuresToTrip = 1_000 }
      let body = ByteBuffer(string: "again")
      #expect(try await client.call(Methods.echo, body, world.outgoing()) == body)
      await world.server.drain(grace: .zero)
      async let waiting = client.call(Methods.echo, body, world.outgoing())
      let settings = RPCServerSettings(port: world.port)
      let second = World.server(routes, settings, world.loops, world.time, world.chance)
      try await second.start()
      #expect(try await waiting == body)
      #expect(try await client.call(Methods.echo, body, world.outgoing()) == body)
      await second.drain(grace: .zero)
    }
  }

  @Test("with one of two endpoints down all calls are answered by the other")
  func twoEndpoints() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.waitUnsafe) { body, _ in body }
    try await World.with(routes) { gone in
      try await gone.goDown()
      try await World.with(routes) { world in
        let client = try world.client {
          $0.addresses = "127.0.0.1:\(gone.port),127.0.0.1:\(world.port)"
        }
        for _ in 0..<50 {
          _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
        }
        #expect(world.server.counters.figures.started == 50)
      }
    }
  }

  @Test("a name is resolved")
  func names() async throws {
    try await World.with(RPCRoutes(), settings: RPCServerSettings(host: "localhost")) { world in
      let client = try world.client { $0.addresses = "localhost:\(world.port)" }
      #expect(try await client.health(world.outgoing()).isServing)
    }
  }

  @Test("a name that stands for nothing is unavailable")
  func noSuchName() async throws {
    try await World.with(RPCRoutes()) { world in
      let client = try world.client { $0.addresses = "no-such-name.invalid:1" }
      let caught = await code {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      #expect(caught == .unavailable)
    }
  }

  @Test("a closed client takes no calls")
  func closed() async throws {
    try await World.with(RPCRoutes()) { world in
      let client = try world.client()
      #expect(try await client.health(world.outgoing()).isServing)
      client.close()
      let caught = await code { _ = try await client.health(world.outgoing()) }
      #expect(caught == .unavailable)
    }
  }
}

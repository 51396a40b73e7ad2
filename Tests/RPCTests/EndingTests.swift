import Kernel
import NIOCore
import RPC
import Testing

@Suite("how calls end early", .timeLimit(.minutes(10)))
struct EndingTests {
  private func waiting(at turnstile: Turnstile) -> RPCRoutes {
    var routes = RPCRoutes()
    for method in [Methods.wait, Methods.waitUnsafe] {
      routes.handleRaw(method) { body, _ in
        try await turnstile.pass()
        return body
      }
    }
    routes.handleRaw(Methods.echo) { body, _ in body }
    return routes
  }

  @Test("a deadline ends the call for the caller and stops the handler")
  func deadline() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { world in
      let client = try world.client()
      try await untilEntered(turnstile) { timeout in
        let caught = await code {
          _ = try await client.call(
            Methods.wait, ByteBuffer(), world.outgoing(timeout: timeout))
        }
        #expect(caught == .deadlineExceeded)
      }
      await turnstile.hasStopped(1)
      #expect(turnstile.entered == 1)
    }
  }

  @Test("an expired call starts no handler")
  func expired() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { world in
      let caught = await code {
        _ = try await world.client().call(
          Methods.wait, ByteBuffer(), world.outgoing(timeout: .zero))
      }
      #expect(caught == .deadlineExceeded)
      #expect(turnstile.entered == 0)
    }
  }

  @Test("cancelling the caller stops the handler, and the call that the handler is making")
  func cancellation() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { world in
      let client = try world.client()
      var outer = RPCRoutes()
      outer.handleRaw(Methods.echo) { body, call in
        try await client.call(Methods.wait, body, call.outgoing())
      }
      try await World.with(outer) { front in
        let frontClient = try front.client()
        let task = Task {
          try await frontClient.call(Methods.echo, ByteBuffer(), front.outgoing())
        }
        await turnstile.hasEntered(1)
        task.cancel()
        let caught = await code { _ = try await task.value }
        #expect(caught == .cancelled)
        await turnstile.hasStopped(1)
      }
    }
  }

  @Test("a draining server finishes what it has and sends further calls elsewhere")
  func drain() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { world in
      let client = try world.client()
      async let running = client.call(
        Methods.waitUnsafe, ByteBuffer(string: "done"), world.outgoing())
      await turnstile.hasEntered(1)
      async let drained: Void = world.server.drain(grace: .seconds(20))
      let refused = await untilRefused {
        _ = try await client.call(
          Methods.waitUnsafe, ByteBuffer(), world.outgoing(timeout: .milliseconds(200)))
      }
      #expect(refused?.code == .unavailable)
      turnstile.open()
      #expect(try await running.text == "done")
      await drained
    }
  }

  @Test("a server that drains under load costs no call, not even one that may not be repeated")
  func drainUnderLoad() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.waitUnsafe) { body, _ in body }
    try await World.with(routes) { first in
      try await World.with(routes) { second in
        let client = try first.client { $0.addresses += ",127.0.0.1:\(second.port)" }
        let (answered, failed) = (Counter(), Counter())
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<16 {
            group.addTask {
              while answered.value < 4_000, failed.value < 10 {
                let caught = await error {
                  _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), first.outgoing())
                }
                if caught == nil { answered.add() } else { failed.add() }
              }
            }
          }
          group.addTask {
            while answered.value < 1_000, failed.value < 10 { await Task.yield() }
            await second.server.drain(grace: .seconds(20))
          }
        }
        #expect(failed.value == 0)
        #expect(second.server.counters.figures.started > 0)
      }
    }
  }

  /// The first `unavailable` that `body` meets; the goaway needs a moment to get around.
  private func untilRefused(_ body: () async throws -> Void) async -> RPCError? {
    for _ in 0..<100 {
      if let caught = await error(of: body), caught.code == .unavailable { return caught }
    }
    return nil
  }

  @Test("after the grace a draining server stops its handlers")
  func drainStops() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { world in
      let client = try world.client { $0.maxAttempts = 1 }
      async let caught = code {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      await turnstile.hasEntered(1)
      await world.server.drain(grace: .milliseconds(20))
      await turnstile.hasStopped(1)
      #expect(await caught == .unavailable)
    }
  }

  @Test("more calls than the connection may have in flight are refused at once")
  func inFlightLimit() async throws {
    let turnstile = Turnstile()
    let settings = RPCServerSettings(maxInFlightPerConnection: 2)
    try await World.with(waiting(at: turnstile), settings: settings, threads: 1) { world in
      let client = try world.client()
      async let first = client.call(Methods.wait, ByteBuffer(), world.outgoing())
      async let second = client.call(Methods.wait, ByteBuffer(), world.outgoing())
      await turnstile.hasEntered(2)
      let caught = await error {
        _ = try await client.call(Methods.echo, ByteBuffer(), world.outgoing())
      }
      #expect(caught?.code == .resourceExhausted)
      #expect(caught?.details.reason == "too_many_calls")
      turnstile.open()
      _ = try await (first, second)
      #expect(try await client.call(Methods.echo, ByteBuffer(), world.outgoing()) == ByteBuffer())
    }
  }
}

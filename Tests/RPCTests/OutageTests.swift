import Kernel
import NIOCore
import RPCTestKit
import TestKit
import Testing

@testable import RPC

@Suite("outages", .timeLimit(.minutes(10)))
struct OutageTests {
  @Test("a dependency that answers nothing but unavailable gets a fifth more calls at most")
  func attempts() async throws {
    let (attempts, isDown) = (Counter(), Counter())
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in
      if isDown.value == 0 { return body }
      attempts.add()
      throw RPCError(.unavailable, "down")
    }
    try await World.with(routes) { world in
      let client = try world.client {
        $0.backoff = Backoff(base: .milliseconds(1), limit: .milliseconds(2))
      }
      for _ in 0..<500 {
        _ = try await client.call(Methods.echo, ByteBuffer(), world.outgoing())
      }
      isDown.add()
      let calls = 2_000
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            for _ in 0..<calls / 20 {
              _ = try? await client.call(Methods.echo, ByteBuffer(), world.outgoing())
            }
          }
        }
      }
      #expect(attempts.value <= calls * 12 / 10)
      #expect(client.figures.retries < calls / 5)
      #expect(client.figures.retriesForbidden > 0)
    }
  }

  /// A client whose pauses go by the test's clock, and a call of it.
  private func client(
    of world: World, _ time: ManualTime, port: Int
  ) throws -> (RPCClient, () -> OutgoingCall) {
    let client = try RPCClient(
      settings: RPCClientSettings(addresses: "127.0.0.1:\(port)"),
      signer: ContextSigner(key: World.key), loops: world.loops, time: time,
      chance: world.chance, log: World.quiet)
    return (
      client, { OutgoingCall(context: .user, deadline: Deadline(in: .seconds(20), of: time)) }
    )
  }

  @Test("after an outage of minutes calls go through within two seconds of its end")
  func recovery() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.waitUnsafe) { body, _ in body }
    try await World.with(routes) { world in
      let time = ManualTime()
      let link = try await FaultyLink.start(to: world.port, on: world.loops.group)
      let (client, call) = try client(of: world, time, port: link.port)
      _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), call())
      await link.vanish()
      for _ in 0..<1_200 {
        _ = try? await client.call(Methods.waitUnsafe, ByteBuffer(), call())
        time.advance(by: .milliseconds(100))
      }
      #expect(client.figures.dials < 400, "two minutes of outage")
      #expect(client.figures.refusedByBreaker > 800)
      try await link.listen()
      let end = time.monotonic()
      while await code(of: {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), call())
      }) != nil {
        time.advance(by: .milliseconds(50))
        #expect(time.monotonic() - end < .seconds(60))
      }
      #expect(time.monotonic() - end <= .seconds(2))
      client.close()
      await link.vanish()
    }
  }

  @Test("what was sent and may not be repeated is not sent again when the connection breaks")
  func cutOff() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    for method in [Methods.wait, Methods.waitUnsafe] {
      routes.handleRaw(method) { body, _ in
        try await turnstile.pass()
        return body
      }
    }
    try await World.with(routes) { world in
      let link = try await FaultyLink.start(to: world.port, on: world.loops.group)
      let client = try world.client { $0.addresses = "127.0.0.1:\(link.port)" }
      async let caught = error {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      await turnstile.hasEntered(1)
      await link.cut()
      #expect(await caught?.code == .unavailable)
      #expect(await caught?.isUnstarted == false)
      #expect(turnstile.entered == 1)

      async let repeated = client.call(
        Methods.wait, ByteBuffer(string: "again"), world.outgoing())
      await turnstile.hasEntered(2)
      await link.cut()
      await turnstile.hasEntered(3)
      turnstile.open()
      #expect(try await repeated.text == "again")
      client.close()
      await link.vanish()
    }
  }

  @Test("a peer that has died without a word is found within two intervals, on both sides")
  func blackhole() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.waitUnsafe) { body, _ in
      try await turnstile.pass()
      return body
    }
    let interval = Duration.seconds(1)
    let settings = RPCServerSettings(keepalive: interval)
    try await World.with(routes, settings: settings) { world in
      let link = try await FaultyLink.start(to: world.port, on: world.loops.group)
      let client = try world.client {
        ($0.addresses, $0.keepalive) = ("127.0.0.1:\(link.port)", interval)
      }
      async let caught = code {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      await turnstile.hasEntered(1)
      try await link.stall()
      let start = world.time.monotonic()
      #expect(await caught == .unavailable)
      await turnstile.hasStopped(1)
      // Two intervals, and what a busy machine may add.
      let found = world.time.monotonic() - start
      #expect(found < .seconds(10))
      client.close()
      await link.vanish()
    }
  }
}

import Kernel
import NIOCore
import RPC
import Testing

@testable import RPC

@Suite("calls over loopback", .timeLimit(.minutes(10)))
struct LoopbackTests {
  private func echoing() -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    return routes
  }

  @Test("a request comes back as it was sent")
  func echo() async throws {
    try await World.with(echoing()) { world in
      let client = try world.client()
      for size in [0, 1, 200, 70_000, 3_000_000] {
        let body = ByteBuffer(repeating: 0x5a, count: size)
        #expect(try await client.call(Methods.echo, body, world.outgoing()) == body)
      }
    }
  }

  @Test("many calls at once get each its own answer")
  func concurrency() async throws {
    try await World.with(echoing()) { world in
      let client = try world.client()
      try await withThrowingTaskGroup(of: (Int, String).self) { group in
        for number in 0..<2_000 {
          group.addTask {
            let body = ByteBuffer(string: "call \(number)")
            return (number, try await client.call(Methods.echo, body, world.outgoing()).text)
          }
        }
        for try await (number, text) in group { #expect(text == "call \(number)") }
      }
      #expect(world.server.counters.figures.started == 2_000)
      #expect(world.server.counters.figures.inFlight == 0)
    }
  }

  @Test("a later call's answer overtakes an earlier one that waits")
  func outOfOrder() async throws {
    let turnstile = Turnstile()
    var routes = echoing()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    try await World.with(routes, threads: 1) { world in
      let client = try world.client()
      async let slow = client.call(Methods.wait, ByteBuffer(string: "slow"), world.outgoing())
      await turnstile.hasEntered(1)
      let fast = try await client.call(
        Methods.echo, ByteBuffer(string: "fast"), world.outgoing())
      #expect(fast.text == "fast")
      turnstile.open()
      #expect(try await slow.text == "slow")
    }
  }

  @Test("context, key, trace and attempt reach the handler")
  func contextTravels() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.whoAmI) { _, call in
      let account = try call.requireAccount()
      let key = call.idempotencyKey ?? "none"
      return ByteBuffer(
        string: "\(account) \(call.context.role) \(key) \(call.trace.traceID) \(call.attempt)")
    }
    try await World.with(routes) { world in
      let call = world.outgoing(key: "k1")
      let reply = try await world.client().call(Methods.whoAmI, ByteBuffer(), call)
      #expect(reply.text == "7 editor k1 \(call.trace.traceID) 1")
    }
  }

  @Test("a handler's call to another service carries the same context and trace")
  func contextIsPassedOn() async throws {
    var inner = RPCRoutes()
    inner.handleRaw(Methods.whoAmI) { _, call in
      ByteBuffer(string: "\(call.context.requestID) \(call.trace.traceID)")
    }
    try await World.with(inner) { world in
      let client = try world.client()
      var outer = RPCRoutes()
      outer.handleRaw(Methods.echo) { body, call in
        try await client.call(Methods.whoAmI, body, call.outgoing())
      }
      try await World.with(outer) { front in
        let call = front.outgoing()
        let reply = try await front.client().call(Methods.echo, ByteBuffer(), call)
        #expect(reply.text == "r1 \(call.trace.traceID)")
      }
    }
  }

  @Test("an error arrives with all its details")
  func errorsTravel() async throws {
    let thrown = RPCError(
      .failedPrecondition, "Not enough credits",
      details: ErrorDetails(
        fields: [FieldError(name: "count", messages: ["too many", "really"])],
        retryAfter: .seconds(3), required: 40, available: -2, reason: "insufficient_credits"))
    var routes = RPCRoutes()
    routes.handleRaw(Methods.fail) { _, _ in throw thrown }
    try await World.with(routes) { world in
      let caught = await error(of: {
        _ = try await world.client().call(Methods.fail, ByteBuffer(), world.outgoing())
      })
      #expect(caught == thrown)
      #expect(world.server.counters.figures.failed == 1)
    }
  }

  @Test("an unforeseen error tells the caller nothing of the inside")
  func unforeseenError() async throws {
    struct Secret: Error {}
    var routes = RPCRoutes()
    routes.handleRaw(Methods.fail) { _, _ in throw Secret() }
    try await World.with(routes) { world in
      let caught = await error(of: {
        _ = try await world.client().call(Methods.fail, ByteBuffer(), world.outgoing())
      })
      #expect(caught == RPCError(.internal, "Something went wrong"))
    }
  }

  @Test("a handler of the pool answers too")
  func pool() async throws {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.heavy, on: .pool) { body, _ in
      let isOnLoop = MultiThreadedLoop.isCurrent
      return ByteBuffer(string: isOnLoop ? "loop" : "pool")
    }
    routes.handleRaw(Methods.echo) { body, _ in
      ByteBuffer(string: MultiThreadedLoop.isCurrent ? "loop" : "pool")
    }
    try await World.with(routes) { world in
      let client = try world.client()
      let heavy = try await client.call(Methods.heavy, ByteBuffer(), world.outgoing())
      let light = try await client.call(Methods.echo, ByteBuffer(), world.outgoing())
      #expect(heavy.text == "pool")
      #expect(light.text == "loop")
    }
  }

  @Test("every server tells its health and its methods, even to a caller without a context")
  func builtIn() async throws {
    try await World.with(echoing()) { world in
      let stranger = try world.client(key: [UInt8](repeating: 9, count: 32))
      #expect(try await stranger.health(world.outgoing()).isServing)
      let methods = try await stranger.listMethods(world.outgoing())
      #expect(methods.map(\.name) == ["Echo"])
      #expect(methods.first?.number == Methods.echo.number)
    }
  }

  @Test("a method that the server does not know is unimplemented")
  func unknownMethod() async throws {
    try await World.with(echoing()) { world in
      let caught = await code {
        _ = try await world.client().call(Methods.fail, ByteBuffer(), world.outgoing())
      }
      #expect(caught == .unimplemented)
      #expect(world.server.counters.figures.refused == [.unknownMethod: 1])
    }
  }
}

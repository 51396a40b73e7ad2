import Kernel
import NIOCore
import RPC
import Synchronization
import TestKit
import Testing

/// Services one behind the other; each calls the next, the last waits at a turnstile.
private final class Chain: Sendable {
  static let hops = 5

  let turnstile = Turnstile()
  /// What was left of the deadline at each hop.
  let left = Mutex<[Duration]>([])
  private let servers = Mutex<[RPCServer]>([])
  let world: World

  /// - Parameter front: the world whose loops all hops share.
  init(_ front: World) { world = front }

  /// Starts all hops, the last first.
  /// - Returns: a client of the first.
  func start() async throws -> RPCClient {
    var next: RPCClient?
    for _ in 0..<Self.hops {
      let server = World.server(
        routes(next), RPCServerSettings(), world.loops, world.time, world.chance)
      let port = try await server.start()
      servers.withLock { $0.append(server) }
      next = try world.client { $0.addresses = "127.0.0.1:\(port)" }
    }
    return try #require(next)
  }

  private func routes(_ next: RPCClient?) -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { [self] body, call in
      let left = call.deadline.left(of: world.time)
      self.left.withLock { $0.append(left) }
      if let next { return try await next.call(Methods.wait, body, call.outgoing()) }
      try await turnstile.pass()
      return body
    }
    return routes
  }

  /// Handlers that run at this moment, over all hops.
  var running: Int {
    servers.withLock { $0.reduce(0) { $0 + $1.counters.figures.inFlight } }
  }

  func stop() async {
    for server in servers.withLock({ $0 }) { await server.drain(grace: .zero) }
  }
}

@Suite("five hops", .timeLimit(.minutes(10)))
struct HopTests {
  @Test("a deadline shrinks on its way, and its passing stops every hop")
  func deadline() async throws {
    try await World.with(RPCRoutes()) { world in
      let chain = Chain(world)
      let client = try await chain.start()
      var timeout = Duration.milliseconds(200)
      while chain.turnstile.entered == 0 {
        let call = world.outgoing(timeout: timeout)
        chain.left.withLock { $0 = [] }
        #expect(
          await code { _ = try await client.call(Methods.wait, ByteBuffer(), call) }
            == .deadlineExceeded)
        let left = chain.left.withLock { $0 }
        #expect(left == left.sorted(by: >))
        #expect(left.allSatisfy { $0 <= timeout })
        timeout *= 5
      }
      await chain.turnstile.hasStopped(1)
      while chain.running > 0 { await Task.yield() }
      await chain.stop()
    }
  }

  @Test("cancelling the first call stops the handler of the fifth hop at once")
  func cancellation() async throws {
    try await World.with(RPCRoutes()) { world in
      let chain = Chain(world)
      let client = try await chain.start()
      for round in 1...20 {
        let task = Task { try await client.call(Methods.wait, ByteBuffer(), world.outgoing()) }
        await chain.turnstile.hasEntered(round)
        let start = world.time.monotonic()
        task.cancel()
        await chain.turnstile.hasStopped(round)
        // Milliseconds on a quiet machine; a deadline would take twenty seconds.
        #expect(world.time.monotonic() - start < .seconds(5))
        #expect(await code { _ = try await task.value } == .cancelled)
      }
      while chain.running > 0 { await Task.yield() }
      #expect(chain.turnstile.entered == 20)
      await chain.stop()
    }
  }
}

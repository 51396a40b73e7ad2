import Kernel
import NIOCore
import NIOPosix
import RPCTestKit
import Synchronization
import TestKit
import Testing

@testable import RPC

/// Names as a test sets them; a name it does not know cannot be told.
final class ChangingNames: NameResolver {
  private let ports: Mutex<[String: [Int]]>
  private let questions = Counter()

  init(_ ports: [String: [Int]]) { self.ports = Mutex(ports) }

  var asked: Int { questions.value }

  func set(_ name: String, _ ports: [Int]) { self.ports.withLock { $0[name] = ports } }

  func addresses(of host: String, port: Int) async -> [SocketAddress] {
    questions.add()
    let ports = ports.withLock { $0[host] ?? [] }
    return ports.compactMap { try? SocketAddress(ipAddress: "127.0.0.1", port: $0) }
  }
}

@Suite("endpoints come, go and differ", .timeLimit(.minutes(10)))
struct EndpointTests {
  private func echoing() -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    routes.handleRaw(Methods.waitUnsafe) { body, _ in body }
    return routes
  }

  private func waiting(at turnstile: Turnstile) -> RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.waitUnsafe) { body, _ in
      try await turnstile.pass()
      return body
    }
    return routes
  }

  @Test("of two endpoints the slow one gets no more calls than it can have in flight")
  func slowEndpoint() async throws {
    let turnstile = Turnstile()
    let callers = 8
    try await World.with(waiting(at: turnstile)) { slow in
      try await World.with(echoing()) { fast in
        let client = try fast.client { $0.addresses += ",127.0.0.1:\(slow.port)" }
        let (answered, finished) = (Counter(), Counter())
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<callers {
            group.addTask {
              for _ in 0..<100 {
                let call = fast.outgoing(timeout: .seconds(600))
                _ = try? await client.call(Methods.waitUnsafe, ByteBuffer(), call)
                answered.add()
              }
              finished.add()
            }
          }
          // Whoever does not wait at the slow one comes to the end.
          while finished.value + turnstile.entered < callers { await Task.yield() }
          #expect(turnstile.entered < callers)
          turnstile.open()
        }
        #expect(answered.value == callers * 100)
      }
    }
  }

  @Test("a new address is used, the calls of one that is gone are finished")
  func addressesChange() async throws {
    let turnstile = Turnstile()
    try await World.with(waiting(at: turnstile)) { old in
      try await World.with(echoing()) { new in
        let names = ChangingNames(["svc": [old.port]])
        let client = try new.client(resolver: names) {
          ($0.addresses, $0.resolveInterval) = ("svc:1", .milliseconds(1))
        }
        async let running = client.call(
          Methods.waitUnsafe, ByteBuffer(string: "done"), old.outgoing())
        await turnstile.hasEntered(1)
        names.set("svc", [new.port])
        while new.server.counters.figures.started == 0 {
          _ = try? await client.call(
            Methods.waitUnsafe, ByteBuffer(), new.outgoing(timeout: .milliseconds(100)))
        }
        let before = old.server.counters.figures.started
        for _ in 0..<50 {
          _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), new.outgoing())
        }
        #expect(old.server.counters.figures.started == before)
        turnstile.open()
        #expect(try await running.text == "done")
      }
    }
  }

  @Test("what cannot be told stays as it was, name by name")
  func resolverFails() async throws {
    try await World.with(echoing()) { first in
      try await World.with(echoing()) { second in
        let names = ChangingNames(["a": [first.port], "b": [second.port]])
        let client = try first.client(resolver: names) {
          ($0.addresses, $0.resolveInterval) = ("a:1,b:1", .milliseconds(1))
        }
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), first.outgoing())
        names.set("b", [])
        let asked = names.asked
        while names.asked < asked + 6 {
          _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), first.outgoing())
        }
        try await first.goDown(grace: .seconds(5))
        let before = second.server.counters.figures.started
        names.set("a", [])
        while names.asked < asked + 12 {
          _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), first.outgoing())
        }
        #expect(second.server.counters.figures.started > before)
      }
    }
  }

  @Test("when an endpoint fails its name is looked up again before its time")
  func moved() async throws {
    try await World.with(echoing()) { old in
      try await World.with(echoing()) { new in
        let names = ChangingNames(["svc": [old.port]])
        let client = try new.client(resolver: names) {
          ($0.addresses, $0.resolveInterval) = ("svc:1", .seconds(3_600))
        }
        _ = try await client.call(Methods.echo, ByteBuffer(), new.outgoing())
        names.set("svc", [new.port])
        try await old.goDown(grace: .seconds(5))
        var caught: RPCError?
        repeat {
          caught = await error {
            _ = try await client.call(Methods.echo, ByteBuffer(), new.outgoing())
          }
        } while caught?.code == .unavailable
        #expect(caught == nil)
        #expect(new.server.counters.figures.started == 1)
      }
    }
  }

  @Test("a look-up that does not come back costs a call its patience and no more")
  func stuckResolver() async throws {
    struct Stuck: NameResolver {
      let turnstile: Turnstile

      func addresses(of host: String, port: Int) async -> [SocketAddress] {
        try? await turnstile.pass()
        return []
      }
    }
    try await World.with(RPCRoutes()) { world in
      let turnstile = Turnstile()
      let client = try world.client(resolver: Stuck(turnstile: turnstile)) {
        $0.addresses = "svc:1"
      }
      let caught = await code {
        _ = try await client.call(
          Methods.echo, ByteBuffer(), world.outgoing(timeout: .milliseconds(50)))
      }
      #expect(caught == .deadlineExceeded)
      let task = Task { try await client.call(Methods.echo, ByteBuffer(), world.outgoing()) }
      await turnstile.hasEntered(1)
      task.cancel()
      #expect(await code { _ = try await task.value } == .cancelled)
      turnstile.open()
    }
  }

  @Test("no call waits for an endpoint that is being dialled while another is open")
  func dialling() async throws {
    try await World.with(echoing(), threads: 1) { world in
      let link = try await FaultyLink.start(to: world.port, on: world.loops.group)
      try await link.stall()
      let client = try world.client {
        $0.addresses += ",127.0.0.1:\(link.port)"
        $0.connectTimeout = .seconds(3_600)
      }
      // The first call may have to wait for the silent one: there is no other yet.
      _ = try? await client.call(
        Methods.waitUnsafe, ByteBuffer(), world.outgoing(timeout: .milliseconds(100)))
      while world.server.counters.figures.started == 0 {
        _ = try? await client.call(
          Methods.waitUnsafe, ByteBuffer(), world.outgoing(timeout: .milliseconds(100)))
      }
      for _ in 0..<100 {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      client.close()
      await link.vanish()
    }
  }

  @Test("a server that takes connections and never introduces itself is given up")
  func silentAtDial() async throws {
    try await World.with(echoing(), threads: 1) { world in
      let link = try await FaultyLink.start(to: world.port, on: world.loops.group)
      try await link.stall()
      let client = try world.client {
        $0.addresses = "127.0.0.1:\(link.port)"
        $0.connectTimeout = .milliseconds(50)
      }
      let caught = await error {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      #expect(caught?.code == .unavailable)
      #expect(caught?.isUnstarted == true)
      await link.vanish()
    }
  }

  @Test("a client that is closed while it dials leaves no connection behind")
  func closedWhileDialling() async throws {
    try await World.with(echoing(), threads: 1) { world in
      let (gone, hasGone) = AsyncStream.makeStream(of: Void.self)
      let silent = try await ServerBootstrap(group: world.loops.group)
        .childChannelInitializer { channel in
          channel.closeFuture.whenComplete { _ in hasGone.yield() }
          return channel.eventLoop.makeSucceededVoidFuture()
        }
        .bind(host: "127.0.0.1", port: 0).get()
      let port = try #require(silent.localAddress?.port)
      let client = try world.client {
        $0.addresses = "127.0.0.1:\(port)"
        $0.connectTimeout = .seconds(3_600)
      }
      async let caught = code {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      while client.figures.dials == 0 { await Task.yield() }
      client.close()
      #expect(await caught == .unavailable)
      #expect(await gone.first { true } != nil)
      try await silent.close()
    }
  }
}

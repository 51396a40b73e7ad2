import Kernel
import NIOCore
import RPCTestKit
import Synchronization
import TestKit
import Testing

@testable import RPC

/// A service with three replicas, each of which can be stopped and started again on its port.
private final class Replicas: Sendable {
  static let count = 3

  private let servers = Mutex<[RPCServer]>([])
  private let ports: [Int]
  private let world: World
  private let routes: RPCRoutes

  init(_ world: World, _ routes: RPCRoutes) async throws {
    (self.world, self.routes) = (world, routes)
    var ports: [Int] = []
    for _ in 0..<Self.count {
      let server = World.server(
        routes, RPCServerSettings(), world.loops, world.time, world.chance)
      ports.append(try await server.start())
      servers.withLock { $0.append(server) }
    }
    self.ports = ports
  }

  var addresses: String { ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") }

  func port(of index: Int) -> Int { ports[index] }

  /// Drains a replica and starts it anew; returns when the new one has been called.
  func restart(_ index: Int) async throws {
    await servers.withLock { $0[index] }.drain(grace: .seconds(20))
    let server = World.server(
      routes, RPCServerSettings(port: ports[index]), world.loops, world.time, world.chance)
    try await server.start()
    servers.withLock { $0[index] = server }
    await serves(index)
  }

  /// Returns when a replica has been called some more.
  func serves(_ index: Int) async {
    let counters = servers.withLock { $0[index] }.counters
    let before = counters.figures.started
    while counters.figures.started < before + 20 {
      try? await world.time.sleep(for: .milliseconds(5))
    }
  }

  func stop() async {
    for server in servers.withLock({ $0 }) { await server.drain(grace: .zero) }
  }
}

/// Callers who make a few hundred calls a second together until they are told to stop.
private final class Callers: Sendable {
  struct Tally: Sendable {
    var answered = 0
    var failures: [RPCError] = []
  }

  private let tally = Mutex(Tally())
  private let isOver = Atomic(false)
  private let tasks = Mutex<[Task<Void, any Error>]>([])

  init(_ client: RPCClient, _ method: MethodInfo, _ world: World) {
    for _ in 0..<8 {
      let task = Task {
        while !isOver.load(ordering: .relaxed) {
          let caught = await error {
            _ = try await client.call(method, ByteBuffer(), world.outgoing())
          }
          note(caught)
          try await world.time.sleep(for: .milliseconds(15))
        }
      }
      tasks.withLock { $0.append(task) }
    }
  }

  private func note(_ failure: RPCError?) {
    tally.withLock { tally in
      if let failure { tally.failures.append(failure) } else { tally.answered += 1 }
    }
  }

  /// What has come of their calls.
  func stop() async throws -> Tally {
    isOver.store(true, ordering: .relaxed)
    for task in tasks.withLock({ $0 }) { try await task.value }
    return tally.withLock { $0 }
  }
}

@Suite("restarts under load", .timeLimit(.minutes(10)))
struct RestartTests {
  private var routes: RPCRoutes {
    var routes = RPCRoutes()
    for method in [Methods.echo, Methods.waitUnsafe] {
      routes.handleRaw(method) { body, _ in
        try await RealTime().sleep(for: .milliseconds(2))
        return body
      }
    }
    return routes
  }

  @Test("a rolling restart costs no call, not even one that may not be repeated")
  func rolling() async throws {
    try await World.with(RPCRoutes()) { world in
      let replicas = try await Replicas(world, routes)
      let client = try world.client { $0.addresses = replicas.addresses }
      let callers = Callers(client, Methods.waitUnsafe, world)
      for restart in 0..<6 { try await replicas.restart(restart % Replicas.count) }
      let tally = try await callers.stop()
      #expect(tally.failures == [])
      #expect(tally.answered > 100)
      client.close()
      await replicas.stop()
    }
  }

  @Test("a killed replica costs no call that may be repeated", arguments: [true, false])
  func killed(isRepeatable: Bool) async throws {
    try await World.with(RPCRoutes()) { world in
      let replicas = try await Replicas(world, routes)
      var links: [FaultyLink] = []
      for index in 0..<Replicas.count {
        links.append(
          try await FaultyLink.start(to: replicas.port(of: index), on: world.loops.group))
      }
      let client = try world.client { [links] settings in
        settings.addresses = links.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
      }
      let method = isRepeatable ? Methods.echo : Methods.waitUnsafe
      let callers = Callers(client, method, world)
      for (index, link) in (links + links).enumerated() {
        await link.vanish()
        try await world.time.sleep(for: .milliseconds(100))
        try await link.listen()
        await replicas.serves(index % Replicas.count)
      }
      let tally = try await callers.stop()
      if isRepeatable {
        #expect(tally.failures == [])
      } else {
        #expect(tally.failures.allSatisfy { $0.code == .unavailable && !$0.isUnstarted })
      }
      #expect(tally.answered > 100)
      client.close()
      for link in links { await link.vanish() }
      await replicas.stop()
    }
  }
}

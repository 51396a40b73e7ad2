import Kernel
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Listens on TCP and answers the calls of a service's routes.
package final class RPCServer: Sendable {
  private struct Listening {
    var channel: (any Channel)?
    var connections: [ObjectIdentifier: Accepted] = [:]
    var isDraining = false
    /// Resumed when the last connection has gone.
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private struct Accepted {
    let connection: NIOLoopBound<ServerConnection>
    /// The TLS authority that it was made under; 0 without TLS.
    let authority: Int
  }

  private let environment: ServerEnvironment
  private let loops: RPCLoops
  private let chance: any Chance
  private let listening = Mutex(Listening())
  private let handshakes = Atomic(0)

  package init(
    settings: RPCServerSettings, routes: RPCRoutes, signer: ContextSigner, loops: RPCLoops,
    time: any TimeSource, chance: any Chance, log: Logger
  ) {
    (self.loops, self.chance) = (loops, chance)
    environment = ServerEnvironment(
      settings: settings, routes: routes, signer: signer, time: time, log: log)
  }

  /// Figures for metrics.
  package var counters: ServerCounters { environment.counters }

  /// Starts listening.
  /// - Returns: the port, which the system chose when the settings say 0.
  /// - Throws: what the system says when the address cannot be had.
  @discardableResult
  package func start() async throws -> Int {
    let channel = try await ServerBootstrap(group: loops.group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try self.welcome(channel) }
      }
      .bind(host: environment.settings.host, port: environment.settings.port).get()
    listening.withLock { $0.channel = channel }
    return channel.localAddress?.port ?? environment.settings.port
  }

  /// Stops listening, refuses further calls in a way that clients try elsewhere, lets running
  /// handlers finish, stops those that have not after `grace`, and returns once all connections are
  /// closed.
  package func drain(grace: Duration) async {
    let channel = listening.withLock { state in
      state.isDraining = true
      return state.channel
    }
    try? await channel?.close().get()
    forEachConnection { $0.drain() }
    let timer = loops.group.any().scheduleTask(in: .microseconds(grace.microseconds)) {
      self.forEachConnection { $0.abort() }
    }
    await lastConnectionGone()
    timer.cancel()
  }

  /// Lets go of connections that were made under an earlier TLS authority: their calls end as they
  /// would have, and the clients make new connections.
  package func leaveOldAuthority() {
    guard let authority = environment.settings.tls?.authority else { return }
    forEachConnection(before: authority) { $0.drain() }
  }

  private func forEachConnection(
    before authority: Int = .max, _ act: @escaping @Sendable (ServerConnection) -> Void
  ) {
    let accepted = listening.withLock { Array($0.connections.values) }
    for entry in accepted where entry.authority < authority {
      entry.connection.eventLoop.execute { act(entry.connection.value) }
    }
  }

  private func lastConnectionGone() async {
    await withCheckedContinuation { continuation in
      let isDone = listening.withLock { state in
        if !state.connections.isEmpty { state.waiters.append(continuation) }
        return state.connections.isEmpty
      }
      if isDone { continuation.resume() }
    }
  }

  private func welcome(_ channel: any Channel) throws {
    guard let tls = environment.settings.tls else {
      return try accept(channel, authority: 0, stranger: nil)
    }
    let others = handshakes.wrappingAdd(1, ordering: .relaxed).oldValue
    if others >= environment.settings.maxHandshakes {
      handshakes.wrappingSubtract(1, ordering: .relaxed)
      handshakeFailed(.tooMany, channel)
      return channel.close(promise: nil)
    }
    try tls.secure(serverEnd: channel) { result, authority in
      self.handshakes.wrappingSubtract(1, ordering: .relaxed)
      do {
        let caller = try result.get().service
        try self.accept(channel, authority: authority, stranger: self.refusal(of: caller))
      } catch let failure as HandshakeFailure {
        self.handshakeFailed(failure, channel)
      } catch {
        channel.close(promise: nil)
      }
    }
  }

  /// What a service outside the allow table is told.
  private func refusal(of caller: String) -> RPCError? {
    guard !environment.settings.callers.contains(caller) else { return nil }
    environment.notices.warn(
      "a service that may not call this one is connected", ["caller": "\(caller)"],
      to: environment.log, now: environment.time.monotonic())
    return RPCError(
      .permissionDenied, "\(caller) may not call this service", reason: "caller")
  }

  private func handshakeFailed(_ failure: HandshakeFailure, _ channel: any Channel) {
    environment.counters.handshakeFailed()
    environment.notices.warn(
      "a connection came to nothing",
      ["reason": "it \(failure.why)", "peer": "\(channel.remoteAddress?.ipAddress ?? "")"],
      to: environment.log, now: environment.time.monotonic())
  }

  private func accept(_ channel: any Channel, authority: Int, stranger: RPCError?) throws {
    let executor = loops.executor(of: channel.eventLoop)
    let connection = ServerConnection(
      environment: environment, executor: executor, seed: chance.next(), stranger: stranger)
    try channel.pipeline.syncOperations.addHandler(connection)
    let key = ObjectIdentifier(connection)
    let accepted = Accepted(
      connection: NIOLoopBound(connection, eventLoop: channel.eventLoop), authority: authority)
    let isLate = listening.withLock { state in
      state.connections[key] = accepted
      return state.isDraining
    }
    channel.closeFuture.whenComplete { _ in self.connectionGone(key) }
    if isLate { channel.close(promise: nil) }
  }

  private func connectionGone(_ key: ObjectIdentifier) {
    let waiters = listening.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.connections[key] = nil
      guard state.connections.isEmpty else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}

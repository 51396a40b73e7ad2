import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A stretch of network in front of a server, which can fail: carries bytes both ways until it is
/// told to stall, to cut or to go away.
package final class FaultyLink: Sendable {
  private struct State {
    var listener: (any Channel)?
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isStalled = false
  }

  private let group: any EventLoopGroup
  private let server: Int
  /// Where clients find the link; the same for all its life.
  package let port: Int
  private let state: Mutex<State>

  /// Listens on a port of its own.
  /// - Parameter server: the port of the server, on loopback.
  package static func start(
    to server: Int, on group: any EventLoopGroup
  ) async throws -> FaultyLink {
    let probe = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    let port = probe.localAddress?.port ?? 0
    try await probe.close()
    let link = FaultyLink(group: group, server: server, port: port)
    try await link.listen()
    return link
  }

  private init(group: any EventLoopGroup, server: Int, port: Int) {
    (self.group, self.server, self.port) = (group, server, port)
    state = Mutex(State())
  }

  /// Takes connections, after `vanish` again.
  package func listen() async throws {
    let listener = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { self.join($0) }
      .bind(host: "127.0.0.1", port: port).get()
    state.withLock { $0.listener = listener }
  }

  /// From now on nothing is carried and nothing is closed: a peer that has died in silence.
  package func stall() async throws { try await setStalled(true) }

  /// Carries on, with what has waited first.
  package func resume() async throws { try await setStalled(false) }

  /// Resets all connections, as the end of a killed process does.
  package func cut() async {
    let channels = state.withLock { Array($0.channels.values) }
    for channel in channels {
      let options = channel as? any SocketOptionProvider
      try? await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      try? await channel.close()
    }
  }

  /// Takes no connections any more and resets those that are there.
  package func vanish() async {
    let listener = state.withLock { state in
      defer { state.listener = nil }
      return state.listener
    }
    try? await listener?.close()
    await cut()
  }

  private func setStalled(_ isStalled: Bool) async throws {
    let channels = state.withLock { state in
      state.isStalled = isStalled
      return Array(state.channels.values)
    }
    for channel in channels {
      try await channel.setOption(.autoRead, value: !isStalled).get()
    }
  }

  /// The client's side is not read before the server's is there.
  private func join(_ client: any Channel) -> EventLoopFuture<Void> {
    ClientBootstrap(group: client.eventLoop)
      .channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: server)
      .flatMapThrowing { server in
        try client.pipeline.syncOperations.addHandler(Carrier(to: server))
        try server.pipeline.syncOperations.addHandler(Carrier(to: client))
        return server
      }
      .flatMap { server in
        for channel in [client, server] { self.keep(channel) }
        let reads = !self.state.withLock { $0.isStalled }
        return client.setOption(.autoRead, value: reads)
          .flatMap { server.setOption(.autoRead, value: reads) }
      }
  }

  private func keep(_ channel: any Channel) {
    let key = ObjectIdentifier(channel)
    state.withLock { $0.channels[key] = channel }
    channel.closeFuture.whenComplete { _ in
      self.state.withLock { $0.channels[key] = nil }
    }
  }
}

/// Hands what one side says to the other.
private final class Carrier: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let other: any Channel

  init(to other: any Channel) { self.other = other }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    other.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

import NIOCore
import NIOPosix
import RPC

/// A peer on a plain socket, which says whatever the test wants.
struct RawPeer {
  private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  static func connect(to world: World) async throws -> RawPeer {
    try await connect(port: world.port, on: world.loops)
  }

  static func connect(port: Int, on loops: RPCLoops) async throws -> RawPeer {
    let channel = try await ClientBootstrap(group: loops.group)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return RawPeer(channel: channel)
  }

  /// Sends `bytes` and returns what comes back until the server closes or `isEnough` says so.
  func exchange(
    _ bytes: ByteBuffer, until isEnough: @escaping @Sendable (ByteBuffer) -> Bool = { _ in false }
  ) async throws -> ByteBuffer {
    try await channel.executeThenClose { inbound, outbound in
      try? await outbound.write(bytes)
      var all = ByteBuffer()
      do {
        for try await chunk in inbound {
          all.writeImmutableBuffer(chunk)
          if isEnough(all) { break }
        }
      } catch is IOError {
        // A reset is a close too.
      }
      return all
    }
  }
}

extension RawPeer {
  /// A client that connects and says nothing until it is closed.
  static func silentClient(port: Int, on loops: RPCLoops) async throws -> any Channel {
    try await ClientBootstrap(group: loops.group).connect(host: "127.0.0.1", port: port).get()
  }

  /// A server that takes connections and never says a word.
  static func silentServer(on loops: RPCLoops) async throws -> any Channel {
    try await ServerBootstrap(group: loops.group).bind(host: "127.0.0.1", port: 0).get()
  }
}

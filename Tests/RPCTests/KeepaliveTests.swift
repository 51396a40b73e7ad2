import Glibc
import Kernel
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing

@testable import RPC

@Suite("peers that fall silent", .timeLimit(.minutes(10)))
struct KeepaliveTests {
  private static func types(in bytes: ByteBuffer) -> [FrameType] {
    var decoder = FrameDecoder(maxMessageBytes: 1 << 20)
    decoder.append(bytes)
    var types: [FrameType] = []
    while let output = try? decoder.next() {
      if case .frame(let header, _) = output { types.append(header.type) }
    }
    return types
  }

  @Test("the server pings a silent client once and then leaves it")
  func silentClient() async throws {
    // On a busy machine the client may be too late to introduce itself: then with more patience.
    var types: [FrameType] = []
    for patience in [600, 6_000] where types.isEmpty {
      let settings = RPCServerSettings(keepalive: .milliseconds(patience))
      try await World.with(RPCRoutes(), settings: settings) { world in
        var preface = ByteBuffer()
        preface.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
        types = Self.types(in: try await RawPeer.connect(to: world).exchange(preface))
      }
    }
    #expect(types == [.ping])
  }

  @Test("the server leaves a client that never introduces itself")
  func stranger() async throws {
    let settings = RPCServerSettings(keepalive: .milliseconds(40))
    try await World.with(RPCRoutes(), settings: settings) { world in
      let answer = try await RawPeer.connect(to: world).exchange(ByteBuffer())
      #expect(Self.types(in: answer) == [])
    }
  }

  @Test("a client's call to a server that has died in silence is unavailable, not hanging")
  func silentServer() async throws {
    let loops = RPCLoops(threads: 1)
    let silent = try await ServerBootstrap(group: loops.group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          var preface = ByteBuffer()
          preface.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
          channel.writeAndFlush(preface, promise: nil)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let world = try await World(
      loops: loops, routes: RPCRoutes(), settings: RPCServerSettings())
    let port = try #require(silent.localAddress?.port)
    let client = try world.client { settings in
      settings.addresses = "127.0.0.1:\(port)"
      (settings.keepalive, settings.maxAttempts) = (.milliseconds(40), 1)
    }
    let caught = await error {
      _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
    }
    #expect(caught?.code == .unavailable)
    client.close()
    try await silent.close()
    await world.server.drain(grace: .zero)
    try await loops.shutDown()
  }

  @Test("a write to a server that has just gone loses its call and nothing else")
  func goneServer() async throws {
    let loops = RPCLoops(threads: 1)
    let away = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (asked, ask) = AsyncStream.makeStream(of: (any Channel).self)
    let server = try await ServerBootstrap(group: away)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          var preface = ByteBuffer()
          preface.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
          try channel.pipeline.syncOperations.addHandler(RequestWatch { ask.yield($0) })
          channel.writeAndFlush(preface, promise: nil)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let world = try await World(
      loops: loops, routes: RPCRoutes(), settings: RPCServerSettings())
    let port = try #require(server.localAddress?.port)
    let client = try world.client { settings in
      (settings.addresses, settings.maxAttempts) = ("127.0.0.1:\(port)", 1)
    }
    let call = Task {
      try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
    }
    let connection = try #require(await asked.first { _ in true })
    // The client's loop does not hear that the server goes before it writes the cancellation.
    let isGone = Atomic(false)
    loops.group.next().execute { while !isGone.load(ordering: .relaxed) {} }
    call.cancel()
    // A reset, so that the first write fails.
    let options = connection as? any SocketOptionProvider
    try? await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    try? await connection.close()
    isGone.store(true, ordering: .relaxed)
    let caught = await code { _ = try await call.value }
    #expect(caught == .cancelled)
    client.close()
    try await server.close()
    await world.server.drain(grace: .zero)
    try await loops.shutDown()
    try await away.shutdownGracefully()
  }

  @Test("a connection with nothing to say stays open as long as the other side answers pings")
  func idle() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    let settings = RPCServerSettings(keepalive: .milliseconds(300))
    try await World.with(routes, settings: settings) { world in
      let client = try world.client { $0.keepalive = .milliseconds(300) }
      async let reply = client.call(
        Methods.wait, ByteBuffer(string: "there"), world.outgoing())
      await turnstile.hasEntered(1)
      try await world.time.sleep(for: .milliseconds(1_000))
      turnstile.open()
      #expect(try await reply.text == "there")
      #expect(client.figures.dials == 1)
    }
  }
}

/// Tells when a request has arrived.
private final class RequestWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let hasArrived: @Sendable (any Channel) -> Void
  private var decoder = FrameDecoder(maxMessageBytes: 1 << 20)

  init(_ hasArrived: @escaping @Sendable (any Channel) -> Void) { self.hasArrived = hasArrived }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    decoder.append(unwrapInboundIn(data))
    while let output = try? decoder.next() {
      if case .frame(let header, _) = output, header.type == .request {
        hasArrived(context.channel)
      }
    }
  }
}

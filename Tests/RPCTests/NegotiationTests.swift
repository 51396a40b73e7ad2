import Kernel
import NIOCore
import NIOPosix
import Testing

@testable import RPC

@Suite("servers that are something else", .timeLimit(.minutes(10)))
struct NegotiationTests {
  /// A client of a server that says `bytes` to whoever connects and then listens.
  private func withClient(
    ofServerSaying bytes: ByteBuffer, _ body: (RPCClient, World) async throws -> Void
  ) async throws {
    try await World.with(RPCRoutes(), threads: 1) { world in
      let server = try await ServerBootstrap(group: world.loops.group)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { channel.writeAndFlush(bytes, promise: nil) }
        }
        .bind(host: "127.0.0.1", port: 0).get()
      let port = try #require(server.localAddress?.port)
      let client = try world.client { $0.addresses = "127.0.0.1:\(port)" }
      try await body(client, world)
      client.close()
      try await server.close()
    }
  }

  private static func preface(version: UInt16 = 1, maxMessage: UInt32 = 1 << 20) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeMultipleIntegers(
      Preface.magic, version, UInt16(0), maxMessage, UInt32(1 << 18))
    return bytes
  }

  @Test(
    "a call to one ends at once, and was never started",
    arguments: [
      ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"), preface(version: 2),
      preface(maxMessage: 10),
    ])
  func stranger(greeting: ByteBuffer) async throws {
    try await withClient(ofServerSaying: greeting) { client, world in
      let caught = await error {
        _ = try await client.call(Methods.waitUnsafe, ByteBuffer(), world.outgoing())
      }
      #expect(caught?.code == .unavailable)
      #expect(caught?.isUnstarted == true)
    }
  }

  @Test("a server that takes less gets no more")
  func smallServer() async throws {
    try await withClient(ofServerSaying: Self.preface(maxMessage: 1_024)) { client, world in
      let caught = await error {
        _ = try await client.call(
          Methods.waitUnsafe, ByteBuffer(repeating: 1, count: 1_024), world.outgoing())
      }
      #expect(caught?.details.reason == "message_too_large")
    }
  }

  @Test("a goaway for a broken protocol tells which calls had been taken")
  func lastCall() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    try await World.with(routes) { world in
      var bytes = Self.preface()
      let context = ContextSigner(key: World.key).sign(.user)
      bytes.writeFrame(.request, call: 7) { frame in
        let header = RequestHeader(method: Methods.wait.number)
        frame.writeParts(header: { header.write(to: &$0, context: context) }, body: ByteBuffer())
      }
      bytes.writeFrame(.goaway, call: 0) { $0.writeInteger(UInt32(0)) }
      var answer = try await RawPeer.connect(to: world).exchange(bytes)
      answer.moveReaderIndex(forwardBy: Preface.size + FrameHeader.size)
      #expect(answer.readInteger(as: UInt32.self) == 7)
      await turnstile.hasStopped(turnstile.entered)
    }
  }

  @Test("a peer that goes on talking is still told why")
  func talker() async throws {
    try await World.with(RPCRoutes()) { world in
      var bytes = ByteBuffer(string: "GET / HTTP/1.1\r\n")
      bytes.writeRepeatingByte(0x20, count: 4 << 20)
      let answer = try await RawPeer.connect(to: world).exchange(bytes)
      #expect(answer.text.contains("notOurMagic"))
    }
  }
}

import Kernel
import NIOCore
import Testing

@testable import RPC

@Suite("the longest message, both ways", .timeLimit(.minutes(10)))
struct LimitTests {
  private static let limit = 10_000

  /// Answers as many bytes as the request's first number says, or what came.
  private var routes: RPCRoutes {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    routes.handleRaw(Methods.whoAmI) { body, _ in Self.asked(body) }
    routes.handleRaw(
      Methods.count, .stream { body, _, sink in try await sink.send(Self.asked(body)) })
    return routes
  }

  private static func asked(_ body: ByteBuffer) -> ByteBuffer {
    let size = body.getInteger(at: body.readerIndex, as: UInt32.self) ?? 0
    return ByteBuffer(repeating: 7, count: Int(size))
  }

  /// What a request's payload has beside the body.
  private func bytesBesideBody(_ call: OutgoingCall, _ method: MethodInfo) -> Int {
    let signed = ContextSigner(key: World.key).sign(call.context)
    let header = RequestHeader(
      method: method.number, deadlineMilliseconds: 19_000, trace: call.trace,
      idempotencyKey: call.idempotencyKey)
    var payload = ByteBuffer()
    payload.writeParts(header: { header.write(to: &$0, context: signed) }, body: ByteBuffer())
    return payload.readableBytes
  }

  @Test("a request of the server's limit is taken, one byte more is refused", arguments: [0, 700])
  func request(keyLength: Int) async throws {
    let settings = RPCServerSettings(maxMessageBytes: Self.limit)
    try await World.with(routes, settings: settings, threads: 1) { world in
      let client = try world.client()
      let key = keyLength > 0 ? String(repeating: "k", count: keyLength) : nil
      let call = world.outgoing(key: key)
      _ = try await client.call(Methods.echo, ByteBuffer(), call)
      let longest = Self.limit - bytesBesideBody(call, Methods.echo)
      let body = ByteBuffer(repeating: 1, count: longest)
      #expect(try await client.call(Methods.echo, body, world.outgoing(key: key)) == body)
      let caught = await error {
        _ = try await client.call(
          Methods.echo, ByteBuffer(repeating: 1, count: longest + 1), world.outgoing(key: key))
      }
      #expect(caught?.code == .resourceExhausted)
      #expect(caught?.details.reason == "message_too_large")
      #expect(try await client.call(Methods.echo, body, world.outgoing(key: key)) == body)
      #expect(client.figures.dials == 1)
      #expect(world.server.counters.figures.refused == [:], "it was never sent")
    }
  }

  @Test("an answer of the client's limit arrives, one byte more is a typed refusal")
  func answer() async throws {
    try await World.with(routes, threads: 1) { world in
      let client = try world.client { $0.maxMessageBytes = Self.limit }
      let longest = UInt32(Self.limit - 4)
      for size in [longest, longest + 1, longest] {
        let caught = await error {
          let reply = try await client.call(
            Methods.whoAmI, ByteBuffer(integer: size), world.outgoing())
          #expect(reply.readableBytes == Int(size))
        }
        #expect(caught?.code == (size > longest ? .resourceExhausted : nil))
        #expect(caught?.details.reason == (size > longest ? "message_too_large" : nil))
      }
      #expect(client.figures.dials == 1)
    }
  }

  @Test("an item of the client's limit arrives, one byte more ends its stream and nothing else")
  func item() async throws {
    try await World.with(routes, threads: 1) { world in
      let client = try world.client { $0.maxMessageBytes = Self.limit }
      for size in [Self.limit, Self.limit + 1, Self.limit] {
        var arrived = 0
        let caught = await error {
          let body = ByteBuffer(integer: UInt32(size))
          for try await item in client.stream(Methods.count, body, world.outgoing()) {
            arrived = item.readableBytes
          }
        }
        #expect(arrived == (size > Self.limit ? 0 : size))
        #expect(caught?.details.reason == (size > Self.limit ? "message_too_large" : nil))
      }
      #expect(client.figures.dials == 1)
    }
  }

  @Test("eight mebibytes go through as they are")
  func defaults() async throws {
    try await World.with(routes, threads: 1) { world in
      let client = try world.client()
      let call = world.outgoing()
      let size = (8 << 20) - bytesBesideBody(call, Methods.echo)
      let body = ByteBuffer(repeating: 3, count: size)
      #expect(try await client.call(Methods.echo, body, world.outgoing()) == body)
    }
  }

  @Test("a frame of the limit from a peer that does not count is taken, one byte more is not")
  func uncounted() async throws {
    let settings = RPCServerSettings(maxMessageBytes: Self.limit)
    try await World.with(routes, settings: settings, threads: 1) { world in
      let context = ContextSigner(key: World.key).sign(.user)
      let header = RequestHeader(method: Methods.echo.number)
      var payload = ByteBuffer()
      payload.writeParts(header: { header.write(to: &$0, context: context) }, body: ByteBuffer())
      var bytes = ByteBuffer()
      bytes.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
      for (call, size) in [Self.limit, Self.limit + 1, Self.limit].enumerated() {
        bytes.writeFrame(.request, call: UInt32(call + 1)) { frame in
          frame.writeImmutableBuffer(payload)
          frame.writeRepeatingByte(1, count: size - payload.readableBytes)
        }
      }
      _ = try await RawPeer.connect(to: world).exchange(bytes) { Self.answers(in: $0) == 3 }
      #expect(world.server.counters.figures.started == 2)
      #expect(world.server.counters.figures.refused == [.tooLarge: 1])
    }
  }

  private static func answers(in bytes: ByteBuffer) -> Int {
    var decoder = FrameDecoder(maxMessageBytes: 1 << 20)
    decoder.append(bytes)
    var answers = 0
    while let output = try? decoder.next() {
      if case .frame(let header, _) = output, header.type == .response { answers += 1 }
    }
    return answers
  }
}

import Kernel
import NIOCore
import NIOPosix
import Redis
import TestKit
import TestTraits
import Testing

/// A server on a free port that does to each connection what a test wants.
struct FakeServer {
  let channel: any Channel

  var port: Int { channel.localAddress?.port ?? 0 }

  /// - Parameter answer: what comes back for each piece of bytes; nil for nothing.
  static func start(
    _ answer: @escaping @Sendable (ByteBuffer) -> String?
  ) async throws -> FakeServer {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answering(answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return FakeServer(channel: channel)
  }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let answer: @Sendable (ByteBuffer) -> String?

    init(_ answer: @escaping @Sendable (ByteBuffer) -> String?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard let text = answer(unwrapInboundIn(data)) else { return }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
  }
}

/// What a call came to.
func outcome(_ call: () async throws(RedisError) -> RedisValue) async -> Result<
  RedisValue, RedisError
> {
  do throws(RedisError) { return .success(try await call()) } catch { return .failure(error) }
}

@Suite("Redis away", .inTurn, .timeLimit(.minutes(10)))
struct RedisOutageTests {
  @Test("nobody there: calls fail as unavailable, again and again")
  func nobody() async throws {
    let closed = try await FakeServer.start { _ in nil }
    let port = closed.port
    try await closed.channel.close()
    let redis = RedisWorld(port: port).client
    for _ in 0..<20 {
      guard
        case .failure(.unavailable) = await outcome({ () async throws(RedisError) in
          try await redis.command(["PING"])
        })
      else {
        Issue.record("not unavailable")
        return
      }
    }
    #expect(!redis.isAvailable)
    await redis.close()
  }

  @Test("a restart in the middle: what was underway fails, then everything works again")
  func restart() async throws {
    let server = try await TestRedis.apart()
    let world = RedisWorld(port: server.port)
    let redis = world.client
    try await world.untilItAnswers()
    let underway = Task {
      await outcome { () async throws(RedisError) in
        try await redis.command(["BLPOP", "never", "0"], timeout: .seconds(30))
      }
    }
    try await RealTime().sleep(for: .milliseconds(50))
    server.stop()
    let failure = await underway.value
    // A server that stops in order may still answer the blocked call with an error.
    switch failure {
    case .failure(.connectionLost), .failure(.server), .success(.null): break
    default: Issue.record("unexpected: \(failure)")
    }
    var sawUnavailable = false
    for _ in 0..<50 where !sawUnavailable {
      if case .failure(.unavailable) = await outcome({ () async throws(RedisError) in
        try await redis.command(["PING"])
      }) {
        sawUnavailable = true
      }
    }
    #expect(sawUnavailable)
    try server.start()
    try await world.untilItAnswers()
    let script = RedisScript(source: "return 'again'")
    #expect(try await redis.run(script, keys: []).text == "again")
    await redis.close()
    server.stop()
  }

  @Test("Redis that comes late is found")
  func late() async throws {
    let server = try await TestRedis.apart()
    server.stop()
    let world = RedisWorld(port: server.port)
    guard
      case .failure(.unavailable) = await outcome({ () async throws(RedisError) in
        try await world.client.command(["PING"])
      })
    else {
      Issue.record("not unavailable")
      return
    }
    try server.start()
    try await world.untilItAnswers()
    #expect(world.client.isAvailable)
    await world.client.close()
    server.stop()
  }

  @Test("a server that talks nonsense is never taken for Redis")
  func garbage() async throws {
    let server = try await FakeServer.start { _ in "HTTP/1.1 400 Bad Request\r\n\r\n" }
    let redis = RedisWorld(port: server.port).client
    for _ in 0..<5 {
      guard
        case .failure(.unavailable(let reason)) = await outcome({
          () async throws(RedisError) in try await redis.command(["GET", "x"])
        })
      else {
        Issue.record("not unavailable")
        return
      }
      #expect(reason.contains("protocolViolation"))
    }
    await redis.close()
    try await server.channel.close()
  }

  @Test("nonsense after a good beginning fails what waits for it")
  func garbageLater() async throws {
    let server = try await FakeServer.start { bytes in
      String(buffer: bytes).contains("PING") ? "+PONG\r\n" : "?\r\n"
    }
    let redis = RedisWorld(port: server.port).client
    let answer = await outcome { () async throws(RedisError) in
      try await redis.command(["GET", "x"])
    }
    guard case .failure(.protocolViolation) = answer else {
      Issue.record("unexpected: \(answer)")
      return
    }
    await redis.close()
    try await server.channel.close()
  }

  @Test("a wrong password and a refused greeting show as unavailable")
  func refusedGreeting() async throws {
    let server = try await TestRedis.apart()
    let redis = RedisWorld(port: server.port) { $0.password = "wrong" }.client
    guard
      case .failure(.unavailable(let reason)) = await outcome({
        () async throws(RedisError) in try await redis.command(["PING"])
      })
    else {
      Issue.record("not unavailable")
      return
    }
    #expect(reason.contains("AUTH"))
    #expect(!reason.contains("wrong"))
    await redis.close()
    server.stop()
  }

  @Test("a slow command times out alone: the next ones keep their answers")
  func slow() async throws {
    let redis = try await RedisWorld.make { $0.commandTimeout = .seconds(30) }.client
    let other = redis.another()
    let slow = await outcome { () async throws(RedisError) in
      try await redis.command(["BLPOP", "list", "0"], timeout: .milliseconds(50))
    }
    #expect(slow == .failure(.timedOut))
    let behind = Task { try await redis.command(["ECHO", "behind"]) }
    _ = try await other.command(["LPUSH", "list", "x"])
    #expect(try await behind.value.text == "behind")
    await other.close()
    #expect(redis.isAvailable)
    await redis.close()
  }

  @Test("a server that never answers is given up, and with it the connection")
  func silence() async throws {
    let server = try await FakeServer.start { bytes in
      String(buffer: bytes).contains("PING") ? "+PONG\r\n" : nil
    }
    let world = RedisWorld(port: server.port) { $0.commandTimeout = .milliseconds(100) }
    for _ in 0..<3 {
      let answer = await outcome { () async throws(RedisError) in
        try await world.client.command(["GET", "x"])
      }
      switch answer {
      case .failure(.timedOut), .failure(.unavailable): break
      default: Issue.record("unexpected: \(answer)")
      }
      try await RealTime().sleep(for: .milliseconds(50))
    }
    await world.client.close()
    try await server.channel.close()
  }
}

import Kernel
import NIOCore
import RPC
import Synchronization
import Testing

@Suite("streams over loopback", .timeLimit(.minutes(10)))
struct StreamTests {
  /// Sends as many items as the request says, each of the size it says.
  private func counting() -> RPCRoutes {
    var routes = RPCRoutes()
    let handler = RPCRoutes.Handler.stream { body, _, sink in
      var body = body
      let count = body.readInteger(as: UInt32.self) ?? 0
      let size = body.readInteger(as: UInt32.self) ?? 0
      for number in 0..<count {
        var item = ByteBuffer(integer: number)
        item.writeRepeatingByte(1, count: Int(size))
        try await sink.send(item)
      }
      if count == 13 { throw RPCError(.aborted, "unlucky") }
    }
    routes.handleRaw(Methods.count, handler)
    return routes
  }

  private func request(_ count: UInt32, of size: UInt32) -> ByteBuffer {
    var body = ByteBuffer(integer: count)
    body.writeInteger(size)
    return body
  }

  @Test("all items arrive in order, whatever their size", arguments: [0, 100, 100_000])
  func order(size: UInt32) async throws {
    try await World.with(counting()) { world in
      var expected: UInt32 = 0
      let stream = try world.client().stream(
        Methods.count, request(200, of: size), world.outgoing())
      for try await item in stream {
        #expect(item.getInteger(at: item.readerIndex) == expected)
        #expect(item.readableBytes == Int(size) + 4)
        expected += 1
      }
      #expect(expected == 200)
    }
  }

  @Test("a stream that fails delivers its items first")
  func failure() async throws {
    try await World.with(counting()) { world in
      let stream = try world.client().stream(
        Methods.count, request(13, of: 10), world.outgoing())
      var items = 0
      let caught = await error { for try await _ in stream { items += 1 } }
      #expect(items == 13)
      #expect(caught == RPCError(.aborted, "unlucky"))
    }
  }

  @Test("letting the stream go stops the handler")
  func letGo() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(
      Methods.count,
      .stream { _, _, sink in
        try await sink.send(ByteBuffer(string: "first"))
        try await turnstile.pass()
      })
    try await World.with(routes) { world in
      let client = try world.client()
      for try await item in client.stream(Methods.count, ByteBuffer(), world.outgoing()) {
        #expect(item.text == "first")
        await turnstile.hasEntered(1)
        break
      }
      await turnstile.hasStopped(1)
      #expect(turnstile.entered == 1)
    }
  }

  @Test("a handler waiting for credit is stopped when the reader leaves")
  func letGoWhileWaiting() async throws {
    let ended = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(
      Methods.count,
      .stream { _, _, sink in
        do {
          while true { try await sink.send(ByteBuffer(repeating: 1, count: 50_000)) }
        } catch {
          try? await ended.pass()
        }
      })
    try await World.with(routes) { world in
      let client = try world.client()
      for try await _ in client.stream(Methods.count, ByteBuffer(), world.outgoing()) { break }
      await ended.hasEntered(1)
      #expect(ended.entered == 1)
    }
  }

  @Test("a deadline ends a stream")
  func deadline() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.count, .stream { _, _, _ in try await turnstile.pass() })
    try await World.with(routes) { world in
      let client = try world.client()
      try await untilEntered(turnstile) { timeout in
        let caught = await code {
          let stream = client.stream(
            Methods.count, ByteBuffer(), world.outgoing(timeout: timeout))
          for try await _ in stream {}
        }
        #expect(caught == .deadlineExceeded)
      }
      await turnstile.hasStopped(1)
    }
  }
}

final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .relaxed) }

  func add() { count.wrappingAdd(1, ordering: .relaxed) }
}

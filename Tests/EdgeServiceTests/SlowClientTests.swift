import EdgeCore
import Foundation
import Kernel
import RPC
import Settings
import TestKit
import TestTraits
import Testing

@testable import EdgeService

/// What clients of the HTTP server do on the wire.
@Suite("Slow and broken clients", .inTurn, .timeLimit(.minutes(10)))
struct SlowClientTests {
  private let time = RealTime()
  private static let form = """
    POST /api/v1/auth/login/ HTTP/1.1\r
    Host: igny8.example\r
    Content-Type: application/json\r

    """

  /// Runs a server, with limits as they are given, as long as the body does.
  private func serving(
    idle: String = "60s", patience: String = "120s", connections: Int = 100,
    _ body: (WireClient) async throws -> Void
  ) async throws {
    let world = try EdgeWorld(environment: [
      "IGNY8_HTTP_PORT": "0", "IGNY8_HTTP_IDLE_TIMEOUT": idle,
      "IGNY8_HTTP_PATIENCE": patience, "IGNY8_HTTP_CONNECTIONS": "\(connections)",
    ])
    let loops = RPCLoops(threads: 1)
    let server = EdgeServer(
      gateway: world.gateway, settings: world.gateway.settings, loops: loops, time: time,
      log: quietLog)
    let running = Task { try await server.run() }
    func end() async throws {
      running.cancel()
      _ = await running.result
      try await loops.shutDown()
    }
    do {
      while server.boundPort == nil { try await time.sleep(for: .milliseconds(5)) }
      try await body(WireClient(port: #require(server.boundPort)))
    } catch {
      try await end()
      throw error
    }
    try await end()
  }

  @Test("a connection that says nothing ends, also in the middle of a head")
  func idle() async throws {
    try await serving(idle: "300ms") { client in
      let silent = try client.send("")
      let halfway = try client.send("GET /healthz HTTP/1.1\r\nX-A: ")
      let kept = try client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await silent.untilClosed() == "")
      #expect(await halfway.untilClosed() == "")
      #expect(await kept.untilClosed().hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test("a request that trickles in ends with its connection")
  func trickle() async throws {
    try await serving(patience: "500ms") { client in
      let slow = try client.send(Self.form + "Content-Length: 100000\r\n\r\n")
      let trickling = Task {
        while !Task.isCancelled, await slow.write(" ") {
          try await time.sleep(for: .milliseconds(20))
        }
      }
      #expect(await slow.untilClosed() == "")
      trickling.cancel()
      _ = await trickling.result
    }
  }

  @Test("a client that takes nothing of its answers ends with its connection")
  func deaf() async throws {
    try await serving(patience: "500ms") { client in
      let deaf = try client.send("")
      let schema = "GET /api/schema/ HTTP/1.1\r\nHost: a\r\n\r\n"
      while await deaf.write(schema) { try await time.sleep(for: .milliseconds(20)) }
    }
  }

  @Test("a connection beyond the limit is served once another has ended")
  func crowd() async throws {
    try await serving(connections: 1) { client in
      let ask = "GET /healthz HTTP/1.1\r\nHost: a\r\n"
      let first = try client.send(ask + "\r\n")
      #expect(await first.read(8) == "HTTP/1.1")
      let second = try client.send(ask + "Connection: close\r\n\r\n")
      try await time.sleep(for: .milliseconds(300))
      #expect(!second.hasAnswer)
      first.hangUp()
      #expect(await second.untilClosed().hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test("a client that asks for leave to send its body gets it, and then its answer")
  func leave() async throws {
    try await serving { client in
      let polite = try client.send(
        Self.form + "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
      let leave = "HTTP/1.1 100 Continue\r\n\r\n"
      #expect(await polite.read(leave.utf8.count) == leave)
      #expect(await polite.write("{}"))
      #expect(await polite.untilClosed().hasPrefix("HTTP/1.1 400 Bad Request"))
    }
  }

  @Test("a body that is no HTTP is refused as the client's fault")
  func broken() async throws {
    try await serving { client in
      let broken = try client.send(Self.form + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n")
      let answer = await broken.untilClosed()
      #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request"))
      #expect(answer.contains("Malformed body"))
    }
  }
}

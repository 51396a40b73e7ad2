import Kernel
import NIOCore
import TestKit
import Testing

@testable import RPC

@Suite("TLS between services", .timeLimit(.minutes(10)))
struct TLSTests {
  @Test("two services of one authority talk")
  func rightPair() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let (server, port) = try await world.server(billing)
      let client = try world.client(edge, port: port)
      let big = ByteBuffer(repeating: 7, count: 3 << 20)
      let reply = try await client.call(Methods.echo, big, world.outgoing())
      #expect(reply == big)
      var items = 0
      let stream = client.stream(
        Methods.count, ByteBuffer(repeating: 1, count: 900), world.outgoing())
      for try await item in stream { items += item.readableBytes }
      #expect(items == 900 * 900)
      #expect(world.log.lines == [])
      client.close()
      await server.drain(grace: .seconds(5))
    }
  }

  @Test("a client of another authority is refused; both sides say so once")
  func strangeClient() async throws {
    try await TLSWorld.with { world in
      let (ours, theirs) = (try TestAuthority(), try TestAuthority())
      let both = [ours.certificate, theirs.certificate]
      let billing = try world.credentials(try ours.issue("billing"), of: "billing")
      let edge = try world.credentials(try theirs.issue("edge", trusting: both), of: "edge")
      let (server, port) = try await world.server(billing)
      let client = try world.client(edge, port: port)
      for _ in 0..<20 {
        let failure = try #require(await world.failure(client))
        #expect(failure.code == .unavailable)
        #expect(failure.message.contains("billing"))
        #expect(failure.message.contains("will not have our certificate"), "\(failure.message)")
      }
      #expect(client.figures.dials < 10)
      await server.drain(grace: .zero)
      try await world.isLogged("shows a certificate that is not good", lines: 2)
      #expect(server.counters.figures.handshakesFailed == client.figures.dialsFailed)
      client.close()
    }
  }

  @Test("a server of another authority gets no call")
  func strangeServer() async throws {
    try await TLSWorld.with { world in
      let (ours, theirs) = (try TestAuthority(), try TestAuthority())
      let both = [ours.certificate, theirs.certificate]
      let billing = try world.credentials(
        try theirs.issue("billing", trusting: both), of: "billing")
      let edge = try world.credentials(try ours.issue("edge"), of: "edge")
      let (server, port) = try await world.server(billing)
      let client = try world.client(edge, port: port)
      let failure = try #require(await world.failure(client))
      #expect(failure.code == .unavailable)
      #expect(failure.message.contains("certificate that is not good"), "\(failure.message)")
      client.close()
      await server.drain(grace: .zero)
      #expect(server.counters.figures.started == 0)
      try await world.isLogged("certificate that is not good", lines: 2)
    }
  }

  @Test("an expired certificate is refused")
  func expired() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let later = AheadTime(by: .seconds(3 * 86_400))
      let billing = try world.credentials(
        try authority.issue("billing"), of: "billing", time: later)
      let edge = try world.credentials(try authority.issue("edge", days: 2), of: "edge")
      let (server, port) = try await world.server(billing)
      let client = try world.client(edge, port: port)
      #expect(await world.failure(client)?.code == .unavailable)
      client.close()
      await server.drain(grace: .zero)
      try await world.isLogged("certificate has expired")
    }
  }

  @Test("a server that is another service gets no call")
  func wrongName() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let planner = try world.credentials(try authority.issue("planner"), of: "planner")
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let (server, port) = try await world.server(planner)
      let client = try world.client(edge, port: port)
      let failure = try #require(await world.failure(client))
      #expect(failure.code == .unavailable)
      #expect(
        failure.message
          == "No connection to billing: it shows the certificate of planner, not of billing")
      client.close()
      await server.drain(grace: .zero)
      #expect(server.counters.figures.started == 0)
    }
  }

  @Test("a service outside the allow table is denied every call")
  func notInTable() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let writer = try world.credentials(try authority.issue("writer"), of: "writer")
      let (server, port) = try await world.server(billing, callers: ["edge", "planner"])
      let client = try world.client(writer, port: port)
      for _ in 0..<3 {
        let failure = try #require(await world.failure(client))
        #expect(failure.code == .permissionDenied)
        #expect(failure.details.reason == "caller")
      }
      let health = await error { _ = try await client.health(world.outgoing()) }
      #expect(health?.code == .permissionDenied)
      client.close()
      await server.drain(grace: .zero)
      #expect(server.counters.figures.refused[.caller] == 4)
      #expect(server.counters.figures.started == 0)
      #expect(world.log.lines.filter { $0.contains("writer") }.count == 1)
    }
  }

  @Test("a peer of an older TLS, or without a certificate, is refused by the handshake")
  func strangers() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let files = try authority.issue("edge")
      let (server, port) = try await world.server(billing, keepalive: .milliseconds(400))
      func visit(_ options: [String]) throws -> String {
        try TestAuthority.run(
          [
            "timeout", "20", "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-ign_eof",
            "-CAfile", authority.certificate,
          ] + options
        ).said
      }
      let own = ["-cert", files.certificate, "-key", files.key]
      let good = try visit(own)
      #expect(good.contains("TLSv1.3") && good.contains("IGN8"), "\(good)")
      #expect(!(try visit(own + ["-tls1_2"])).contains("IGN8"))
      #expect(!(try visit([])).contains("IGN8"))
      await server.drain(grace: .zero)
      try await world.isLogged("shows no certificate")
      try await world.isLogged("does not speak TLS 1.3")
    }
  }

  @Test("a plain client of a TLS server hears at once what is wrong")
  func plainClient() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let (server, port) = try await world.server(billing)
      let client = try world.client(nil, port: port)
      let failure = try #require(await world.failure(client))
      #expect(failure.code == .unavailable)
      #expect(failure.message.contains("it speaks TLS"), "\(failure.message)")
      client.close()
      await server.drain(grace: .zero)
      try await world.isLogged("does not speak TLS", lines: 2)
    }
  }

  @Test("a TLS client of a plain server hears at once what is wrong")
  func plainServer() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let (server, port) = try await world.server(nil)
      let client = try world.client(edge, port: port)
      let failure = try #require(await world.failure(client))
      #expect(failure.code == .unavailable)
      #expect(failure.message.contains("it does not speak TLS"), "\(failure.message)")
      client.close()
      await server.drain(grace: .zero)
      try await world.isLogged("speaksTLS", lines: 2)
    }
  }

  @Test("a peer that connects and says nothing is let go; the others are not held up")
  func silence() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(
        try authority.issue("billing"), of: "billing", handshake: .milliseconds(300))
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let (server, port) = try await world.server(billing)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<50 {
          group.addTask {
            try await RawPeer.connect(port: port, on: world.loops).exchange(ByteBuffer())
              .readableBytes
          }
        }
        let client = try world.client(edge, port: port)
        #expect(await world.failure(client) == nil)
        client.close()
        for try await bytes in group { #expect(bytes == 0) }
      }
      await server.drain(grace: .zero)
      #expect(server.counters.figures.handshakesFailed == 50)
      #expect(world.log.lines.count == 1, "\(world.log.lines)")
    }
  }

  @Test("those who say nothing take up a bounded number of places")
  func crowd() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let (server, port) = try await world.server(billing, maxHandshakes: 5)
      // Which of them is one too many, the server's loops decide.
      var crowd: [any Channel] = []
      for _ in 0..<6 {
        crowd.append(try await RawPeer.silentClient(port: port, on: world.loops))
      }
      try await world.fail(1, at: server)
      while crowd.allSatisfy(\.isActive) { try await RealTime().sleep(for: .milliseconds(5)) }
      #expect(crowd.count { $0.isActive } == 5)
      for channel in crowd where channel.isActive { try await channel.close() }
      try await world.fail(6, at: server)
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let client = try world.client(edge, port: port)
      #expect(await world.failure(client) == nil)
      client.close()
      await server.drain(grace: .zero)
      #expect(world.log.lines.contains { $0.contains("too many others") })
    }
  }

  @Test("a server that says nothing is given up; the call ends")
  func silentServer() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let silent = try await RawPeer.silentServer(on: world.loops)
      let port = try #require(silent.localAddress?.port)
      let client = try world.client(edge, port: port) {
        $0.connectTimeout = .milliseconds(100)
      }
      #expect(await world.failure(client)?.code == .unavailable)
      client.close()
      try await silent.close()
    }
  }

  @Test("a stopping server finishes its calls and says goodbye through TLS")
  func drain() async throws {
    try await TLSWorld.with { world in
      let authority = try TestAuthority()
      let billing = try world.credentials(try authority.issue("billing"), of: "billing")
      let edge = try world.credentials(try authority.issue("edge"), of: "edge")
      let turnstile = Turnstile()
      var routes = RPCRoutes()
      routes.handleRaw(Methods.echo) { body, _ in
        try await turnstile.pass()
        return body
      }
      let (server, port) = try await world.server(billing, routes: routes)
      let client = try world.client(edge, port: port)
      async let reply = client.call(Methods.echo, ByteBuffer(string: "last"), world.outgoing())
      await turnstile.hasEntered(1)
      async let drained: Void = server.drain(grace: .seconds(20))
      turnstile.open()
      #expect(try await reply.text == "last")
      await drained
      client.close()
    }
  }
}

import Foundation
import Kernel
import Logging
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import RPC

/// What was logged.
final class LogRecorder: Sendable {
  private let written = Mutex<[String]>([])

  /// Lines of at least the level `info`: message, then metadata.
  var lines: [String] { written.withLock { $0 } }

  var log: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.value)" }
      let line = ([event.message.description] + details).joined(separator: " | ")
      recorder.written.withLock { $0.append(line) }
    }
  }
}

/// The real clock, so much ahead.
struct AheadTime: TimeSource {
  var by: Duration
  private let time = RealTime()

  init(by: Duration) { self.by = by }

  func now() -> Instant { time.now() + by }
  func monotonic() -> Duration { time.monotonic() }
  func sleep(for duration: Duration) async throws { try await time.sleep(for: duration) }
}

extension TestAuthority.Files {
  var tls: TLSFiles { TLSFiles(certificate: certificate, key: key, authority: authority) }

  /// Takes the place of `old`'s files.
  func replace(_ old: TestAuthority.Files) throws {
    for (new, path) in [
      (certificate, old.certificate), (key, old.key), (authority, old.authority),
    ] {
      try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: path), options: .atomic)
    }
  }
}

/// Servers called `billing` and clients called `edge` that may or may not like each other.
struct TLSWorld {
  let loops: RPCLoops
  let log = LogRecorder()
  let time = RealTime()
  let chance = SeededChance(seed: 7)

  /// Runs `body` in a world that is taken down afterwards.
  static func with(_ body: (TLSWorld) async throws -> Void) async throws {
    let world = TLSWorld(loops: RPCLoops(threads: 2))
    do {
      try await body(world)
    } catch {
      try await world.loops.shutDown()
      throw error
    }
    try await world.loops.shutDown()
  }

  /// Returns once a line of the log holds the text, and checks that there are so many lines. The
  /// other side of a connection may say what it saw after this one has gone on.
  func isLogged(_ text: String, lines count: Int? = nil) async throws {
    while !log.lines.contains(where: { $0.contains(text) }) || log.lines.count < count ?? 0 {
      try await RealTime().sleep(for: .milliseconds(5))
    }
    if let count { #expect(log.lines.count == count, "\(log.lines)") }
  }

  /// Returns once the server has counted so many handshakes that came to nothing.
  func fail(_ count: Int, at server: RPCServer) async throws {
    while server.counters.figures.handshakesFailed < count {
      try await RealTime().sleep(for: .milliseconds(5))
    }
    #expect(server.counters.figures.handshakesFailed == count)
  }

  static let echo: RPCRoutes = {
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in body }
    routes.handleRaw(Methods.waitUnsafe) { body, _ in body }
    routes.handleRaw(
      Methods.count,
      .stream { body, _, sink in
        for _ in 0..<body.readableBytes { try await sink.send(body) }
      })
    return routes
  }()

  func credentials(
    _ files: TestAuthority.Files, of service: String, handshake: Duration = .seconds(10),
    time: (any TimeSource)? = nil
  ) throws -> TLSCredentials {
    try TLSCredentials(
      files.tls, of: service, timing: .init(handshake: handshake), time: time ?? self.time,
      log: log.log)
  }

  func server(
    _ tls: TLSCredentials?, callers: Set<String> = ["edge"], routes: RPCRoutes = TLSWorld.echo,
    keepalive: Duration = .seconds(15), maxHandshakes: Int = 512
  ) async throws -> (server: RPCServer, port: Int) {
    var settings = RPCServerSettings(keepalive: keepalive)
    (settings.tls, settings.callers, settings.maxHandshakes) = (tls, callers, maxHandshakes)
    let server = RPCServer(
      settings: settings, routes: routes, signer: ContextSigner(key: World.key), loops: loops,
      time: time, chance: chance, log: log.log)
    return (server, try await server.start())
  }

  func client(
    _ tls: TLSCredentials?, port: Int, of service: String = "billing",
    _ change: (inout RPCClientSettings) -> Void = { _ in }
  ) throws -> RPCClient {
    var settings = RPCClientSettings(addresses: "127.0.0.1:\(port)", name: service)
    settings.tls = tls
    change(&settings)
    return try RPCClient(
      settings: settings, signer: ContextSigner(key: World.key), loops: loops, time: time,
      chance: chance, log: log.log)
  }

  func outgoing(_ timeout: Duration = .seconds(20)) -> OutgoingCall {
    OutgoingCall(context: .user, deadline: Deadline(in: timeout, of: time))
  }

  /// What a call comes to.
  func failure(_ client: RPCClient) async -> RPCError? {
    await error { _ = try await client.call(Methods.echo, ByteBuffer(string: "x"), outgoing()) }
  }
}

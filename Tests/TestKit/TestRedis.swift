import Foundation
import Synchronization

/// A Redis server for tests: this process's own, or the one `IGNY8_TEST_REDIS` (`host:port`) names.
package struct TestRedis: Sendable {
  package let host: String
  package let port: Int
  /// A database number no other test of this process uses; switch to it with SELECT.
  package let database: Int

  /// `redis://host:port/database`
  package var url: String { "redis://\(host):\(port)/\(database)" }

  private static let databases = 1_024
  private static let count = Mutex(0)
  private static let first = Task.detached { try TestRedis.start() }

  /// An empty database on the server that every test of this process shares.
  package static func make() async throws -> TestRedis {
    let server = try await first.value
    let number = count.withLock { count in
      count += 1
      return count % databases
    }
    return TestRedis(host: server.host, port: server.port, database: number)
  }

  private static func start() throws -> TestRedis {
    let given = ProcessInfo.processInfo.environment["IGNY8_TEST_REDIS"] ?? ""
    let parts = given.split(separator: ":")
    if parts.count == 2, let port = Int(parts[1]) {
      return TestRedis(host: String(parts[0]), port: port, database: 0)
    }
    let folder = try TestServer.makeFolder(kind: "redis", owner: "redis")
    let port = try TestServer.freePort()
    try launch(in: folder, port: port)
    return TestRedis(host: "127.0.0.1", port: port, database: 0)
  }

  /// A server of its own, for tests that stop it.
  package static func apart() async throws -> TestRedisServer {
    try await Task.detached { try TestRedisServer() }.value
  }

  @discardableResult
  fileprivate static func launch(in folder: String, port: Int) throws -> pid_t {
    let pid = try TestServer.launch(
      [
        "redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--dir", folder, "--save", "",
        "--appendonly", "no", "--databases", "\(databases)",
      ], as: "redis", in: folder)
    try TestServer.wait { TestServer.accepts(port: port) }
    return pid
  }
}

/// One Redis server that a test may stop and start.
package final class TestRedisServer: Sendable {
  package let port: Int
  private let folder: String
  private let process: Mutex<pid_t?>
  private static let count = Mutex(0)

  package var url: String { "redis://127.0.0.1:\(port)/0" }

  fileprivate init() throws {
    let number = Self.count.withLock { count in
      count += 1
      return count
    }
    folder = try TestServer.makeFolder(kind: "redis\(number)", owner: "redis")
    port = try TestServer.freePort()
    process = Mutex(try TestRedis.launch(in: folder, port: port))
  }

  package func stop() {
    let pid = process.withLock { process in
      let pid = process
      process = nil
      return pid
    }
    if let pid { TestServer.stop(pid, abruptly: false) }
  }

  /// Starts it again, empty.
  package func start() throws {
    let pid = try TestRedis.launch(in: folder, port: port)
    process.withLock { $0 = pid }
  }
}

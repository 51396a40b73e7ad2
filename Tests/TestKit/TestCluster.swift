import Foundation
import Kernel
import Logging
import Postgres
import Synchronization

/// A Postgres server for tests: this process's own, or the one `IGNY8_TEST_POSTGRES` names.
package final class TestCluster: Sendable {
  private struct Own {
    let folder: String
    let port: Int
  }

  /// libpq's `key=value` form of a superuser's connection, without a database.
  private let address: String
  private let own: Own?
  private let process = Mutex<pid_t?>(nil)

  private static let binaries = "/usr/lib/postgresql/15/bin"
  private static let count = Mutex(0)
  private static let first = Task.detached { try TestCluster(named: .none) }

  /// The one every test of this process shares, started on first use.
  package static func shared() async throws -> TestCluster { try await first.value }

  /// A cluster of its own, for tests that stop it; also over TCP.
  package static func apart() async throws -> TestCluster {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return try await Task.detached { try TestCluster(named: "postgres\(number)") }.value
  }

  private init(named name: String?) throws {
    let given = ProcessInfo.processInfo.environment["IGNY8_TEST_POSTGRES"] ?? ""
    if name == nil, !given.isEmpty {
      (address, own) = (given, nil)
      return
    }
    let folder = try TestServer.makeFolder(kind: name ?? "postgres", owner: "postgres")
    let own = Own(folder: folder, port: try TestServer.freePort())
    self.own = own
    address = "host=\(name == nil ? folder : "127.0.0.1") port=\(own.port) user=postgres"
    try TestServer.run(
      [
        Self.binaries + "/initdb", "--pgdata=\(folder)/data", "--username=postgres",
        "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync",
      ], as: "postgres", in: folder)
    try Self.makeLoose(folder)
    try start()
  }

  /// Commits do not wait for the disk, unless ALTER SYSTEM says otherwise.
  private static func makeLoose(_ folder: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/data/postgresql.conf"))
    try file.seekToEnd()
    try file.write(
      contentsOf: Data("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n".utf8))
    try file.close()
  }

  /// Starts the server again after `stop`; returns when it answers.
  package func start() throws {
    guard let own else { return }
    let settings = [
      "listen_addresses=127.0.0.1", "port=\(own.port)", "unix_socket_directories=\(own.folder)",
      "max_connections=400", "shared_buffers=64MB", "logging_collector=off",
    ]
    let command =
      [Self.binaries + "/postgres", "-D", own.folder + "/data"]
      + settings.flatMap { ["-c", $0] }
    let pid = try TestServer.launch(command, as: "postgres", in: own.folder)
    process.withLock { $0 = pid }
    // It listens before it is ready, and who asks it then is refused.
    let ask = [Self.binaries + "/pg_isready", "--host=127.0.0.1", "--port=\(own.port)"]
    try TestServer.wait {
      (try? TestServer.run(ask, as: "postgres", in: own.folder)) != nil
    }
  }

  /// Stops the server; connections break at once. `abruptly` is as a crash.
  package func stop(abruptly: Bool = false) {
    let pid = process.withLock { process in
      let pid = process
      process = nil
      return pid
    }
    if let pid { TestServer.stop(pid, abruptly: abruptly) }
  }

  /// Where it listens: a host, or the folder of its socket; the port.
  package var place: (host: String, port: Int) {
    let pairs = address.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1) }
    func value(_ name: String) -> String {
      pairs.last { $0.count == 2 && $0[0] == name }.map { String($0[1]) } ?? ""
    }
    return (value("host"), Int(value("port")) ?? 5432)
  }

  /// How to connect to a database as a role.
  /// - Parameter port: of something on loopback that stands in between.
  package func settings(
    database: String, role: String? = nil, schema: String, through port: Int? = nil
  ) throws -> DatabaseSettings {
    // The last of two equal keywords wins.
    let user = role.map { " user=\($0)" } ?? ""
    let place = port.map { " host=127.0.0.1 port=\($0)" } ?? ""
    return try DatabaseSettings(
      url: "\(address) dbname=\(database)\(user)\(place)", schema: schema)
  }

  /// Runs SQL as the superuser.
  package func administer(_ sql: [String], database: String = "postgres") async throws {
    var settings = try settings(database: database, schema: "public")
    settings.maxSessions = 1
    settings.longestWait = .seconds(30)
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    do {
      for statement in sql { try await database.script(statement) }
      await database.close()
    } catch {
      await database.close()
      throw error
    }
  }
}

/// A log that keeps only what a test's reader must see.
package let quietLog: Logger = {
  var log = Logger(label: "test")
  log.logLevel = .error
  return log
}()

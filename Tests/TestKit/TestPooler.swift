import Foundation
import Postgres

/// PgBouncer in transaction mode in front of a test cluster, as its own user on a free port.
package struct TestPooler: Sendable {
  package let port: Int
  private let process: pid_t

  /// Sessions of the server that it opens for one database and role, for however many clients.
  package static let serverSessions = 3

  private static let program = "/usr/sbin/pgbouncer"
  private static let first = Task {
    try TestPooler(before: try await TestCluster.shared(), named: "pooler")
  }

  /// The one in front of the cluster that every test of this process shares, started on first use.
  package static func shared() async throws -> TestPooler { try await first.value }

  /// One of its own in front of a cluster of its own.
  package static func apart(before cluster: TestCluster) throws -> TestPooler {
    try TestPooler(before: cluster, named: "pooler\(cluster.place.port)")
  }

  /// - Throws: `TestServer.Failure` when PgBouncer is not installed or does not start.
  private init(before cluster: TestCluster, named name: String) throws {
    guard FileManager.default.isExecutableFile(atPath: Self.program) else {
      throw TestServer.Failure(description: "\(Self.program) is not there: install pgbouncer")
    }
    let folder = try TestServer.makeFolder(kind: name, owner: "postgres")
    port = try TestServer.freePort()
    let settings = """
      [databases]
      * = host=\(cluster.place.host) port=\(cluster.place.port)
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      unix_socket_dir =
      auth_type = trust
      auth_file = \(folder)/users
      pool_mode = transaction
      default_pool_size = \(Self.serverSessions)
      max_client_conn = 500
      server_login_retry = 1
      log_connections = 0
      log_disconnections = 0
      """
    try settings.write(toFile: folder + "/settings", atomically: true, encoding: .utf8)
    let users = "\"igny8_demo\" \"\"\n\"postgres\" \"\"\n"
    try users.write(toFile: folder + "/users", atomically: true, encoding: .utf8)
    process = try TestServer.launch(
      [Self.program, folder + "/settings"], as: "postgres", in: folder)
    let port = port
    try TestServer.wait { TestServer.accepts(port: port) }
  }

  /// Ends it; its clients' and its servers' connections break.
  package func stop() { TestServer.stop(process, abruptly: true) }

  /// The same database through the pooler.
  package func through(_ settings: DatabaseSettings) throws -> DatabaseSettings {
    try settings.through(pooler: "host=127.0.0.1 port=\(port)")
  }
}

import Glibc
import Kernel
import Logging
import Postgres

/// A private database, migrated, with the role the service itself would have.
package struct TestDatabase: Sendable {
  /// Logged in as `igny8_<schema>`, which owns the schema and nothing else, so that row-level
  /// security counts.
  package let database: Database
  /// How to connect to the same database again.
  package let settings: DatabaseSettings
  package let cluster: TestCluster
  /// The database's name on the cluster.
  package let name: String

  /// A fresh database on this process's private cluster, or on the one `IGNY8_TEST_POSTGRES` (a
  /// connection string of a superuser, in libpq's `key=value` form) names.
  ///
  /// The first call for a schema and its migrations makes a template, every call copies it. Nobody
  /// waits in vain for a session because the machine is busy, unless `configure` says so.
  /// - Parameter configure: changes the settings of `database`, its pool's size for example.
  package static func make(
    schema: String, migrations: [Migration], time: any TimeSource = RealTime(),
    log: Logger = quietLog, configure: (inout DatabaseSettings) throws -> Void = { _ in }
  ) async throws -> TestDatabase {
    let cluster = try await TestCluster.shared()
    let name = try await TestTemplates.shared.copy(
      on: cluster, schema: schema, migrations: migrations)
    var settings = try cluster.settings(database: name, role: "igny8_\(schema)", schema: schema)
    (settings.longestWait, settings.connectTimeout) = (.seconds(300), .seconds(60))
    try configure(&settings)
    let database = Database(settings: settings, time: time, log: log)
    return TestDatabase(database: database, settings: settings, cluster: cluster, name: name)
  }

  /// Runs SQL on this database as the superuser, to whom row-level security does not apply.
  package func administer(_ sql: String...) async throws {
    try await cluster.administer(sql, database: name)
  }
}

/// Makes each template once and counts the copies.
private actor TestTemplates {
  static let shared = TestTemplates()

  private struct Key: Hashable {
    let schema: String
    let migrations: [Migration]
  }

  private var templates: [Key: Task<String, any Error>] = [:]
  private var roles: [String: Task<Void, any Error>] = [:]
  private var count = 0

  func copy(
    on cluster: TestCluster, schema: String, migrations: [Migration]
  ) async throws -> String {
    let key = Key(schema: schema, migrations: migrations)
    let template: String
    if let task = templates[key] {
      template = try await task.value
    } else {
      let name = nextName("template")
      let task = Task { try await self.make(name, on: cluster, key) }
      templates[key] = task
      template = try await task.value
    }
    let name = nextName("test")
    try await cluster.administer(["CREATE DATABASE \(name) TEMPLATE \(template)"])
    return name
  }

  private func nextName(_ kind: String) -> String {
    count += 1
    return "igny8_\(kind)_\(getpid())_\(count)"
  }

  private func make(_ name: String, on cluster: TestCluster, _ key: Key) async throws -> String {
    let role = "igny8_\(key.schema)"
    if roles[role] == nil { roles[role] = Task { try await self.make(role: role, on: cluster) } }
    try await roles[role]?.value
    try await cluster.administer(["CREATE DATABASE \(name)"])
    try await cluster.administer(
      ["CREATE SCHEMA \(key.schema) AUTHORIZATION \(role)"], database: name)
    let settings = try cluster.settings(database: name, role: role, schema: key.schema)
    try await Migrator(schema: key.schema, migrations: key.migrations)
      .run(on: settings, time: RealTime(), log: quietLog)
    return name
  }

  private func make(role: String, on cluster: TestCluster) async throws {
    try await cluster.administer([
      """
      DO $$ BEGIN CREATE ROLE \(role) LOGIN;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
      """
    ])
  }
}

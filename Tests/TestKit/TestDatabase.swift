import Kernel
import Logging
import Postgres

/// A private database, migrated, with the role the service itself would have.
package struct TestDatabase: Sendable {
  /// Logged in as `igny8_<schema>`, which owns the schema and nothing else.
  package let database: Database
  /// How to connect to the same database again.
  package let settings: DatabaseSettings

  /// A fresh database on this process's private cluster, or on the one `IGNY8_TEST_POSTGRES` (a
  /// connection string of a superuser) names.
  package static func make(
    schema: String, migrations: [Migration], time: (any TimeSource)? = nil
  ) async throws -> TestDatabase {
    throw PostgresError(.unavailable, "not connected")
  }
}

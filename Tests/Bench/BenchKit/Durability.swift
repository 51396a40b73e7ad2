import Kernel
import Postgres
import TestKit

/// Whether a commit waits for the disk.
package enum Durability: String, Sendable, CaseIterable {
  case on, off

  private static let settings = ["fsync", "full_page_writes", "synchronous_commit"]
  private static let shown = Statement(
    "bench.durability",
    "SELECT setting FROM pg_settings WHERE name = ANY ($1)")

  /// Sets the private server of this process, on which everything is fast and loose at first.
  /// Returns once sessions feel it.
  /// - Throws: `PostgresError`.
  package func apply(to world: TestDatabase) async throws {
    for name in Self.settings {
      try await world.administer("ALTER SYSTEM SET \(name) = \(rawValue)")
    }
    try await world.administer("SELECT pg_reload_conf()")
    while try await !holds(world) { try await RealTime().sleep(for: .milliseconds(20)) }
  }

  private func holds(_ world: TestDatabase) async throws -> Bool {
    let rows = try await world.database.run(Self.shown, [.texts(Self.settings)], in: .none)
    return try rows.allSatisfy { try $0.text(0) == rawValue }
  }
}

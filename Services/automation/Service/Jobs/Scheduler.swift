import AutomationCore
import Jobs
import Kernel
import Logging
import Postgres

/// Turns schedules that are due into jobs.
///
/// A job and the next time are written by one transaction that has the configuration locked, so
/// that of several replicas one does it, once, wherever any of them is cut off. Slots that were
/// missed meanwhile are one job together.
package struct Scheduler: Sendable {
  /// Configurations of one transaction.
  private static let batch = 100
  /// When to look again at a configuration whose zone is unknown.
  private static let later = Duration.seconds(86_400)

  let runs: RunStore
  let zones: Zones
  let log: Logger

  /// Puts in a job for each schedule that is due.
  /// - Throws: `PostgresError`; to be tried again.
  package func tick() async throws {
    while try await claim() == Self.batch {}
  }

  private func claim() async throws -> Int {
    let now = runs.time.now()
    return try await runs.database.transaction(in: .allAccounts) { transaction in
      let rows = try await transaction.run(
        ConfigQueries.due, [.instant(now), .int(Self.batch)])
      for row in rows { try await take(try DueConfig(row: row), at: now, in: transaction) }
      return rows.count
    }
  }

  private func take(
    _ due: DueConfig, at now: Instant, in transaction: Transaction
  ) async throws {
    if let slot = due.slot {
      try await runs.queue.enqueue(
        ScheduleJob.request(site: due.site, due.account, slot: slot), in: transaction)
    }
    let next = due.config.schedule(zones)?.next(after: now)
    if next == nil {
      log.warning("a schedule has no zone", metadata: ["timezone": "\(due.config.timezone)"])
    }
    _ = try await transaction.run(
      ConfigQueries.setNext,
      [.id(due.account), .int(due.site), .instant(next ?? now + Self.later)])
  }
}

private struct DueConfig {
  let account: AccountID
  let site: Int64
  let config: PipelineConfig
  /// Nil for one that has not been looked at yet.
  let slot: Instant?

  init(row: Row) throws {
    (account, site) = (try row.id(0), try row.int(1))
    (config, slot) = (try PipelineConfig(json: try row.json(2)), try row.optionalInstant(3))
  }
}

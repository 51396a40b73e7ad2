import BillingCore
import Kernel
import Logging
import Postgres
import RPC

/// Books what time brings: holds and lots that expire, months that begin.
///
/// Nothing depends on when it runs: an account that is read or changed settles itself first,
/// with the same entries. The sweeper does it for accounts that nobody touches. Any number may
/// run.
package struct Sweeper: Sendable {
  /// Accounts settled at once.
  static let batch: Int64 = 200

  let ledgers: LedgerStore
  /// The longest time between two looks.
  let interval: Duration
  let log: Logger

  package init(ledgers: LedgerStore, interval: Duration, log: Logger) {
    (self.ledgers, self.interval, self.log) = (ledgers, interval, log)
  }

  /// Sweeps until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      do {
        while try await sweep() > 0 {}
        try await ledgers.time.sleep(for: try await untilNext())
      } catch is CancellationError {
        return
      } catch {
        log.warning("Sweeping failed", metadata: ["error": "\(error)"])
        try? await ledgers.time.sleep(for: interval)
      }
    }
  }

  /// Settles the accounts for which something is due.
  /// - Returns: how many they were.
  package func sweep() async throws -> Int {
    let due: [SQLValue] = [.instant(ledgers.time.now()), .int(Self.batch)]
    let rows = try await ledgers.database.run(LedgerQueries.due, due, in: .allAccounts)
    var settled = 0
    for row in rows {
      let account = AccountID(try row.int(0))
      do {
        try await ledgers.settle(account)
        settled += 1
      } catch let error where Self.isOfAccount(error) {
        log.error(
          "An account cannot be settled", metadata: ["account": "\(account)", "error": "\(error)"])
      }
    }
    return settled
  }

  /// What is wrong with one account's rows, so that the others can go on.
  private static func isOfAccount(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.kind == .server
    case is RPCError: true
    default: false
    }
  }

  /// How long nothing falls due, a millisecond at least and the interval at most.
  private func untilNext() async throws -> Duration {
    let row = try await ledgers.database.run(LedgerQueries.nextDue, in: .allAccounts).one()
    guard let next = try row.optionalInstant(0) else { return interval }
    return min(max(next - ledgers.time.now(), .milliseconds(1)), interval)
  }
}

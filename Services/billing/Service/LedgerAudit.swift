import BillingContract
import BillingCore
import Kernel
import Postgres
import RPC
import Cryptography

/// Recomputes ledgers from their entries. Takes no lock: each account's sums come from one
/// statement, and its chain is walked up to the entry that was the last one then.
package struct LedgerAudit: Sendable {
  /// Rows read at once.
  static let pageSize: Int64 = 1_000
  /// Faults that are shown; all are counted.
  static let shownFaults = 100

  let database: Database

  package init(database: Database) { self.database = database }

  /// - Parameter account: nil for all of them.
  package func verify(
    _ account: AccountID?, deadline: Deadline? = nil
  ) async throws -> Billing.Verification {
    var report = Billing.Verification()
    if let account {
      try await verify(account, into: &report, deadline)
      guard report.accounts == 1 else { throw RPCError.unknownAccount }
      return report
    }
    var last = Int64.min
    while true {
      let rows = try await database.run(
        AuditQueries.accounts, [.int(last), .int(Self.pageSize)], in: .allAccounts,
        deadline: deadline)
      for row in rows { try await verify(AccountID(try row.int(0)), into: &report, deadline) }
      guard let next = rows.last else { return report }
      last = try next.int(0)
    }
  }

  private func verify(
    _ account: AccountID, into report: inout Billing.Verification, _ deadline: Deadline?
  ) async throws {
    let rows = try await database.run(
      AuditQueries.figures, [.int(account.value)], in: .account(account), deadline: deadline)
    guard let row = rows.first else { return }
    let figures = try LedgerFigures(row: row)
    var walk = ChainWalk(account: account)
    try await read(&walk, upTo: figures.seq, &report, deadline)
    walk.end(atSeq: figures.seq, hash: figures.head)
    let faults = walk.faults + figures.faults
    report.accounts += 1
    report.holds += try row.int(11)
    report.ok = report.ok && faults.isEmpty
    report.faultsCount += Int64(faults.count)
    report.faults += faults.prefix(Self.shownFaults - report.faults.count).map { fault in
      Billing.LedgerFault(
        accountID: account.value, rule: fault.rule.rawValue, message: fault.message,
        seq: fault.seq)
    }
  }

  private func read(
    _ walk: inout ChainWalk, upTo last: Int64, _ report: inout Billing.Verification,
    _ deadline: Deadline?
  ) async throws {
    while true {
      let rows = try await database.run(
        HistoryQueries.chain,
        [.int(walk.account.value), .int(walk.seq), .int(last), .int(Self.pageSize)],
        in: .account(walk.account), deadline: deadline)
      for row in rows {
        let stored = try StoredEntry(row: row)
        walk.visit(stored.entry, hash: stored.hash, sha256: Digest.sha256)
      }
      report.entries += Int64(rows.count)
      if rows.count < Self.pageSize { return }
    }
  }
}

extension LedgerFigures {
  /// A row of `billing.audit.figures`.
  init(row: Row) throws {
    self.init()
    (balance, reserved) = (Credits(try row.int(0)), Credits(try row.int(1)))
    (seq, head) = (try row.int(2), try row.bytes(3))
    (amounts, openHolds) = (Credits(try row.int(4)), Credits(try row.int(5)))
    freeInLots = Credits(try row.int(6))
    (lotsThatDiffer, lotsHeldOtherwise) = (try row.ints(7), try row.ints(8))
    (deductionsAmiss, capturesAmiss) = (try row.ints(9), try row.ints(10))
  }
}

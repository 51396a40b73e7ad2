import BillingCore
import Events
import Kernel
import Postgres
import Cryptography

/// Turns a ledger's changes into the statements that store them.
struct LedgerWriting {
  private let ledger: Ledger
  private var head: [UInt8]
  /// Where in the commands holds are inserted, with their keys.
  private(set) var insertedHolds: [(index: Int, key: String)] = []

  /// - Parameter head: the hash of the last stored entry.
  init(_ ledger: Ledger, head: [UInt8]) { (self.ledger, self.head) = (ledger, head) }

  private var account: SQLValue { .int(ledger.account.value) }

  mutating func commands() -> [Command] {
    var commands = lots
    for hold in ledger.changes.newHolds {
      insertedHolds.append((commands.count, hold.key))
      commands.append((LedgerQueries.insertHold, hold.insertion(account)))
    }
    for hold in latest(ledger.changes.changedHolds) {
      commands.append((LedgerQueries.updateHold, hold.update(account)))
    }
    for entry in ledger.changes.entries {
      head = Digest.sha256(Chain.link(entry, of: ledger.account, after: head))
      commands.append((LedgerQueries.insertEntry, entry.insertion(account, hash: head)))
    }
    if let period = ledger.changes.renewed {
      commands.append(
        (
          LedgerQueries.renewSubscription,
          [account, .instant(period.start), .instant(period.end)]
        ))
    }
    if !ledger.changes.isEmpty {
      commands.append((LedgerQueries.updateAccount, ledger.update(head: head)))
    }
    return commands + notices + crossing + Outbox.commands(LedgerEvents.messages(of: ledger))
  }

  /// What people see of the notices that are told.
  private var notices: [Command] {
    ledger.changes.notices.map { notice in
      let (kind, percent, required): (String, Int?, Credits?) =
        switch notice {
        case .crossed(let level): ("low", level.percent, nil)
        case .refused(let required, _): ("refused", nil, required)
        }
      return (
        TopUpQueries.notice,
        [
          account, .text(kind), .int(percent), .credits(required), .credits(ledger.balance),
          .credits(ledger.available),
        ]
      )
    }
  }

  /// Where the balance crosses the account's threshold for top-ups, seen at the last entry.
  private var crossing: [Command] {
    guard let last = ledger.changes.entries.last,
      ledger.topUp?.turns(at: ledger.balance) == true
    else { return [] }
    return [(TopUpQueries.cross, [account, .credits(ledger.balance), .instant(last.at)])]
  }

  private var lots: [Command] {
    let changed = ledger.changes.lots.union(ledger.changes.newLots)
    return ledger.lots.filter { changed.contains($0.id) }.map { lot in
      ledger.changes.newLots.contains(lot.id)
        ? (LedgerQueries.insertLot, lot.insertion(account))
        : (LedgerQueries.updateLot, lot.update(account))
    }
  }

  /// A hold that changed twice is written as it is in the end.
  private func latest(_ holds: [Hold]) -> [Hold] {
    var byID: [HoldID: Hold] = [:]
    for hold in holds { byID[hold.id] = hold }
    return byID.values.sorted { $0.id < $1.id }
  }
}

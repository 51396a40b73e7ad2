import Kernel

/// What must always be true of an account's ledger, in the order in which it is checked.
package enum LedgerRule: String, Sendable, CaseIterable {
  /// Positions run 1, 2, 3 … without a gap.
  case chainGap = "chain_gap"
  /// Every entry's hash is that of its content and of the hash before.
  case chainHash = "chain_hash"
  /// `balance_after(seq) = balance_after(seq − 1) + amount`.
  case chainBalance = "chain_balance"
  /// An entry's amount is the sum of what it moved.
  case entryMovements = "entry_movements"
  /// The account names the chain's last entry and its hash.
  case chainHead = "chain_head"
  /// balance = Σ amounts.
  case balanceSum = "balance_sum"
  case balanceNegative = "balance_negative"
  case availableNegative = "available_negative"
  /// reserved = Σ open holds.
  case reservedSum = "reserved_sum"
  /// Σ free parts of lots = available.
  case lotsFree = "lots_free"
  /// A lot's free and held parts are what the entries left in it.
  case lotMovements = "lot_movements"
  /// A lot's held part is what open holds took from it.
  case lotHeld = "lot_held"
  /// Every deduction has exactly one usage log and one captured hold, all of one amount.
  case deductionUsage = "deduction_usage"
  /// Every captured hold has exactly one deduction.
  case holdCaptured = "hold_captured"
}

/// A rule that does not hold.
package struct LedgerFault: Sendable, Hashable {
  package let rule: LedgerRule
  package let message: String
  /// The entry that it shows at, if it is about one.
  package let seq: Int64?

  package init(_ rule: LedgerRule, _ message: String, seq: Int64? = nil) {
    (self.rule, self.message, self.seq) = (rule, message, seq)
  }
}

/// The sums of one account's ledger, all of one moment.
package struct LedgerFigures: Sendable, Hashable {
  package var balance = Credits.zero
  package var reserved = Credits.zero
  package var seq: Int64 = 0
  package var head = Chain.origin
  package var amounts = Credits.zero
  package var openHolds = Credits.zero
  package var freeInLots = Credits.zero
  /// Rows that break a rule by themselves: numbers of lots,
  package var lotsThatDiffer: [Int64] = []
  package var lotsHeldOtherwise: [Int64] = []
  /// positions of entries,
  package var deductionsAmiss: [Int64] = []
  /// ids of holds.
  package var capturesAmiss: [Int64] = []

  package init() {}

  /// Rows that a message names.
  private static let shownRows = 20

  package var faults: [LedgerFault] {
    var faults: [LedgerFault] = []
    func check(_ rule: LedgerRule, _ holds: Bool, _ message: String) {
      if !holds { faults.append(LedgerFault(rule, message)) }
    }
    func equal(_ rule: LedgerRule, _ left: Credits, _ right: Credits, _ names: String) {
      check(rule, left == right, "\(names): \(left) and \(right)")
    }
    func none(_ rule: LedgerRule, _ rows: [Int64], _ what: String, _ wrong: String) {
      let shown = rows.prefix(Self.shownRows).map(String.init).joined(separator: ", ")
      let more = rows.count > Self.shownRows ? " and more, \(rows.count) in all" : ""
      check(rule, rows.isEmpty, "\(what) \(shown)\(more): \(wrong)")
    }
    equal(.balanceSum, balance, amounts, "balance and sum of amounts")
    check(.balanceNegative, balance >= .zero, "balance is \(balance)")
    check(.availableNegative, balance >= reserved, "available is \(balance - reserved)")
    equal(.reservedSum, reserved, openHolds, "reserved and sum of open holds")
    equal(.lotsFree, freeInLots, balance - reserved, "free parts of lots and available")
    none(.lotMovements, lotsThatDiffer, "lot", "holds something else than the entries left in it")
    none(.lotHeld, lotsHeldOtherwise, "lot", "is held by something else than the open holds")
    none(.deductionUsage, deductionsAmiss, "entry", "not one hold and one usage log of its amount")
    none(.holdCaptured, capturesAmiss, "hold", "captured without its one deduction")
    return faults
  }
}

/// Walks one account's chain from the first entry on.
package struct ChainWalk: Sendable {
  package let account: AccountID
  package private(set) var seq: Int64 = 0
  package private(set) var hash = Chain.origin
  package private(set) var balance = Credits.zero
  package private(set) var faults: [LedgerFault] = []

  package init(account: AccountID) { self.account = account }

  /// - Parameters:
  ///   - hash: what is stored as the entry's hash.
  ///   - sha256: the hash function.
  package mutating func visit(_ entry: Entry, hash: [UInt8], sha256: ([UInt8]) -> [UInt8]) {
    if entry.seq != seq + 1 {
      fault(.chainGap, "entry \(entry.seq) follows entry \(seq)", entry)
    }
    if entry.balanceAfter != balance + entry.amount {
      fault(.chainBalance, "\(balance) and \(entry.amount) make \(entry.balanceAfter)", entry)
    }
    if entry.movements.total != entry.amount {
      fault(
        .entryMovements, "moved \(entry.movements.total), amount \(entry.amount)", entry)
    }
    if sha256(Chain.link(entry, of: account, after: self.hash)) != hash {
      fault(.chainHash, "the entry or one before it was changed", entry)
    }
    (seq, balance, self.hash) = (entry.seq, entry.balanceAfter, hash)
  }

  /// Ends the walk at what the account says its last entry is.
  package mutating func end(atSeq last: Int64, hash head: [UInt8]) {
    if last != seq || head != hash {
      faults.append(LedgerFault(.chainHead, "the account ends at \(last), the chain at \(seq)"))
    }
  }

  private mutating func fault(_ rule: LedgerRule, _ message: String, _ entry: Entry) {
    faults.append(LedgerFault(rule, message, seq: entry.seq))
  }
}

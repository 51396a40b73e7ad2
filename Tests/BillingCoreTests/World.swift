import BillingCore
import Kernel
import Synchronization

/// SplitMix64, so that a seed names a run.
final class Seeded: Chance {
  private let state: Mutex<UInt64>

  init(_ seed: UInt64) { state = Mutex(seed) }

  func next() -> UInt64 {
    state.withLock { state in
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}

/// Stands for SHA-256 where only the chaining matters: FNV-1a into eight bytes.
func fold(_ bytes: [UInt8]) -> [UInt8] {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * UInt64($0))) }
}

/// 2026-03-10T00:00:00Z.
let start = Instant(CivilDate(year: 2026, month: 3, day: 10))
/// The first moment of April 2026.
let april = Instant(CivilDate(year: 2026, month: 4, day: 1))

func after(_ seconds: Int64) -> Instant { start + .seconds(seconds) }

/// A store in memory: does with a ledger's changes what the service does with its tables.
struct World {
  let account = AccountID(7)
  var balance = Credits.zero
  var reserved = Credits.zero
  var lots: [LotID: Lot] = [:]
  var lotCount: Int64 = 0
  var holds: [HoldID: Hold] = [:]
  var entries: [Entry] = []
  var hashes: [[UInt8]] = []
  var terms = Terms()
  var alarm = LowAlarm()
  var notices: [LowNotice] = []

  init(terms: Terms = Terms()) { self.terms = terms }

  /// A world whose account has one lot that never expires.
  init(credits: Int64) {
    self.init()
    grant(credits)
  }

  /// Loads the ledger, lets `body` happen to it and keeps what it changed.
  mutating func run<R>(at now: Instant = start, _ body: (inout Ledger) throws -> R) rethrows -> R {
    var ledger = Ledger(
      account: account, balance: balance, reserved: reserved, seq: Int64(entries.count),
      lotCount: lotCount, lots: lots.values.filter { $0.free > .zero || $0.held > .zero },
      due: holds.values.filter { $0.state == .open && $0.expiresAt <= now }, terms: terms,
      alarm: alarm)
    defer { store(ledger) }
    return try body(&ledger)
  }

  private mutating func store(_ ledger: Ledger) {
    (balance, reserved, lotCount) = (ledger.balance, ledger.reserved, ledger.lotCount)
    (terms, alarm) = (ledger.terms, ledger.alarm)
    for lot in ledger.lots { lots[lot.id] = lot }
    for hold in ledger.changes.newHolds {
      let id = HoldID(Int64(holds.count + 1))
      holds[id] = hold.stored(as: id)
    }
    for hold in ledger.changes.changedHolds { holds[hold.id] = hold }
    for entry in ledger.changes.entries {
      hashes.append(fold(Chain.link(entry, of: account, after: hashes.last ?? Chain.origin)))
      entries.append(entry)
    }
    notices += ledger.changes.notices
  }

  func hold(_ key: String) -> Hold? { holds.values.first { $0.key == key } }

  // MARK: The steps of a scenario

  @discardableResult
  mutating func grant(
    _ credits: Int64, as kind: LotKind = .purchased, until expiresAt: Instant? = nil,
    at now: Instant = start
  ) -> Entry {
    run(at: now) { ledger in
      ledger.settle(at: now)
      return ledger.grant(
        Credits(credits), as: kind, booked: .purchase, "\(credits) credits", reference: "test",
        key: nil, expiresAt: expiresAt, at: now)
    }
  }

  mutating func authorize(
    _ credits: Int64, key: String, operation: String = "clustering", for seconds: Int64 = 1_800,
    at now: Instant = start
  ) -> Result<Hold, AuthorizeRefusal> {
    authorizeAll([(credits, key)], operation: operation, for: seconds, at: now)
      .map { self.hold($0[0].key) ?? $0[0] }
  }

  mutating func authorizeAll(
    _ wanted: [(credits: Int64, key: String)], operation: String = "clustering",
    for seconds: Int64 = 1_800, at now: Instant = start
  ) -> Result<[Hold], AuthorizeRefusal> {
    let price = Price(operation: operation, credits: 1, unit: "credit")
    let requests = wanted.map {
      HoldRequest(key: $0.key, price: price, credits: Credits($0.credits), reference: "job/1")
    }
    let existing = wanted.compactMap { hold($0.key) }
    return run(at: now) { ledger in
      Result { () throws(AuthorizeRefusal) in
        try ledger.authorize(
          requests, existing: existing, until: now + .seconds(seconds), at: now)
      }
    }
  }

  mutating func capture(
    _ key: String, _ actual: ActualCost = .wholeHold, at now: Instant = start
  ) -> Result<Capture, CaptureRefusal> {
    let hold = holdOrNothing(key)
    return run(at: now) { ledger in
      Result { () throws(CaptureRefusal) in try ledger.capture(hold, actual, at: now) }
    }
  }

  mutating func release(
    _ key: String, at now: Instant = start
  ) -> Result<Hold, ReleaseRefusal> {
    let hold = holdOrNothing(key)
    return run(at: now) { ledger in
      Result { () throws(ReleaseRefusal) in
        try ledger.release(hold, reason: "not needed", at: now)
      }
    }
  }

  mutating func extend(_ key: String, until: Instant, at now: Instant = start) -> Hold {
    let hold = holdOrNothing(key)
    return run(at: now) { $0.extend(hold, until: until, at: now) }
  }

  mutating func adjust(
    by amount: Int64, reason: String = "goodwill", at now: Instant = start
  ) -> Result<Entry, AdjustRefusal> {
    run(at: now) { ledger in
      Result { () throws(AdjustRefusal) in
        try ledger.adjust(by: Credits(amount), reason: reason, key: nil, at: now)
      }
    }
  }

  mutating func settle(at now: Instant) { run(at: now) { $0.settle(at: now) } }

  private func holdOrNothing(_ key: String) -> Hold {
    let price = Price(operation: "nothing", credits: 1, unit: "credit")
    return hold(key)
      ?? Hold(
        request: HoldRequest(key: key, price: price, credits: .zero), shares: [],
        createdAt: start, expiresAt: start, state: .expired)
  }

  // MARK: What must always be true

  var available: Credits { balance - reserved }

  /// The sums as an audit reads them.
  var figures: LedgerFigures {
    var figures = LedgerFigures()
    (figures.balance, figures.reserved) = (balance, reserved)
    figures.amounts = entries.reduce(.zero) { $0 + $1.amount }
    let open = holds.values.filter { $0.state == .open }
    figures.openHolds = open.reduce(.zero) { $0 + $1.credits }
    figures.freeInLots = lots.values.reduce(.zero) { $0 + $1.free }
    var left: [LotID: Credits] = [:]
    for movement in entries.flatMap(\.movements) {
      left[movement.lot, default: .zero] += movement.credits
    }
    var held: [LotID: Credits] = [:]
    for share in open.flatMap(\.shares) { held[share.lot, default: .zero] += share.credits }
    for lot in lots.values {
      if left[lot.id, default: .zero] != lot.free + lot.held {
        figures.lotsThatDiffer.append(lot.id.value)
      }
      if held[lot.id, default: .zero] != lot.held { figures.lotsHeldOtherwise.append(lot.id.value) }
    }
    let deductions = entries.filter { $0.kind == .deduction }
    let captured = holds.values.filter { $0.state == .captured }
    figures.capturesAmiss =
      captured.filter { hold in
        deductions.count { $0.hold == hold.id && -$0.amount == hold.captured } != 1
      }.map(\.id.value)
    figures.deductionsAmiss = deductions.filter { holds[$0.hold ?? HoldID(0)] == nil }.map(\.seq)
    return figures
  }

  /// Every rule that does not hold, the chain's included.
  var faults: [LedgerFault] {
    var walk = ChainWalk(account: account)
    for (entry, hash) in zip(entries, hashes) { walk.visit(entry, hash: hash, sha256: fold) }
    walk.end(atSeq: Int64(entries.count), hash: hashes.last ?? Chain.origin)
    return walk.faults + figures.faults
  }
}

import BillingCore
import Kernel
import Postgres

extension Ledger {
  /// A row of `billing.ledger.load`.
  init(account: AccountID, row: Row, terms: Terms, lots: [Lot], due: [Hold]) throws {
    self.init(
      account: account, balance: Credits(try row.int(0)), reserved: Credits(try row.int(1)),
      seq: try row.int(2), lotCount: try row.int(4), lots: lots, due: due, terms: terms,
      alarm: LowAlarm(
        level: LowLevel(rawValue: Int(try row.int(5))) ?? .normal,
        hasToldRefusal: try row.bool(6)),
      topUp: try row.optionalInt(15).map {
        TopUpAlarm(threshold: Credits($0), isArmed: try row.bool(16))
      })
  }

  func update(head: [UInt8]) -> [SQLValue] {
    [
      .int(account.value), .int(balance.value), .int(reserved.value), .int(seq), .bytes(head),
      .int(lotCount), .int(alarm.level.rawValue), .bool(alarm.hasToldRefusal),
    ]
  }
}

extension Terms {
  /// What a row of `billing.ledger.load` says of the plan: all that most work needs.
  init(short row: Row) throws {
    self.init(allowsOverage: try row.bool(7), isPaused: try row.optionalBool(17) ?? false)
    if try row.optionalText(12) == "active" {
      planName = try row.text(8)
      included = Credits(try row.int(9))
      period = Period(start: try row.instant(10), end: try row.instant(11))
    }
  }

  /// Whether time brings more than another month of the same, so that all of it must be known.
  static func areSpecial(_ row: Row, at now: Instant) throws -> Bool {
    guard try row.optionalBool(13) ?? false else { return false }
    let due = [try row.optionalInstant(11), try row.optionalInstant(14)].compactMap { $0 }
    return due.contains { $0 <= now }
  }
}

extension Lot {
  /// A row with number, kind, granted, free, held, created_at, expires_at.
  init(row: Row) throws {
    self.init(
      id: LotID(try row.int(0)), kind: try row.state(1), granted: Credits(try row.int(2)),
      createdAt: try row.instant(5), expiresAt: try row.optionalInstant(6),
      free: Credits(try row.int(3)), held: Credits(try row.int(4)))
  }

  func insertion(_ account: SQLValue) -> [SQLValue] {
    [
      account, .int(id.value), .text(kind.rawValue), .int(granted.value), .int(free.value),
      .int(held.value), .instant(createdAt), .instant(expiresAt),
    ]
  }

  func update(_ account: SQLValue) -> [SQLValue] {
    [account, .int(id.value), .int(free.value), .int(held.value)]
  }
}

extension Hold {
  /// A row with the columns of `billing.hold.get`.
  init(row: Row) throws {
    let price = Price(
      operation: try row.text(2), credits: try row.int(7), unit: try row.text(8),
      unitSize: try row.int(9))
    let request = HoldRequest(
      key: try row.text(1), price: price, credits: Credits(try row.int(4)),
      reference: try row.text(3), site: try row.optionalID(10), user: try row.optionalID(11))
    self.init(
      id: HoldID(try row.int(0)), request: request,
      shares: [LotShare](numbers: try row.ints(5), credits: try row.ints(6)),
      createdAt: try row.instant(16), expiresAt: try row.instant(17),
      state: try row.state(12), captured: try row.optionalInt(13).map { Credits($0) },
      shortfall: try row.optionalInt(14).map { Credits($0) }, reason: try row.optionalText(15),
      closedAt: try row.optionalInstant(18))
  }

  func insertion(_ account: SQLValue) -> [SQLValue] {
    [
      account, .text(key), .text(operation), .text(reference), .int(credits.value),
      .ints(shares.map(\.lot.value)), .ints(shares.map(\.credits.value)), .int(price.credits),
      .text(price.unit), .int(price.unitSize), .id(site), .id(user), .instant(createdAt),
      .instant(expiresAt),
    ]
  }

  func update(_ account: SQLValue) -> [SQLValue] {
    [
      account, .int(id.value), .text(state.rawValue), .instant(expiresAt), .credits(captured),
      .credits(shortfall), .text(reason), .instant(closedAt),
    ]
  }
}

/// An entry as it is stored: with its number and its hash.
struct StoredEntry: Sendable {
  let id: EntryID
  let entry: Entry
  let hash: [UInt8]

  /// A row with `HistoryQueries.entryColumns`.
  init(row: Row) throws {
    id = EntryID(try row.int(0))
    hash = try row.bytes(12)
    entry = Entry(
      seq: try row.int(1), kind: try row.state(2), amount: Credits(try row.int(3)),
      balanceAfter: Credits(try row.int(4)), description: try row.text(5),
      reference: try row.text(6), key: try row.optionalText(7), hold: try row.optionalID(8),
      movements: [LotShare](numbers: try row.ints(9), credits: try row.ints(10)),
      metadata: try row.text(11), at: try row.instant(13))
  }
}

extension Entry {
  func insertion(_ account: SQLValue, hash: [UInt8]) -> [SQLValue] {
    [
      account, .int(seq), .text(kind.rawValue), .int(amount.value), .int(balanceAfter.value),
      .text(description), .text(reference), .text(key), .id(hold),
      .ints(movements.map(\.lot.value)), .ints(movements.map(\.credits.value)),
      .text(metadata), .bytes(hash), .instant(at),
    ]
  }
}

extension Price {
  /// A row of `billing.price.find`.
  init(row: Row) throws {
    self.init(
      operation: try row.text(0), credits: try row.int(1), unit: try row.text(2),
      unitSize: try row.int(3))
  }
}

extension [LotShare] {
  init(numbers: [Int64], credits: [Int64]) {
    self = zip(numbers, credits).map { LotShare(lot: LotID($0), credits: Credits($1)) }
  }
}

extension Row {
  /// A text column that holds one of an enum's names.
  func state<S: RawRepresentable<String>>(_ column: Int) throws -> S {
    let text = try text(column)
    guard let state = S(rawValue: text) else {
      throw PostgresError(.value, "\(text) is no \(S.self)")
    }
    return state
  }
}

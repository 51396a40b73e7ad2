import Kernel
import Postgres

/// The statements that change an account's credits, as billing words them.
enum LedgerModel {
  static let statements: [String: StatementModel] = [
    "billing.ledger.lock": lock,
    "billing.hold.insert": insertHold,
    "billing.hold.update": updateHold,
    "billing.lot.insert": insertLot,
    "billing.lot.update": updateLot,
    "billing.entry.insert": insertEntry,
    "billing.usage.insert": insertUsage,
    "billing.account.update": updateAccount,
    "billing.subscription.renew": renew,
    "billing.account.insert": insertAccount,
    "billing.subscription.insert": insertSubscription,
  ]

  private static func violation(_ state: String, _ name: String) -> PostgresError {
    PostgresError(.server, "violates \(name)", sqlState: state, constraint: name)
  }

  private static func check(_ isSo: Bool, _ name: String) throws {
    guard isSo else { throw violation("23514", name) }
  }

  /// The account of a new row must be there: looked for once the row is in.
  private static func refer(_ tables: Tables, _ account: Int64, _ name: String, _ frame: Frame)
    throws
  {
    guard tables.accounts.find("\(account)", for: frame) != nil else {
      throw violation("23503", name)
    }
  }

  private static func account(_ tables: Tables, _ values: [SQLValue], _ frame: Frame) throws
    -> Int64?
  {
    tables.accounts.find("\(try values.int(1))", for: frame)
  }

  private static let lock: StatementModel = { tables, values, frame in
    guard let id = try account(tables, values, frame) else { return .nothing }
    if tables.sabotage != .missingLock {
      _ = try tables.accounts.lock(id, for: frame)
    }
    return Reply([[values[0]]])
  }

  // MARK: Holds

  private static let insertHold: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "credit_holds")
    try check(try values.int(5) > 0, "credit_holds_credits")
    let row = HoldRow(
      account: try values.int(1), key: try values.text(2),
      texts: [try values.text(3), try values.text(4)], credits: try values.int(5),
      lotNumbers: try values.ints(6), lotCredits: try values.ints(7),
      price: Array(values[7...11]), createdAt: try values.instant(13),
      expiresAt: try values.instant(14))
    guard let id = try tables.holds.insert(row, for: frame) else {
      throw violation("23505", "credit_holds_key")
    }
    try refer(tables, row.account, "credit_holds_account", frame)
    return Reply([[.int(id)]])
  }

  private static let updateHold: StatementModel = { tables, values, frame in
    let (account, id) = (try values.int(1), try values.int(2))
    func matches(_ row: HoldRow?) -> Bool {
      row?.account == account && row?.state == "open"
    }
    guard matches(tables.holds.row(id, for: frame)),
      matches(try tables.holds.lock(id, for: frame))
    else {
      throw PostgresError(
        .server, "division by zero", sqlState: "22012", statement: "billing.hold.update")
    }
    let newState = try values.text(3)
    if tables.sabotage == .doubleCapture, newState == "captured" { return Reply([[.int(1)]]) }
    try tables.holds.update(id, for: frame) { row in
      (row.state, row.expiresAt) = (newState, try values.instant(4))
      (row.captured, row.shortfall) = (try values.optionalInt(5), try values.optionalInt(6))
      (row.reason, row.closedAt) = (
        try values.optionalText(7), try values.optionalInstant(8)
      )
    }
    return Reply([[.int(1)]])
  }

  // MARK: Lots

  private static func checkLot(granted: Int64, free: Int64, held: Int64) throws {
    // In the order of their names, as Postgres looks.
    try check(free >= 0, "credit_lots_free")
    try check(granted > 0, "credit_lots_granted")
    try check(held >= 0, "credit_lots_held")
    try check(free + held <= granted, "credit_lots_parts")
  }

  private static let insertLot: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "credit_lots")
    let row = LotRow(
      account: try values.int(1), number: try values.int(2), kind: try values.text(3),
      granted: try values.int(4), free: try values.int(5), held: try values.int(6),
      createdAt: try values.instant(7), expiresAt: try values.optionalInstant(8))
    try checkLot(granted: row.granted, free: row.free, held: row.held)
    guard try tables.lots.insert(row, for: frame) != nil else {
      throw violation("23505", "credit_lots_pkey")
    }
    try refer(tables, row.account, "credit_lots_account", frame)
    return .one
  }

  private static let updateLot: StatementModel = { tables, values, frame in
    let (account, free, held) = (try values.int(1), try values.int(3), try values.int(4))
    guard let id = tables.lots.find("\(account)/\(try values.int(2))", for: frame),
      let row = try tables.lots.lock(id, for: frame)
    else { return .nothing }
    try checkLot(granted: row.granted, free: free, held: held)
    try tables.lots.update(id, for: frame) { ($0.free, $0.held) = (free, held) }
    return .one
  }

  // MARK: Entries

  private static let insertEntry: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "credit_transactions")
    try check(try values.int(5) >= 0, "credit_transactions_balance")
    let kind = try values.text(3)
    let hold = try values.optionalInt(9)
    try check((kind == "deduction") == (hold != nil), "credit_transactions_hold")
    let row = EntryRow(
      account: try values.int(1), seq: try values.int(2), kind: kind,
      amount: try values.int(4), hold: hold, lotNumbers: try values.ints(10),
      lotAmounts: try values.ints(11), key: try values.optionalText(8),
      hash: try values.bytes(13), values: values)
    guard let id = try tables.entries.insert(row, for: frame) else {
      throw violation("23505", "credit_transactions_seq")
    }
    let isUnchecked = tables.sabotage == .doubleCapture
    if let key = row.key, !isUnchecked, let holder = tables.entryKeys["\(row.account)/\(key)"],
      tables.entries.row(holder, for: frame) != nil
    {
      throw violation("23505", "credit_transactions_key")
    }
    try refer(tables, row.account, "credit_transactions_account", frame)
    if let key = row.key { tables.entryKeys["\(row.account)/\(key)"] = id }
    return .one
  }

  private static let insertUsage: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "credit_usage_logs")
    let row = UsageRow(
      account: try values.int(1), entrySeq: try values.int(2), hold: try values.int(3),
      credits: try values.int(5))
    guard let id = try tables.usage.insert(row, for: frame) else {
      throw violation("23505", "credit_usage_logs_entry")
    }
    try refer(tables, row.account, "credit_usage_logs_account", frame)
    return Reply([[.int(id)]])
  }

  // MARK: Accounts

  private static let updateAccount: StatementModel = { tables, values, frame in
    guard let id = try account(tables, values, frame) else { return .nothing }
    let (balance, reserved) = (try values.int(2), try values.int(3))
    try check(balance >= 0, "credit_accounts_balance")
    try check(reserved >= 0 && reserved <= balance, "credit_accounts_reserved")
    try tables.accounts.update(id, for: frame) { row in
      (row.balance, row.reserved, row.seq) = (balance, reserved, try values.int(4))
      (row.head, row.lotCount) = (try values.bytes(5), try values.int(6))
      (row.lowLevel, row.isRefusalTold) = (try values.int(7), try values.bool(8))
    }
    return .one
  }

  private static let renew: StatementModel = { tables, values, frame in
    guard let id = tables.subscriptions.find("\(try values.int(1))", for: frame) else {
      return .nothing
    }
    try tables.subscriptions.update(id, for: frame) { row in
      (row.start, row.end) = (try values.instant(2), try values.instant(3))
    }
    return .one
  }

  private static let insertAccount: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "credit_accounts")
    let row = AccountRow(account: try values.int(1), head: try values.bytes(2))
    let id = try tables.accounts.insert(row, for: frame)
    return Reply(affected: id == nil ? 0 : 1)
  }

  private static let insertSubscription: StatementModel = { tables, values, frame in
    try frame.check(try values.int(1), "subscriptions")
    let row = SubscriptionRow(
      account: try values.int(1), start: try values.instant(3), end: try values.instant(4))
    guard try tables.subscriptions.insert(row, for: frame) != nil else {
      throw violation("23505", "subscriptions_account")
    }
    return .one
  }
}

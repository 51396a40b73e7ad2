import Kernel
import Postgres

/// The statements that read an account's credits.
enum LedgerReading {
  /// Credits of the one plan there is, a month.
  static let included: Int64 = 20_000

  static let statements: [String: StatementModel] = [
    "billing.ledger.load": load,
    "billing.ledger.lots": lots,
    "billing.ledger.holds_by_key": holdsByKey,
    "billing.ledger.holds_by_id": holdsByID,
    "billing.ledger.due": due,
    "billing.ledger.next_due": nextDue,
    "billing.price.find": prices,
    "billing.plan.by_slug": { _, _, _ in
      Reply([[.int(1), .bool(false)]], columns: ["id", "is_paid"])
    },
    // What people are shown of an account is not modelled.
    "billing.account.summaries": { _, _, _ in .nothing },
    // Nor what they are told of low credits, nor credits that are bought by themselves, nor the log
    // of who did what.
    "billing.notice.insert": { _, _, _ in .nothing },
    "billing.audit.insert": { _, _, _ in .nothing },
    "billing.top_up.cross": { _, _, _ in .nothing },
    "billing.entry.by_seq": entryBySeq,
    "billing.entry.by_key": entryByKey,
    "billing.usage.by_key": usageByKey,
    "billing.audit.accounts": auditAccounts,
    "billing.audit.figures": figures,
    "billing.entry.chain": chain,
  ]

  private static let load: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    guard let id = tables.accounts.find("\(account)", for: frame),
      let row = tables.accounts.row(id, for: frame)
    else { return .nothing }
    let subscription = tables.subscriptions.find("\(account)", for: frame)
      .flatMap { tables.subscriptions.row($0, for: frame) }
    let isSubscribed = subscription != nil
    return Reply([
      [
        .int(row.balance), .int(row.reserved), .int(row.seq), .bytes(row.head),
        .int(row.lotCount), .int(row.lowLevel), .bool(row.isRefusalTold), .bool(false),
        .text(isSubscribed ? "Free" : nil), .int(isSubscribed ? included : nil),
        .instant(subscription?.start), .instant(subscription?.end),
        .text(isSubscribed ? "active" : nil), isSubscribed ? .bool(false) : .null, .null, .null,
        .null, isSubscribed ? .bool(false) : .null,
      ]
    ])
  }

  private static let lots: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    return Reply(
      tables.lots.rows(for: frame).compactMap { _, row in
        guard row.account == account else { return nil }
        return [
          .int(row.number), .text(row.kind), .int(row.granted), .int(row.free),
          .int(row.held), .instant(row.createdAt), .instant(row.expiresAt),
        ]
      })
  }

  // MARK: Holds

  private static let holdsByKey: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    let named = try values.texts(3).compactMap {
      tables.holds.find("\(account)/\($0)", for: frame)
    }
    return try holds(tables, named, values, frame)
  }

  private static let holdsByID: StatementModel = { tables, values, frame in
    try holds(tables, try values.ints(3), values, frame)
  }

  private static func holds(
    _ tables: Tables, _ named: [Int64], _ values: [SQLValue], _ frame: Frame
  ) throws -> Reply {
    let (account, now) = (try values.int(1), try values.instant(2))
    let wanted = Set(named).sorted().compactMap { id in
      tables.holds.row(id, for: frame).flatMap { row in
        row.account == account ? row.columns(id) : nil
      }
    }
    let due = tables.holds.rows(for: frame).filter { id, row in
      row.account == account && row.expiresAt <= now && !named.contains(id)
    }
    return Reply(wanted + due.map { $0.row.columns($0.id) })
  }

  // MARK: What time brings

  private static let due: StatementModel = { tables, values, frame in
    let (now, most) = (try values.instant(1), Int(try values.int(2)))
    let holds = tables.holds.rows(for: frame).filter { $0.row.expiresAt <= now }
      .sorted { ($0.row.expiresAt, $0.id) < ($1.row.expiresAt, $1.id) }
    let lots = tables.lots.rows(for: frame)
      .filter { $0.row.free > 0 && $0.row.expiresAt.map { $0 <= now } ?? false }
      .sorted { ($0.row.expiresAt ?? now, $0.id) < ($1.row.expiresAt ?? now, $1.id) }
    let periods = tables.subscriptions.rows(for: frame).filter { $0.row.end <= now }
      .sorted { ($0.row.end, $0.id) < ($1.row.end, $1.id) }
    let accounts = Set(
      holds.prefix(most).map(\.row.account) + lots.prefix(most).map(\.row.account)
        + periods.prefix(most).map(\.row.account))
    return Reply(accounts.sorted().map { [.int($0)] })
  }

  private static let nextDue: StatementModel = { tables, _, frame in
    let holds = tables.holds.rows(for: frame).map(\.row.expiresAt)
    let lots = tables.lots.rows(for: frame)
      .compactMap { $0.row.free > 0 ? $0.row.expiresAt : nil }
    let periods = tables.subscriptions.rows(for: frame).map(\.row.end)
    return Reply([[.instant((holds + lots + periods).min())]])
  }

  private static let prices: StatementModel = { _, values, _ in
    let known: [String: [SQLValue]] = [
      "clustering": [.text("clustering"), .int(10), .text("request"), .int(1)],
      "content_generation": [.text("content_generation"), .int(1), .text("words"), .int(100)],
    ]
    return Reply(try values.texts(1).compactMap { known[$0] })
  }

  // MARK: Entries

  private static func columns(_ row: EntryRow, _ id: Int64) -> [SQLValue] {
    // As inserted: account, seq, type, … hash, created_at.
    [.int(id)] + row.values[1...13] + [.int(row.account)]
  }

  private static let entryBySeq: StatementModel = { tables, values, frame in
    let name = "\(try values.int(1))/\(try values.int(2))"
    guard let id = tables.entries.find(name, for: frame),
      let row = tables.entries.row(id, for: frame)
    else { return .nothing }
    return Reply([columns(row, id)])
  }

  private static func keyed(
    _ tables: Tables, _ values: [SQLValue], _ frame: Frame
  ) throws -> (id: Int64, row: EntryRow)? {
    guard let key = try values.optionalText(2),
      let id = tables.entryKeys["\(try values.int(1))/\(key)"],
      let row = tables.entries.row(id, for: frame)
    else { return nil }
    return (id, row)
  }

  private static let entryByKey: StatementModel = { tables, values, frame in
    Reply(try keyed(tables, values, frame).map { [columns($0.row, $0.id)] } ?? [])
  }

  private static let usageByKey: StatementModel = { tables, values, frame in
    guard let entry = try keyed(tables, values, frame),
      let id = tables.usage.find(
        "\(entry.row.account)/\(entry.row.seq)", for: frame)
    else { return .nothing }
    return Reply([[.int(id)]])
  }
}

extension LedgerReading {
  private static let auditAccounts: StatementModel = { tables, values, frame in
    let (after, most) = (try values.int(1), Int(try values.int(2)))
    let accounts = tables.accounts.rows(for: frame).map(\.row.account)
    return Reply(accounts.filter { $0 > after }.sorted().prefix(most).map { [.int($0)] })
  }

  private static let chain: StatementModel = { tables, values, frame in
    let (account, after, last) = (try values.int(1), try values.int(2), try values.int(3))
    guard after < last else { return .nothing }
    let numbers = (after + 1...last).prefix(Int(try values.int(4)))
    return Reply(
      numbers.compactMap { seq in
        let id = tables.entries.find("\(account)/\(seq)", for: frame)
        return id.flatMap { id in
          tables.entries.row(id, for: frame).map { columns($0, id) }
        }
      })
  }

  private static let figures: StatementModel = { tables, values, frame in
    let account = try values.int(1)
    guard let id = tables.accounts.find("\(account)", for: frame),
      let row = tables.accounts.row(id, for: frame)
    else { return .nothing }
    let sums = Sums(tables, account, frame)
    return Reply([
      [
        .int(row.balance), .int(row.reserved), .int(row.seq), .bytes(row.head),
        .int(sums.amounts), .int(sums.openHolds), .int(sums.free), .ints(sums.lotsThatDiffer),
        .ints(sums.lotsHeldOtherwise), .ints(sums.deductionsAmiss), .ints(sums.capturesAmiss),
        .int(sums.holds.count),
      ]
    ])
  }

  /// What `billing.audit.figures` adds up.
  private struct Sums {
    let holds: [(id: Int64, row: HoldRow)]
    private let lots: [LotRow]
    private let entries: [EntryRow]
    private let usage: [UsageRow]
    private var moved: [Int64: Int64] = [:]
    private var held: [Int64: Int64] = [:]

    init(_ tables: Tables, _ account: Int64, _ frame: Frame) {
      holds = tables.holds.allRows(for: frame).filter { $0.row.account == account }
      lots = tables.lots.allRows(for: frame).map(\.row).filter { $0.account == account }
      entries = tables.entries.allRows(for: frame).map(\.row)
        .filter { $0.account == account }
      usage = tables.usage.allRows(for: frame).map(\.row).filter { $0.account == account }
      for entry in entries {
        for (lot, amount) in zip(entry.lotNumbers, entry.lotAmounts) {
          moved[lot, default: 0] += amount
        }
      }
      for (_, hold) in holds where hold.state == "open" {
        for (lot, credits) in zip(hold.lotNumbers, hold.lotCredits) {
          held[lot, default: 0] += credits
        }
      }
    }

    var amounts: Int64 { entries.reduce(0) { $0 + $1.amount } }
    var openHolds: Int64 { holds.reduce(0) { $0 + ($1.row.state == "open" ? $1.row.credits : 0) } }
    var free: Int64 { lots.reduce(0) { $0 + $1.free } }

    var lotsThatDiffer: [Int64] { lotsAmiss(moved) { $0.free + $0.held } }
    var lotsHeldOtherwise: [Int64] { lotsAmiss(held) { $0.held } }

    private func lotsAmiss(_ sums: [Int64: Int64], _ part: (LotRow) -> Int64) -> [Int64] {
      let unknown = Set(sums.keys).subtracting(lots.map(\.number))
      return (unknown + lots.filter { sums[$0.number, default: 0] != part($0) }.map(\.number))
        .sorted()
    }

    var deductionsAmiss: [Int64] {
      let logs = Dictionary(grouping: usage, by: \.entrySeq)
      let byID = Dictionary(uniqueKeysWithValues: holds.map { ($0.id, $0.row) })
      let deductions = entries.filter { $0.kind == "deduction" }
      let amiss = deductions.filter { entry in
        guard let log = logs[entry.seq]?.first, let hold = entry.hold.flatMap({ byID[$0] }) else {
          return true
        }
        return log.hold != entry.hold || log.credits != -entry.amount || hold.state != "captured"
          || hold.captured != -entry.amount
      }
      let known = Set(deductions.map(\.seq))
      return (amiss.map(\.seq) + usage.map(\.entrySeq).filter { !known.contains($0) }).sorted()
    }

    var capturesAmiss: [Int64] {
      let entries = Dictionary(grouping: entries.compactMap(\.hold)) { $0 }
      return holds.filter { $0.row.state == "captured" && entries[$0.id]?.count != 1 }.map(\.id)
    }
  }
}

extension HoldRow {
  /// The columns of `billing.hold.get`.
  fileprivate func columns(_ id: Int64) -> [SQLValue] {
    [
      .int(id), .text(key), .text(texts[0]), .text(texts[1]), .int(credits),
      .ints(lotNumbers), .ints(lotCredits), price[0], price[1], price[2], price[3], price[4],
      .text(state), .int(captured), .int(shortfall), .text(reason), .instant(createdAt),
      .instant(expiresAt), .instant(closedAt),
    ]
  }
}

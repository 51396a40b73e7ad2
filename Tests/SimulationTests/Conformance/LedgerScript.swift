import Kernel
import Postgres

@testable import BillingService
@testable import SimulationKit

/// Statements of billing's ledger. Whoever writes has the account's lock, as the product has.
struct LedgerScript: Script {
  let draw: Draw

  static func numbers(_ tables: Tables) -> [String: Int64] {
    [
      "credit_holds": tables.holds.lastID, "credit_transactions": tables.entries.lastID,
      "credit_usage_logs": tables.usage.lastID,
    ]
  }

  func alone(_ tables: Tables) -> [Call] {
    let account = draw.account()
    return [draw.onceIn(12) ? insertAccount(account) : look(account, tables)]
  }

  func opening(_ account: Int64, _ tables: Tables) -> [Call] {
    let lock = Call(LedgerQueries.lock, [.int(account)])
    return draw.onceIn(4) ? [insertAccount(account), lock] : [lock]
  }

  /// Without the account's row there is no lock, and the product goes no further.
  func goesOn(_ account: Int64, _ tables: Tables, _ transaction: TransactionID) -> Bool {
    tables.accounts.find("\(account)", for: frame(of: transaction)) != nil
  }

  func inside(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> [Call] {
    switch draw.below(14) {
    case 0, 1: [insertHold(account)]
    case 2: [updateHold(account, tables, eyes)]
    case 3, 12: [insertLot(account, tables, eyes)]
    case 4, 13: [updateLot(account)]
    case 5...7: [insertEntry(account, tables, eyes)]
    case 8: [insertUsage(account, tables, eyes)]
    case 9: [updateAccount(account)]
    case 10: [subscribe(account)]
    default: [look(account, tables)]
    }
  }

  // MARK: Writing

  private func insertAccount(_ account: Int64) -> Call {
    Call(LedgerQueries.insertAccount, [.int(account), draw.bytes(), .instant(draw.now)])
  }

  private func subscribe(_ account: Int64) -> Call {
    let period: [SQLValue] = [.instant(draw.now), .instant(draw.soon(1, 90))]
    return draw.onceIn(2)
      ? Call(LedgerQueries.renewSubscription, [.int(account)] + period)
      : Call(
        LedgerQueries.insertSubscription,
        [.int(account), 1] + period + [.instant(draw.now), .null])
  }

  private func updateAccount(_ account: Int64) -> Call {
    let balance = draw.below(30) - 1
    return Call(
      LedgerQueries.updateAccount,
      [
        .int(account), .int(balance), .int(draw.below(max(2, balance + 1)) - 1 + draw.below(3)),
        draw.number(99), draw.bytes(), draw.number(9), draw.number(3), .bool(draw.onceIn(2)),
      ])
  }

  private func insertHold(_ account: Int64) -> Call {
    Call(
      LedgerQueries.insertHold,
      [
        .int(account), draw.text("key", 200), "clustering", draw.text("work", 9),
        .int(draw.below(9)), .ints([Int64(1 + draw.below(4))]), .ints([Int64(1 + draw.below(4))]),
        10, "request", 1, draw.maybe(7), draw.maybe(8), .instant(draw.now), .instant(draw.soon()),
      ])
  }

  private func updateHold(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> Call {
    let holds = tables.holds.rows(for: eyes)
    let hold = holds.isEmpty ? nil : draw.one(of: Array(holds.suffix(6)))
    let state = draw.one(of: ["captured", "captured", "released", "expired"])
    let isCaptured = state == "captured"
    return Call(
      LedgerQueries.updateHold,
      [
        .int(account), .int(hold?.id ?? 0), .text(state), .instant(draw.soon()),
        isCaptured ? .int(1 + draw.below(3)) : .null, isCaptured ? draw.number(2) : .null,
        draw.maybe("why"), .instant(draw.now),
      ])
  }

  private func insertLot(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> Call {
    let lots = tables.lots.allRows(for: eyes).count { $0.row.account == account }
    let granted = draw.onceIn(9) ? 0 : 2 + draw.below(7)
    let free = draw.below(granted + 2) - (draw.onceIn(9) ? 1 : 0)
    return Call(
      LedgerQueries.insertLot,
      [
        .int(account), .int(lots + 1 - (draw.onceIn(9) ? 1 : 0)),
        .text(draw.one(of: ["plan", "purchased"])), .int(granted), .int(free),
        .int(draw.below(3) - (draw.onceIn(9) ? 1 : 0)), .instant(draw.now),
        draw.maybe(.instant(draw.soon())),
      ])
  }

  private func updateLot(_ account: Int64) -> Call {
    Call(
      LedgerQueries.updateLot,
      [
        .int(account), .int(1 + draw.below(3)), .int(draw.below(5) - (draw.onceIn(5) ? 1 : 0)),
        .int(draw.below(3)),
      ])
  }

  private func insertEntry(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> Call {
    let holds = tables.holds.allRows(for: eyes).filter { $0.row.account == account }
    let hold = holds.isEmpty ? nil : draw.one(of: Array(holds.suffix(5))).id
    let isDeduction = draw.onceIn(2)
    let amount = Int64(1 + draw.below(3)) * (isDeduction ? -1 : 1)
    let named = isDeduction != draw.onceIn(15) ? SQLValue.int(hold) : .null
    return Call(
      LedgerQueries.insertEntry,
      [
        .int(account), seq(account, tables, eyes, ahead: 1), isDeduction ? "deduction" : "purchase",
        .int(amount), .int(draw.below(20) - (draw.onceIn(9) ? 1 : 0)), "what it is",
        draw.text("reference", 9), draw.maybe(draw.text("key", 200)), named,
        .ints([Int64(1 + draw.below(4))]), .ints([amount]), "{}", draw.bytes(),
        .instant(draw.now),
      ])
  }

  private func insertUsage(_ account: Int64, _ tables: Tables, _ eyes: Frame) -> Call {
    let holds = tables.holds.allRows(for: eyes).filter { $0.row.account == account }
    return Call(
      LedgerQueries.insertUsage,
      [
        .int(account), seq(account, tables, eyes, ahead: 0), .int(holds.last?.id ?? 1),
        "clustering",
        .int(1 + draw.below(3)), 0, .double(0.25), "model", 10, 20, "content", draw.maybe(5),
        .null, .null, .json("{}"), .instant(draw.now),
      ])
  }

  /// The account's latest number or one near it.
  private func seq(_ account: Int64, _ tables: Tables, _ eyes: Frame, ahead: Int) -> SQLValue {
    let latest = tables.entries.allRows(for: eyes).count { $0.row.account == account }
    return .int(max(1, latest + ahead - (draw.onceIn(9) ? draw.below(5) : 0)))
  }

  // MARK: Reading

  private func look(_ account: Int64, _ tables: Tables) -> Call {
    let (one, now) = (SQLValue.int(account), SQLValue.instant(draw.now))
    switch draw.below(14) {
    case 0: return Call(LedgerQueries.load, [one])
    case 1: return Call(LedgerQueries.lots, [one])
    case 2:
      let keys = Set((0..<6).map { _ in "key\(draw.below(200))" }).sorted()
      return Call(LedgerQueries.holdsByKey, [one, now, .texts(keys)])
    case 3:
      let ids = Set((0..<4).map { _ in Int64(draw.below(Int(tables.holds.lastID) + 2)) }).sorted()
      return Call(LedgerQueries.holdsByID, [one, now, .ints(ids)])
    case 4: return Call(LedgerQueries.due, [now, .int(draw.one(of: [1, 2, 100]))])
    case 5: return Call(LedgerQueries.nextDue)
    case 6:
      let names = draw.some(of: ["clustering", "content_generation", "nothing"])
      return Call(LedgerQueries.prices, [.texts(names)])
    case 7: return Call(CatalogQueries.planBySlug, ["free", false])
    case 8: return Call(HistoryQueries.entryBySeq, [one, seq(account, tables, onlooker, ahead: 0)])
    case 9: return Call(HistoryQueries.entryByKey, [one, key(of: account, tables)])
    case 10: return Call(HistoryQueries.usageByKey, [one, key(of: account, tables)])
    case 11: return Call(AuditQueries.accounts, [draw.number(3), .int(1 + draw.below(3))])
    case 12: return Call(AuditQueries.figures, [one])
    default:
      return Call(
        HistoryQueries.chain, [one, draw.number(4), draw.number(40), .int(1 + draw.below(20))])
    }
  }

  /// Of an entry that has one.
  private func key(of account: Int64, _ tables: Tables) -> SQLValue {
    let keys = tables.entries.allRows(for: onlooker).filter { $0.row.account == account }
      .compactMap(\.row.key)
    return keys.isEmpty ? draw.text("key", 200) : .text(draw.one(of: keys))
  }
}

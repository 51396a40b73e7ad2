import BillingService
import Events
import Foundation
import Kernel
import Postgres
import TestKit

/// pgbench with the very statements of the service, one round trip each, in two transactions a
/// pair.
struct Peer {
  let world: TestDatabase
  let seconds: Int

  private static func sql(_ name: String, _ values: [String]) -> String {
    let outbox = Outbox.commands([
      .event("credits.changed", account: AccountID(1), payload: "{}", key: "k")
    ]).map(\.0)
    guard let statement = (BillingQueries.all + outbox).first(where: { $0.name == name }) else {
      preconditionFailure("no statement \(name)")
    }
    var text = statement.sql
    for (index, value) in values.enumerated().reversed() {
      text = text.replacingOccurrences(of: "$\(index + 1)", with: value)
    }
    return text
  }

  private static let lot = "ARRAY[1]::bigint[]"
  private static let credits = "ARRAY[1]::bigint[]"

  private static func loading(_ holds: String, _ values: [String], to prefix: String) -> [String] {
    [
      "BEGIN;", "SELECT set_config('app.account_id', :a::text, true);",
      sql("billing.ledger.lock", [":a"]) + ";",
      sql("billing.ledger.load", [":a"]) + "\n\\gset \(prefix)l_",
      sql("billing.ledger.lots", [":a"]) + "\n\\gset \(prefix)t_",
      sql(holds, values) + ";",
    ]
  }

  /// Reserved, free and held move by one credit and back; the balance goes down by it.
  private static func script(accounts: ClosedRange<Int>) -> String {
    let key = "('k' || :r::text)"
    let authorize =
      loading("billing.ledger.holds_by_key", [":a", "now()", "ARRAY[\(key)]"], to: "x") + [
        sql("billing.price.find", ["ARRAY['reparse']"]) + ";",
        sql("billing.lot.update", [":a", "1", ":xt_free - 1", ":xt_held + 1"]) + ";",
        sql(
          "billing.hold.insert",
          [
            ":a", key, "'reparse'", "'job/1'", "1", lot, credits, "1", "'request'", "1", "NULL",
            "NULL", "now()", "now() + interval '30 minutes'",
          ]) + "\n\\gset h_",
        account("x", balance: "", reserved: "+ 1", seq: "") + ";", "COMMIT;",
      ]
    let capture =
      loading("billing.ledger.holds_by_id", [":a", "now()", "ARRAY[:h_id::bigint]"], to: "y") + [
        sql("billing.lot.update", [":a", "1", ":yt_free", ":yt_held - 1"]) + ";",
        sql(
          "billing.hold.update",
          [":a", ":h_id", "'captured'", "now()", "1", "0", "NULL", "now()"]) + ";",
        sql(
          "billing.entry.insert",
          [
            ":a", ":yl_seq + 1", "'deduction'", "-1", ":yl_balance - 1", "'reparse'",
            "('hold/' || :h_id::text)", "('hold/' || :h_id::text)", ":h_id", lot,
            "ARRAY[-1]::bigint[]", "'{}'", ":yl_head", "now()",
          ]) + ";",
        account("y", balance: "- 1", reserved: "- 1", seq: "+ 1") + ";",
        sql(
          "events.outbox.add",
          [
            ":a", "'event'", "'credits.changed'", "('seq/' || (:yl_seq + 1)::text)",
            "'{\"account_id\": 1, \"balance\": 1, \"available\": 1, \"reserved\": 1, \"seq\": 1}'",
          ]) + ";",
        sql(
          "billing.usage.insert",
          [
            ":a", ":yl_seq + 1", ":h_id", "'reparse'", "1", "0", "0.25", "'local/draft'", "12",
            "34", "'content'", "77", "NULL", "NULL", "'{}'", "now()",
          ]) + ";",
        sql("billing.entry.by_seq", [":a", ":yl_seq + 1"]) + ";", "COMMIT;",
      ]
    let choice = [
      "\\set a random(\(accounts.lowerBound), \(accounts.upperBound))",
      "\\set r random(1, 1000000000000000)",
    ]
    return (choice + authorize + capture).joined(separator: "\n") + "\n"
  }

  private static func account(
    _ prefix: String, balance: String, reserved: String, seq: String
  ) -> String {
    sql(
      "billing.account.update",
      [
        ":a", ":\(prefix)l_balance \(balance)", ":\(prefix)l_reserved \(reserved)",
        ":\(prefix)l_seq \(seq)", ":\(prefix)l_head", ":\(prefix)l_lot_count", "0", "false",
      ])
  }

  /// By count and not by time: pgbench's timer is a signal, which the threads that start it mask.
  /// - Returns: pairs a second.
  func pairs(clients: Int, accounts: ClosedRange<Int>) throws -> Double {
    let tried = try pairs(clients: clients, each: 10, accounts: accounts)
    let count = Int(tried * Double(seconds)) / clients
    return try pairs(clients: clients, each: max(count, 10), accounts: accounts)
  }

  private func pairs(
    clients: Int, each count: Int, accounts: ClosedRange<Int>
  ) throws -> Double {
    let file = NSTemporaryDirectory() + "/igny8-bench-\(getpid()).sql"
    try Self.script(accounts: accounts).write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "pgbench", "-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-t", "\(count)", "-f",
      file, "\(world.settings.description) options='-c search_path=billing'",
    ]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let line = text.split(separator: "\n").first { $0.hasPrefix("tps") }
    return line.flatMap { $0.split(separator: " ").dropFirst(2).first }.flatMap { Double($0) } ?? 0
  }
}

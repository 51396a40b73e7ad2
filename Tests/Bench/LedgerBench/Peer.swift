import BenchKit
import BillingService
import Events
import Glibc
import Kernel
import Postgres
import TestKit

/// pgbench with the very statements of the service, in the round trips in which the service sends
/// them: load, then store and commit; two transactions a pair. What pgbench cannot know before the
/// trip is over (the hold's id, the entry's number) the server puts in.
struct Peer {
  let world: TestDatabase
  let server: pid_t
  let clients: Int
  let seconds: Int

  /// Numbers of pgbench's entries, behind those that the accounts have.
  static let numbers =
    "CREATE SEQUENCE billing.bench_entries START 1000000; "
    + "GRANT ALL ON SEQUENCE billing.bench_entries TO igny8_billing"

  private static let lot = "ARRAY[1]::bigint[]"
  private static let credits = "ARRAY[1]::bigint[]"
  private static let hold = "(SELECT currval('credit_holds_id_seq'))"
  private static let entry = "(SELECT currval('bench_entries'))"
  private static let head = "decode(repeat('ab', 32), 'hex')"

  private static let outbox = Outbox.commands([
    .event("credits.changed", account: AccountID(1), payload: "{}", key: "k")
  ]).map(\.0)

  private static func sql(_ name: String, _ values: [String]) -> String {
    guard let statement = (BillingQueries.all + outbox).first(where: { $0.name == name }) else {
      preconditionFailure("no statement \(name)")
    }
    var text = statement.sql
    for (index, value) in values.enumerated().reversed() {
      text = text.replacing("$\(index + 1)", with: value)
    }
    return text + ";"
  }

  private static func loading(_ holds: String, _ values: [String]) -> [String] {
    [
      "BEGIN;", "SELECT set_config('app.account_id', :a::text, true);",
      sql("billing.ledger.lock", [":a"]), sql("billing.ledger.load", [":a"]),
      sql("billing.ledger.lots", [":a"]), sql(holds, values),
    ]
  }

  private static func account(reserved: Int) -> String {
    sql("billing.account.update", [":a", "99999000", "\(reserved)", "5", head, "1", "0", "false"])
  }

  private static var authorize: [[String]] {
    let key = "('k' || :r::text)"
    let load =
      loading("billing.ledger.holds_by_key", [":a", "now()", "ARRAY[\(key)]"])
      + [sql("billing.price.find", ["ARRAY['reparse']"])]
    let store = [
      sql("billing.lot.update", [":a", "1", "99998999", "1"]),
      sql(
        "billing.hold.insert",
        [
          ":a", key, "'reparse'", "'job/1'", "1", lot, credits, "1", "'request'", "1", "NULL",
          "NULL", "now()", "now() + interval '30 minutes'",
        ]),
      account(reserved: 1),
    ]
    return [load, store + ["COMMIT;"]]
  }

  private static var capture: [[String]] {
    let load = loading(
      "billing.ledger.holds_by_id", [":a", "now()", "ARRAY[\(hold)]::bigint[]"])
    let store = [
      sql("billing.lot.update", [":a", "1", "99998999", "0"]),
      sql(
        "billing.hold.update", [":a", hold, "'captured'", "now()", "1", "0", "NULL", "now()"]),
      sql(
        "billing.entry.insert",
        [
          ":a", "nextval('bench_entries')", "'deduction'", "-1", "99998999", "'reparse'",
          "('hold/' || \(hold)::text)", "('hold/' || \(hold)::text)", hold, lot,
          "ARRAY[-1]::bigint[]", "'{}'", head, "now()",
        ]),
      account(reserved: 0),
      sql(
        "events.outbox.add",
        [
          ":a", "'event'", "'credits.changed'", "('seq/' || \(entry)::text)",
          "'{\"account_id\": 1, \"balance\": 1, \"available\": 1, \"reserved\": 1, \"seq\": 1}'",
        ]),
      sql(
        "billing.usage.insert",
        [
          ":a", entry, hold, "'reparse'", "1", "0", "0.25", "'local/draft'", "12", "34",
          "'content'", "77", "NULL", "NULL", "'{}'", "now()",
        ]),
      sql("billing.entry.by_seq", [":a", entry]),
    ]
    return [load, store + ["COMMIT;"]]
  }

  /// Authorises and captures for about so many seconds.
  /// - Parameters:
  ///   - isPipelined: the statements of a trip go out together.
  ///   - keepsPlans: Postgres plans as our sessions ask it to, not by its own rule.
  func run(
    _ accounts: ClosedRange<Int>, isPipelined: Bool = true, keepsPlans: Bool = false
  ) throws -> PGBench.Figure {
    var lines = [
      "\\set a random(\(accounts.lowerBound), \(accounts.upperBound))",
      "\\set r random(1, 1000000000000000)",
    ]
    for trip in Self.authorize + Self.capture {
      let isTogether = isPipelined && trip.count > 1
      lines += isTogether ? ["\\startpipeline"] + trip + ["\\endpipeline"] : trip
    }
    return try PGBench(world, searchPath: "billing", keepsPlans: keepsPlans, server: server).run(
      lines.joined(separator: "\n") + "\n", clients: clients, seconds: seconds)
  }
}

import BillingCore
import Events
import JSON
import Kernel

/// What other contexts are told of a ledger's changes.
///
/// - `credits.changed` {account_id, balance, reserved, available, seq}: once a transaction that
///   booked.
/// - `credits.low` {account_id, cause, percent?, required?, balance, available,
///   plan_credits_per_month}: once a crossing (`cause` "crossed") or refusal ("refused").
enum LedgerEvents {
  static func messages(of ledger: Ledger) -> [OutboxMessage] {
    var messages = ledger.changes.notices.map { notice in
      OutboxMessage.event(
        "credits.low", account: ledger.account, payload: payload(of: notice, ledger))
    }
    if let last = ledger.changes.entries.last {
      messages.append(
        .event(
          "credits.changed", account: ledger.account, payload: changed(ledger),
          key: "seq/\(last.seq)"))
    }
    return messages
  }

  private static func changed(_ ledger: Ledger) -> String {
    object { json in
      json.name("account_id")
      json.int(ledger.account.value)
      amounts(ledger, &json)
      json.name("reserved")
      json.int(ledger.reserved.value)
      json.name("seq")
      json.int(ledger.seq)
    }
  }

  private static func payload(of notice: LowNotice, _ ledger: Ledger) -> String {
    object { json in
      json.name("account_id")
      json.int(ledger.account.value)
      json.name("cause")
      switch notice {
      case .crossed(let level):
        json.string("crossed")
        json.name("percent")
        json.int(Int64(level.percent ?? 100))
      case .refused(let required, _):
        json.string("refused")
        json.name("required")
        json.int(required.value)
      }
      amounts(ledger, &json)
      json.name("plan_credits_per_month")
      json.int(ledger.terms.included.value)
    }
  }

  private static func amounts(_ ledger: Ledger, _ json: inout JSONWriter) {
    json.name("balance")
    json.int(ledger.balance.value)
    json.name("available")
    json.int(ledger.available.value)
  }

  private static func object(_ members: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    json.beginObject()
    members(&json)
    json.endObject()
    return json.text
  }
}

import Events
import JSON
import Kernel
import Postgres
import RPC

/// What other contexts tell of who did what, `audit.recorded`: payments, refunds, plans and
/// credits among it. It goes into the one log that those who answer for the account read.
enum AuditNews {
  static let kind = "audit.recorded"

  static let handlers: [String: EventConsumer.Handler] = [
    kind: { event, transaction in
      _ = try await transaction.run(AuditQueries.insertTold, try values(of: event))
    }
  ]

  /// - Throws: `RPCError` for an event that says too little.
  private static func values(of event: Event) throws -> [SQLValue] {
    let told = try JSONValue(parsing: event.payload)
    guard let action = told["action"]?.string, let object = told["object_type"]?.string else {
      throw RPCError(.invalidArgument, "The event names no action")
    }
    return [
      .id(event.account), .text(action), .int(told["user_id"]?.int), .text(object),
      .int(told["object_id"]?.int), .text(told["address"]?.string),
      .text(told["request_id"]?.string ?? ""), .json(text(told["before"])),
      .json(text(told["after"])),
      .instant(told["created_at"]?.string.flatMap { Instant(rfc3339: $0) } ?? event.createdAt),
    ]
  }

  private static func text(_ value: JSONValue?) -> String? {
    value.flatMap { $0 == .null ? nil : $0.text }
  }
}

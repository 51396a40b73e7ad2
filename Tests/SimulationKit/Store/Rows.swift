import Jobs
import Kernel
import Postgres

/// A row of `jobs`.
package struct JobRow: TableRow, Equatable {
  package var account: Int64
  var kind: String
  var payload: String
  var key: String?
  var priority: Int64
  package var state = JobState.queued
  var isDue: Bool
  var runAt: Instant?
  package var failures: Int64 = 0
  package var maxAttempts: Int64
  package var takeovers: Int64 = 0
  package var token: Int64 = 0
  var leaseOwner: String?
  var leaseUntil: Instant?
  var isCancelRequested = false
  var isWakeRequested = false
  var phase = "INIT"
  package var percentage: Int64 = 0
  var message = ""
  var current: Int64 = 0
  var total: Int64 = 0
  var items: String?
  package var checkpoint: String?
  package var result: String?
  var error: String?
  var errorCode: String?
  var createdAt: Instant
  var startedAt: Instant?
  var finishedAt: Instant?
}

/// A row of `outbox`.
package struct OutboxRow: TableRow, Equatable {
  package var account: Int64
  package var route: String
  package var kind: String
  var key: String?
  package var payload: String
  var createdAt: Instant
  /// Nil for minus infinity.
  var nextAt: Instant?
  var attempts: Int64 = 0
  var error: String?
  package var doneAt: Instant?
  package var parkedAt: Instant?
  var generation: Int64?
}

/// A row of `idempotency_keys`.
struct KeyRow: TableRow, Equatable {
  let account: Int64
  let method: String
  let key: String
  let hash: Int64
  var answer: [UInt8]?
}

/// A row of `consumed_events`.
package struct ConsumedRow: TableRow, Equatable {
  package let account: Int64
  package let consumer: String
  package let event: String
  package var refused: String?
}

/// A row of the tables that the simulated work writes: what a job is there for.
package struct EffectRow: TableRow, Equatable {
  package let account: Int64
  /// The idempotency key of the work.
  package let key: String
  /// The hold that pays; 0 for free work.
  package let hold: Int64
}

/// A row of `credit_accounts`.
package struct AccountRow: TableRow, Equatable {
  package let account: Int64
  package var balance: Int64 = 0
  package var reserved: Int64 = 0
  package var seq: Int64 = 0
  package var head: [UInt8]
  var lotCount: Int64 = 0
  var lowLevel: Int64 = 0
  var isRefusalTold = false
}

/// A row of `subscriptions`.
struct SubscriptionRow: TableRow, Equatable {
  let account: Int64
  var start: Instant
  var end: Instant
}

/// A row of `credit_lots`.
package struct LotRow: TableRow, Equatable {
  package let account: Int64
  let number: Int64
  let kind: String
  let granted: Int64
  package var free: Int64
  package var held: Int64
  let createdAt: Instant
  let expiresAt: Instant?
}

/// A row of `credit_holds`.
package struct HoldRow: TableRow, Equatable {
  package let account: Int64
  package let key: String
  /// Operation and reference.
  let texts: [String]
  /// The key of the work, as the makers of the simulation refer to it.
  package var reference: String { texts[1] }
  package let credits: Int64
  let lotNumbers: [Int64]
  let lotCredits: [Int64]
  /// Credits, unit, size of the price; site and user.
  let price: [SQLValue]
  package var state = "open"
  package var captured: Int64?
  var shortfall: Int64?
  var reason: String?
  let createdAt: Instant
  var expiresAt: Instant
  var closedAt: Instant?
}

/// A row of `credit_transactions`, with the values as they were inserted.
package struct EntryRow: TableRow, Equatable {
  package let account: Int64
  package let seq: Int64
  package let kind: String
  package let amount: Int64
  package let hold: Int64?
  let lotNumbers: [Int64]
  let lotAmounts: [Int64]
  let key: String?
  let hash: [UInt8]
  let values: [SQLValue]
}

/// A row of `credit_usage_logs`.
package struct UsageRow: TableRow, Equatable {
  package let account: Int64
  package let entrySeq: Int64
  package let hold: Int64
  package let credits: Int64
}

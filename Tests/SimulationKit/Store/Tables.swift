import Jobs
import Kernel
import Postgres

/// What a statement is run with.
struct Frame: Sendable {
  let transaction: TransactionID
  let scope: Scope
  /// The server's clock.
  let now: Instant
  /// The statement waited for a row that was not there when it began, and that it does not see.
  var isBlind = false

  /// Row-level security.
  func sees(_ account: Int64) -> Bool {
    switch scope {
    case .allAccounts: true
    case .account(let id): id.value == account
    case .none: false
    }
  }

  /// - Throws: what Postgres says of a row that the policy refuses.
  func check(_ account: Int64, _ table: String) throws {
    guard sees(account) else {
      throw PostgresError(
        .server, "new row violates row-level security policy", sqlState: "42501", table: table)
    }
  }
}

/// What a statement answers.
struct Reply: Sendable, Equatable {
  var rows: [[SQLValue]] = []
  var columns: [String]?
  var affected: Int

  init(_ rows: [[SQLValue]], columns: [String]? = nil) {
    (self.rows, self.columns, affected) = (rows, columns, rows.count)
  }

  init(affected: Int) { self.affected = affected }

  static let one = Reply(affected: 1)
  static let nothing = Reply(affected: 0)

  /// The same as a server would send it.
  func rowsOfServer() throws -> Rows {
    let names = columns ?? (0..<(rows.first?.count ?? 0)).map { Self.names[$0] }
    return try Rows(columns: names, rows, rowsAffected: affected)
  }

  private static let names = (0..<64).map { "column\($0)" }
}

/// One statement, modelled on the tables below.
typealias StatementModel = @Sendable (inout Tables, [SQLValue], Frame) throws -> Reply

/// The tables of one schema. Each schema has them all and uses some.
struct Tables: Sendable {
  var jobs = Table<JobRow>(
    key: { row in row.key.map { "\(row.account)/\($0)" } }, isLive: { !$0.state.isFinal })
  var outbox = Table<OutboxRow>(
    key: { row in row.key.map { "\(row.account)/\(row.kind)/\($0)" } },
    // Nobody reads events here, so that they are kept and not looked for.
    isLive: { $0.route == "call" && $0.doneAt == nil && $0.parkedAt == nil })
  var keys = Table<KeyRow>(
    key: { "\($0.account)/\($0.method)/\($0.key)" }, isLive: { _ in false })
  var consumed = Table<ConsumedRow>(
    key: { "\($0.account)/\($0.consumer)/\($0.event)" }, isLive: { _ in false })
  var effects = Table<EffectRow>(isLive: { _ in false })
  var accounts = Table<AccountRow>(key: { "\($0.account)" })
  var subscriptions = Table<SubscriptionRow>(key: { "\($0.account)" })
  var lots = Table<LotRow>(
    key: { "\($0.account)/\($0.number)" }, isLive: { $0.free > 0 || $0.held > 0 })
  var holds = Table<HoldRow>(
    key: { "\($0.account)/\($0.key)" }, isLive: { $0.state == "open" })
  var entries = Table<EntryRow>(key: { "\($0.account)/\($0.seq)" }, isLive: { _ in false })
  var usage = Table<UsageRow>(key: { "\($0.account)/\($0.entrySeq)" }, isLive: { _ in false })
  /// Numbers of entries by account and key.
  var entryKeys: [String: Int64] = [:]
  /// What NOTIFY says once a transaction commits.
  var notifications: [TransactionID: [(channel: String, payload: String)]] = [:]
  /// Transactions whose commit does not wait for the disk.
  var lazyCommits: Set<TransactionID> = []
  var generation: Int64 = 0
  /// A fault built in on purpose.
  var sabotage: Sabotage?
  /// Counts the chances that the fault had.
  var sabotaged = 0

  static let models: [String: StatementModel] = [JobModel.statements, HoldingModel.statements]
    .reduce(OutboxModel.statements) { $0.merging($1) { first, _ in first } }
    .merging(LedgerModel.statements) { first, _ in first }
    .merging(LedgerReading.statements) { first, _ in first }

  mutating func run(
    _ statement: String, _ values: [SQLValue], _ frame: Frame
  ) throws -> Reply {
    guard let model = Self.models[statement] else {
      preconditionFailure("the store of the simulation knows no \(statement)")
    }
    return try model(&self, values, frame)
  }

  /// What a transaction changed, in the order of the tables.
  mutating func commit(_ transaction: TransactionID) -> [Change] {
    var changes: [Change] = []
    changes += jobs.commit(transaction).map { .job($0.id, $0.old, $0.new) }
    changes += effects.commit(transaction).map { .effect($0.new) }
    changes += outbox.commit(transaction).map { .outbox($0.id, $0.old, $0.new) }
    changes += keys.commit(transaction).map { _ in .key }
    changes += consumed.commit(transaction).map { .consumed($0.new) }
    changes += entries.commit(transaction).map { .entry($0.new) }
    changes += usage.commit(transaction).map { .usage($0.new) }
    changes += holds.commit(transaction).map { .hold($0.id, $0.old, $0.new) }
    changes += lots.commit(transaction).map { .lot($0.id, $0.old, $0.new) }
    changes += accounts.commit(transaction).map { .account($0.old, $0.new) }
    changes += subscriptions.commit(transaction).map { _ in .subscription }
    return changes
  }

  mutating func rollBack(_ transaction: TransactionID) {
    jobs.rollBack(transaction)
    effects.rollBack(transaction)
    outbox.rollBack(transaction)
    keys.rollBack(transaction)
    consumed.rollBack(transaction)
    entries.rollBack(transaction)
    usage.rollBack(transaction)
    holds.rollBack(transaction)
    lots.rollBack(transaction)
    accounts.rollBack(transaction)
    subscriptions.rollBack(transaction)
    notifications[transaction] = nil
    lazyCommits.remove(transaction)
  }

  /// Takes back what a crash of the server forgot; newest first.
  mutating func forget(_ changes: [Change]) {
    for case .job(let id, let old?, _) in changes.reversed() { jobs.restore(id, to: old) }
  }
}

/// One row that a transaction made last; the number is the row's.
package enum Change: Sendable {
  case job(Int64, JobRow?, JobRow)
  case effect(EffectRow)
  case outbox(Int64, OutboxRow?, OutboxRow)
  case key
  case consumed(ConsumedRow)
  case entry(EntryRow)
  case usage(UsageRow)
  case hold(Int64, HoldRow?, HoldRow)
  case lot(Int64, LotRow?, LotRow)
  case account(AccountRow?, AccountRow)
  case subscription
}

/// Faults that the store has on request, to see that they are found.
package enum Sabotage: String, Sendable, CaseIterable {
  /// Writes of a runner that lost its job are not refused.
  case brokenFence = "broken-fence"
  /// Now and then a row of the outbox is gone after its commit.
  case lostOutboxRow = "lost-outbox-row"
  /// A hold stays open when it is captured, so that it can be captured again.
  case doubleCapture = "double-capture"
  /// An account's row is not locked while its credits change.
  case missingLock = "missing-lock"
  /// Answers under idempotency keys are not kept.
  case forgottenKey = "forgotten-key"
  /// More jobs of an account run at once than it may have.
  case unfairClaim = "unfair-claim"
}

/// Reads the values of a statement's places, `$1` first.
extension [SQLValue] {
  func int(_ place: Int) throws -> Int64 {
    guard case .int(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  func optionalInt(_ place: Int) throws -> Int64? {
    if case .null = self[place - 1] { return nil }
    return try int(place)
  }

  func text(_ place: Int) throws -> String {
    switch self[place - 1] {
    case .text(let value), .json(let value): return value
    default: throw unfit(place)
    }
  }

  func optionalText(_ place: Int) throws -> String? {
    if case .null = self[place - 1] { return nil }
    return try text(place)
  }

  func instant(_ place: Int) throws -> Instant {
    guard case .instant(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  func optionalInstant(_ place: Int) throws -> Instant? {
    if case .null = self[place - 1] { return nil }
    return try instant(place)
  }

  func bool(_ place: Int) throws -> Bool {
    guard case .bool(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  func bytes(_ place: Int) throws -> [UInt8] {
    guard case .bytes(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  func ints(_ place: Int) throws -> [Int64] {
    guard case .ints(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  func texts(_ place: Int) throws -> [String] {
    guard case .texts(let value) = self[place - 1] else { throw unfit(place) }
    return value
  }

  private func unfit(_ place: Int) -> PostgresError {
    PostgresError(.value, "$\(place) is \(self[place - 1])")
  }
}

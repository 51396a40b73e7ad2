import BillingCore
import Events
import Kernel
import Postgres
import RPC
import Cryptography

typealias Command = (Statement, [SQLValue])

/// Loads an account's ledger under its lock, lets one thing happen to it and stores what
/// changed: one transaction, two round trips. Accounts do not wait for each other.
package struct LedgerStore: Sendable {
  /// Which holds a piece of work is about, besides those whose time has passed.
  enum Wanted: Sendable {
    case none
    case keys([String])
    case ids([Int64])
  }

  /// What one piece of work came to.
  struct Outcome<Result: Sendable>: Sendable {
    let result: Result
    let ledger: Ledger
    /// Numbers of the holds that were placed, by their keys.
    let placed: [String: HoldID]
    /// Answers of the statements in `also`.
    let answers: [Rows]

    /// A hold under the number that it was stored with.
    func stored(_ hold: Hold) -> Hold { placed[hold.key].map(hold.stored) ?? hold }
  }

  let database: Database
  let time: any TimeSource
  /// Called after a commit that left events behind.
  let eventsWaiting: @Sendable () -> Void
  let terms: TermWriting

  /// - Parameter seller: who invoices the terms of plans.
  package init(
    database: Database, time: any TimeSource, seller: Party = Party(),
    eventsWaiting: @escaping @Sendable () -> Void = {}
  ) {
    (self.database, self.time, self.eventsWaiting) = (database, time, eventsWaiting)
    terms = TermWriting(invoices: InvoiceWriting(seller: seller))
  }

  /// - Parameters:
  ///   - reading: more statements to send with the load; `work` gets their answers.
  ///   - work: what happens. Its result may be a refusal: what it changed until then is stored.
  ///   - also: statements that belong to the result.
  /// - Throws: `RPCError` `.notFound` for an account without credits; `PostgresError`.
  func change<Result: Sendable>(
    _ account: AccountID, wanted: Wanted = .none, reading: [Command] = [],
    deadline: Deadline? = nil,
    _ work: @Sendable (inout Ledger, [Hold], [Rows], Instant) throws -> Result,
    also: @Sendable (Result, Ledger) -> [Command] = { _, _ in [] }
  ) async throws -> Outcome<Result> {
    let outcome = try await database.transaction(in: .account(account), deadline: deadline) {
      transaction in
      let now = time.now()
      var loaded = try await load(account, wanted, reading, at: now, in: transaction)
      let result = try work(&loaded.ledger, loaded.holds, loaded.rows, now)
      return try await store(
        result, loaded.ledger, also(result, loaded.ledger), head: loaded.head, in: transaction)
    }
    let changes = outcome.ledger.changes
    if !changes.entries.isEmpty || !changes.notices.isEmpty || changes.terms {
      eventsWaiting()
    }
    return outcome
  }

  struct Loaded {
    var ledger: Ledger
    let head: [UInt8]
    let holds: [Hold]
    let rows: [Rows]
  }

  /// - Parameter wholeTerms: for work on the subscription itself.
  func load(
    _ account: AccountID, _ wanted: Wanted, _ reading: [Command], at now: Instant,
    wholeTerms: Bool = false, in transaction: Transaction
  ) async throws -> Loaded {
    let id: SQLValue = .int(account.value)
    let loading: [Command] = [
      (LedgerQueries.lock, [id]), (LedgerQueries.load, [id]), (LedgerQueries.lots, [id]),
      holdsCommand(account, wanted, at: now),
    ]
    let rows = try await transaction.runAll(loading + reading)
    guard let row = rows[1].first else { throw RPCError.unopened }
    let found = try rows[3].map(Hold.init(row:))
    let due = found.filter { $0.state == .open && $0.expiresAt <= now }
    let isWhole = try wholeTerms || Terms.areSpecial(row, at: now)
    let terms = isWhole ? try await terms(of: account, in: transaction) : try Terms(short: row)
    let ledger = try Ledger(
      account: account, row: row, terms: terms, lots: rows[2].map(Lot.init(row:)), due: due)
    return Loaded(
      ledger: ledger, head: try row.bytes(3), holds: found.filter { wanted.names($0) },
      rows: Array(rows.dropFirst(loading.count)))
  }

  private func terms(of account: AccountID, in transaction: Transaction) async throws -> Terms {
    let row = try await transaction.run(SubscriptionQueries.terms, [.id(account)]).one()
    return try Terms(row: row)
  }

  private func holdsCommand(
    _ account: AccountID, _ wanted: Wanted, at now: Instant
  ) -> Command {
    let place: [SQLValue] = [.int(account.value), .instant(now)]
    return switch wanted {
    case .none: (LedgerQueries.holdsByID, place + [.ints([])])
    case .keys(let keys): (LedgerQueries.holdsByKey, place + [.texts(keys.unique)])
    case .ids(let ids): (LedgerQueries.holdsByID, place + [.ints(ids.unique)])
    }
  }

  /// Writes everything and commits, in one round trip. A ledger that does not add up is never
  /// stored.
  func store<Result: Sendable>(
    _ result: Result, _ ledger: Ledger, _ also: [Command], head: [UInt8],
    by doer: Doer = .system, in transaction: Transaction
  ) async throws -> Outcome<Result> {
    var ledger = ledger
    let terms = try await terms.commands(for: &ledger, by: doer, at: time.now(), in: transaction)
    guard ledger.isBalanced else {
      throw RPCError(.internal, "The account's credits do not add up", reason: "unbalanced")
    }
    var writing = LedgerWriting(ledger, head: head)
    if ledger.changes.isEmpty && also.isEmpty {
      return Outcome(result: result, ledger: ledger, placed: [:], answers: [])
    }
    let own = writing.commands()
    let rows: [Rows]
    do {
      rows = try await transaction.runLast(own + also + terms)
    } catch let error as PostgresError where error.saysHoldChanged {
      throw RPCError(.aborted, "The hold changed meanwhile", reason: "hold_changed")
    }
    var placed: [String: HoldID] = [:]
    for (index, key) in writing.insertedHolds {
      placed[key] = HoldID(try rows[index].one().int(0))
    }
    return Outcome(
      result: result, ledger: ledger, placed: placed,
      answers: Array(rows.dropFirst(own.count).prefix(also.count)))
  }

  /// Writes everything in a transaction that goes on.
  func write(_ loaded: Loaded, by doer: Doer, in transaction: Transaction) async throws {
    var ledger = loaded.ledger
    let terms = try await terms.commands(for: &ledger, by: doer, at: time.now(), in: transaction)
    guard ledger.isBalanced else {
      throw RPCError(.internal, "The account's credits do not add up", reason: "unbalanced")
    }
    var writing = LedgerWriting(ledger, head: loaded.head)
    _ = try await transaction.runAll(writing.commands() + terms)
  }

  /// Books what time has brought to one account.
  /// - Throws: as `change`.
  package func settle(_ account: AccountID) async throws {
    _ = try await change(account) { ledger, _, _, now in ledger.settle(at: now) }
  }
}

extension PostgresError {
  /// Holds change under their account's lock, so only what passes the ledger by can bring this.
  fileprivate var saysHoldChanged: Bool {
    statement == LedgerQueries.updateHold.name && sqlState == "22012"
  }
}

extension Array where Element: Hashable {
  fileprivate var unique: [Element] { count < 2 ? self : Array(Set(self)) }
}

extension LedgerStore.Wanted {
  func names(_ hold: Hold) -> Bool {
    switch self {
    case .none: false
    case .keys(let keys): keys.contains(hold.key)
    case .ids(let ids): ids.contains(hold.id.value)
    }
  }
}

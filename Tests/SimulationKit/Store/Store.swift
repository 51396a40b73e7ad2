import Kernel
import Postgres
import Synchronization

/// The one Postgres of a simulation: the tables of all schemas, its sessions, and what goes wrong
/// with both.
///
/// What is committed is durable; commits that do not wait for the disk may be lost with the server.
/// Every commit is a place where the process that asked for it may die, before it or after it.
package final class Store: Sendable {
  struct Transaction {
    let id: TransactionID
    let schema: String
    let process: Loop.Owner
    let scope: Scope
    /// A statement failed, so that it can only be rolled back.
    var isFailed = false
  }

  fileprivate struct State {
    var tables: [String: Tables] = [:]
    var transactions: [TransactionID: Transaction] = [:]
    var waiting: [TransactionID: [Trip]] = [:]
    /// Whom a transaction waits for.
    var waitsFor: [TransactionID: TransactionID] = [:]
    var lastTransaction: TransactionID = 0
    /// What a crash of the server would forget, oldest first.
    var unflushed: [(schema: String, process: Loop.Owner, changes: [Change])] = []
    var listeners: [Listener] = []
    /// Processes whose end the server has noticed.
    var dropped: Set<Loop.Owner> = []
    /// Counts the lives of the server.
    var life = 0
  }

  struct Listener {
    let process: Loop.Owner
    let channel: String
    let stream: AsyncStream<Notification>.Continuation
  }

  let loop: Loop
  /// Decides what goes wrong, and is told what was made last.
  let world: any StoreWorld
  private let state = Mutex(State())

  package init(loop: Loop, world: any StoreWorld, schemas: [String], sabotage: Sabotage? = nil) {
    (self.loop, self.world) = (loop, world)
    state.withLock { state in
      for schema in schemas {
        state.tables[schema] = Tables()
        state.tables[schema]?.sabotage = sabotage
      }
    }
  }

  // MARK: Trips

  /// A trip has arrived at the server.
  func arrive(_ trip: Trip) {
    let isLate = state.withLock { $0.dropped.contains(trip.process) }
    guard !trip.isOver, !isLate else { return }
    if let failure = world.failure(before: trip) { return lose(trip, failure) }
    switch trip.request.place {
    case .alone, .begins: begin(trip)
    case .continues(let session), .commits(let session), .rollsBack(let session):
      guard isOpen(session) else {
        return trip.reply(.failure(PostgresError(.unavailable, "the session is gone")))
      }
      trip.transaction = session
    }
    if trip.isCancelled { return fail(trip, CancellationError()) }
    go(on: trip)
  }

  private func isOpen(_ session: Int) -> Bool {
    state.withLock { $0.transactions[session] != nil }
  }

  private func begin(_ trip: Trip) {
    trip.transaction = state.withLock { state in
      state.lastTransaction += 1
      state.transactions[state.lastTransaction] = Transaction(
        id: state.lastTransaction, schema: trip.schema, process: trip.process,
        scope: trip.request.scope)
      return state.lastTransaction
    }
  }

  /// The connection broke on the way there.
  private func lose(_ trip: Trip, _ error: PostgresError) {
    switch trip.request.place {
    case .continues(let session), .commits(let session), .rollsBack(let session):
      rollBack(session)
    case .alone, .begins: break
    }
    trip.reply(.failure(error))
  }

  /// Runs a trip's statements, as far as no other transaction is in the way.
  private func go(on trip: Trip) {
    switch trip.request.place {
    case .rollsBack:
      rollBack(trip.transaction)
      return trip.reply(.success([]))
    case .alone, .begins, .continues, .commits: break
    }
    do {
      while trip.answers.count < trip.request.commands.count { try runNext(of: trip) }
    } catch let blocked as Blocked {
      trip.isBlind = blocked.isByNewRow
      return wait(trip, for: blocked.by)
    } catch {
      return fail(trip, error)
    }
    switch trip.request.place {
    case .alone, .commits: return commit(trip)
    case .begins, .continues, .rollsBack: break
    }
    trip.reply(.success(trip.answers), session: trip.transaction)
  }

  private func runNext(of trip: Trip) throws {
    let command = trip.request.commands[trip.answers.count]
    let reply = try state.withLock { state -> Reply in
      guard let transaction = state.transactions[trip.transaction] else {
        throw PostgresError(.unavailable, "the session is gone")
      }
      if transaction.isFailed {
        throw PostgresError(.server, "current transaction is aborted", sqlState: "25P02")
      }
      let frame = Frame(
        transaction: transaction.id, scope: transaction.scope,
        now: SimulatedTime.beginning + loop.now, isBlind: trip.isBlind)
      guard state.tables[trip.schema] != nil else {
        throw PostgresError(.server, "no schema \(trip.schema)", sqlState: "3F000")
      }
      return try state.run(command.statement.name, command.values, frame, trip.schema)
    }
    trip.answers.append(try reply.rowsOfServer())
    trip.isBlind = false
  }

  private func fail(_ trip: Trip, _ error: any Error) {
    if trip.request.place == .alone {
      rollBack(trip.transaction)
      return trip.reply(.failure(error))
    }
    state.withLock { $0.transactions[trip.transaction]?.isFailed = true }
    trip.reply(.failure(error), session: trip.transaction)
  }

  // MARK: Waiting

  private func wait(_ trip: Trip, for holder: TransactionID) {
    let isDeadlock = state.withLock { state in
      var next: TransactionID? = holder
      while let current = next {
        if current == trip.transaction { return true }
        next = state.waitsFor[current]
      }
      state.waitsFor[trip.transaction] = holder
      state.waiting[holder, default: []].append(trip)
      return false
    }
    if isDeadlock {
      return fail(trip, PostgresError(.server, "deadlock detected", sqlState: "40P01"))
    }
    loop.schedule(in: trip.patience, for: 0) { [self] in
      guard !trip.isOver, stopWaiting(trip) else { return }
      let error = PostgresError(.timedOut, "canceling statement due to timeout")
      fail(trip, error)
    }
  }

  /// Takes a trip out of the line; false when it does not stand there.
  private func stopWaiting(_ trip: Trip) -> Bool {
    state.withLock { state in
      guard let holder = state.waitsFor.removeValue(forKey: trip.transaction) else { return false }
      state.waiting[holder]?.removeAll { $0 === trip }
      return true
    }
  }

  /// The caller does not want the answer any more.
  func cancel(_ trip: Trip) {
    guard !trip.isOver else { return }
    if stopWaiting(trip) { return fail(trip, CancellationError()) }
    trip.isCancelled = true
  }

  private func end(_ transaction: TransactionID) {
    let trips = state.withLock { state -> [Trip] in
      state.transactions[transaction] = nil
      state.waitsFor[transaction] = nil
      let trips = state.waiting.removeValue(forKey: transaction) ?? []
      for trip in trips { state.waitsFor[trip.transaction] = nil }
      return trips
    }
    for trip in trips { go(on: trip) }
  }

  // MARK: Ends of transactions

  private func commit(_ trip: Trip) {
    let isFailed = state.withLock { $0.transactions[trip.transaction]?.isFailed ?? true }
    if isFailed {
      rollBack(trip.transaction)
      return trip.reply(.success([]))
    }
    // Only what changes something is a durable write, and so a place to die.
    let isWriting =
      trip.request.place != .alone
      || trip.request.commands.contains { !$0.statement.name.isReading }
    if isWriting, world.dies(trip.process, before: trip) { return }
    let (changes, notifications, life) = state.withLock { state in
      state.commit(trip.transaction, in: trip.schema, of: trip.process)
    }
    if !changes.isEmpty {
      world.committed(changes, in: trip.schema, by: trip)
      if state.withLock({ !$0.unflushed.isEmpty }) { flushLater(life) }
    }
    tell(notifications)
    end(trip.transaction)
    if !changes.isEmpty {
      if world.dies(trip.process, after: trip) { return }
      if let failure = world.failure(after: trip) { return trip.reply(.failure(failure)) }
    }
    trip.reply(.success(trip.answers))
  }

  private func flushLater(_ life: Int) {
    loop.schedule(in: .milliseconds(600), for: 0) { [self] in
      state.withLock { if $0.life == life { $0.unflushed = [] } }
    }
  }

  private func rollBack(_ transaction: TransactionID) {
    state.withLock { state in
      guard let schema = state.transactions[transaction]?.schema else { return }
      state.tables[schema]?.rollBack(transaction)
    }
    end(transaction)
  }

  // MARK: Ends of processes and of the server

  /// The server notices that a process is gone.
  package func drop(_ process: Loop.Owner) {
    let transactions = state.withLock { state in
      state.dropped.insert(process)
      state.listeners.removeAll { $0.process == process }
      return state.transactions.values.filter { $0.process == process }.map(\.id).sorted()
    }
    for transaction in transactions {
      dropWaiting(transaction)
      rollBack(transaction)
    }
  }

  private func dropWaiting(_ transaction: TransactionID) {
    state.withLock { state in
      guard let holder = state.waitsFor.removeValue(forKey: transaction) else { return }
      state.waiting[holder]?.removeAll { $0.transaction == transaction }
    }
  }

  /// The server dies and comes back: what was not committed is gone, and what was committed
  /// without waiting for the disk may be.
  package func crash() {
    let (trips, forgotten) = state.withLock { $0.crash() }
    for (schema, process, changes) in forgotten.reversed() {
      world.forgot(changes, in: schema, of: process)
    }
    for trip in trips {
      trip.reply(.failure(PostgresError(.unavailable, "the server went away")))
    }
    let listeners = state.withLock { $0.listeners }
    for listener in listeners {
      loop.schedule(in: .milliseconds(200), for: listener.process) {
        listener.stream.yield(.resumed)
      }
    }
  }

  // MARK: Notifications

  func listen(_ process: Loop.Owner, _ channel: String) -> AsyncStream<Notification> {
    let (stream, continuation) = AsyncStream<Notification>.makeStream(
      bufferingPolicy: .bufferingNewest(256))
    state.withLock {
      $0.listeners.append(Listener(process: process, channel: channel, stream: continuation))
    }
    loop.schedule(in: .milliseconds(1), for: process) { continuation.yield(.resumed) }
    return stream
  }

  private func tell(_ notifications: [(channel: String, payload: String)]) {
    guard !notifications.isEmpty else { return }
    let listeners = state.withLock { $0.listeners }
    for (channel, payload) in notifications {
      for listener in listeners where listener.channel == channel {
        guard let delay = world.delayOfNotification(to: listener.process) else { continue }
        loop.schedule(in: delay, for: listener.process) {
          listener.stream.yield(.received(payload))
        }
      }
    }
  }

  // MARK: For those who look on

  /// Reads a schema's tables between two steps.
  func read<Value: Sendable>(_ schema: String, _ body: (Tables) -> Value) -> Value? {
    state.withLock { $0.tables[schema].map(body) }
  }
}

extension Store.State {
  fileprivate mutating func run(
    _ statement: String, _ values: [SQLValue], _ frame: Frame, _ schema: String
  ) throws -> Reply {
    guard let reply = try tables[schema]?.run(statement, values, frame) else { return .nothing }
    return reply
  }

  fileprivate mutating func commit(
    _ transaction: TransactionID, in schema: String, of process: Loop.Owner
  ) -> (changes: [Change], notifications: [(channel: String, payload: String)], life: Int) {
    let isLazy = tables[schema]?.lazyCommits.remove(transaction) != nil
    let notifications = tables[schema]?.notifications.removeValue(forKey: transaction) ?? []
    let changes = tables[schema]?.commit(transaction) ?? []
    if !changes.isEmpty {
      // The log is written in order: a commit that waits for the disk takes along all before it.
      if isLazy { unflushed.append((schema, process, changes)) } else { unflushed = [] }
    }
    return (changes, notifications, life)
  }

  fileprivate mutating func crash() -> (
    trips: [Trip], forgotten: [(schema: String, process: Loop.Owner, changes: [Change])]
  ) {
    life += 1
    for transaction in transactions.values.sorted(by: { $0.id < $1.id }) {
      tables[transaction.schema]?.rollBack(transaction.id)
    }
    let trips = waiting.sorted { $0.key < $1.key }.flatMap(\.value)
    (transactions, waiting, waitsFor) = ([:], [:], [:])
    let forgotten = unflushed
    for (schema, _, changes) in unflushed.reversed() { tables[schema]?.forget(changes) }
    unflushed = []
    return (trips, forgotten)
  }
}

extension String {
  /// Statements that only look.
  fileprivate var isReading: Bool { Self.reading.contains(self) }

  private static let reading: Set = [
    "jobs.claim.leases", "jobs.claim.as_writer", "jobs.claim.by_index", "jobs.claim.as_lease",
    "jobs.queue.depth",
    "jobs.queue.get", "jobs.queue.find_key", "jobs.claim.next_due", "events.outbox.backlog",
    "events.idempotency.find", "billing.ledger.due", "billing.ledger.next_due",
    "billing.audit.accounts", "billing.audit.figures", "billing.entry.chain",
    "billing.entry.by_key", "billing.usage.by_key", "events.outbox.clean",
    "events.idempotency.clean", "events.consumed.clean", "jobs.queue.clean_jobs",
    "jobs.queue.clean_events",
  ]
}

/// What a store asks of the simulation around it.
package protocol StoreWorld: Sendable {
  /// Whether a process dies now, with nothing of the commit done.
  func dies(_ process: Loop.Owner, before trip: Trip) -> Bool
  /// Whether a process dies now, with the commit done and nobody told.
  func dies(_ process: Loop.Owner, after trip: Trip) -> Bool
  /// How the connection breaks before the trip does anything; nil when it holds.
  func failure(before trip: Trip) -> PostgresError?
  /// How the connection breaks after a commit; nil when it holds.
  func failure(after trip: Trip) -> PostgresError?
  /// Nil for a notification that is lost.
  func delayOfNotification(to process: Loop.Owner) -> Duration?
  func committed(_ changes: [Change], in schema: String, by trip: Trip)
  /// A crash took back what had been committed.
  func forgot(_ changes: [Change], in schema: String, of process: Loop.Owner)
}

import CPostgres
import Glibc
import Kernel

/// What the server inferred for the places of each statement; shared by all sessions of a database.
final class StatementCatalog {
  /// Statements beyond these are asked for again: composed SQL fills no memory.
  private static let mostStatements = 4_000
  private let frames: [Statement: [Oid]]
  private(set) var types: [Statement: [Oid]]
  /// Counts what was forgotten, so that sessions look whether theirs is still what it was.
  private(set) var generation = 0

  init(preamble: Preamble) {
    frames = [
      Frame.begin: [], Frame.commit: [], Frame.rollback: [],
      preamble.statement: [TypeOID.text],
    ]
    types = frames
  }

  func learn(_ statement: Statement, _ found: [Oid]) {
    if types.count >= Self.mostStatements { types = frames }
    types[statement] = found
  }

  /// The schema may have changed.
  func forget(_ commands: [Command]) {
    generation += 1
    for command in commands { types[command.statement] = frames[command.statement] }
  }
}

/// Runs one request at a time on one connection, in pipeline mode: whatever happens to a request,
/// its Sync makes the session usable for the next, or the session is lost.
///
/// Used only under the reactor's lock; never shared.
final class Session {
  enum Progress {
    case waiting
    case finished(Request, Result<[Rows], PostgresError>)
    case lost
  }

  /// What is known about a request whose connection broke.
  enum Loss {
    /// No part of it reached execution.
    case neverRan
    /// It had no effect.
    case undone(PostgresError)
    case unknown
  }

  final class Prepared {
    let name: String
    let statement: Statement
    var types: [Oid]
    /// Of the catalog, when `types` were last compared with it.
    var generation = 0
    var lastUse = 0
    init(name: String, statement: Statement, types: [Oid]) {
      (self.name, self.statement, self.types) = (name, statement, types)
    }
  }

  let id: Int
  let connection: Connection
  var lastUsed: Duration = .zero
  var isWatchedForWriting = false
  /// Only on the listener: channels asked for, and channels the server has confirmed.
  var awaitedChannels: [String] = []
  var heardChannels: [String] = []
  private let catalog: StatementCatalog
  private let preamble: Preamble
  /// 0 keeps none: each statement is parsed anew, without a name.
  private let maxPrepared: Int
  private var prepared: [Statement: Prepared] = [:]
  /// Names that the server still keeps and nobody uses; `ALL` for all there are.
  private var discarded: [String] = []
  /// The server takes no more writes; another may by now.
  private(set) var isDemoted = false
  private var useCount = 0
  private var trip = Trip()
  private(set) var execution: Execution?

  init(
    id: Int, connection: Connection, catalog: StatementCatalog, preamble: Preamble,
    maxPrepared: Int
  ) {
    (self.id, self.connection, self.catalog) = (id, connection, catalog)
    (self.preamble, self.maxPrepared) = (preamble, maxPrepared)
  }

  /// Between requests and outside a transaction, so that anybody may have it.
  var isClean: Bool {
    execution == nil && !connection.isBroken && !isDemoted
      && PQtransactionStatus(connection.handle) == PQTRANS_IDLE
  }

  var isInTransaction: Bool {
    let status = PQtransactionStatus(connection.handle)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  func start(_ request: Request) -> Progress {
    execution = Execution(request: request)
    return send()
  }

  /// The socket is ready.
  func socketIsReady() -> Progress {
    let isAlive = connection.receive() && (!connection.hasUnsent || connection.flush())
    guard execution != nil else {
      _ = PQisBusy(connection.handle)
      return isAlive && !connection.isBroken ? .waiting : .lost
    }
    let progress = advance()
    if case .waiting = progress { return isAlive && !connection.isBroken ? .waiting : .lost }
    return progress
  }

  /// What became of the running request now that the connection is lost.
  func takeLoss() -> (Request, Loss)? {
    guard let execution else { return nil }
    self.execution = nil
    return (execution.request, execution.loss(reason: connection.message))
  }

  // MARK: Sending

  private func send() -> Progress {
    guard let request = execution?.request else { return .waiting }
    let isSent: Bool
    switch request.body {
    case _ where execution?.needsRollback == true: isSent = sendRollback()
    case .script(let sql): isSent = send(script: request.opens ? preamble.script + sql : sql)
    case .question(let statement): isSent = sendQuestions([statement])
    case .commands(let commands):
      do throws(PostgresError) {
        isSent = try send(commands, of: request)
      } catch {
        if execution?.hasStartedAgain == false { return askAgain(commands) }
        execution = nil
        return .finished(request, .failure(error))
      }
    }
    guard isSent, connection.flush() else { return .lost }
    // libpq may have read while it sent.
    return advance()
  }

  private func send(script: String) -> Bool {
    execution?.phase = .script
    let handle = connection.handle
    return PQexitPipelineMode(handle) == 1 && PQsendQuery(handle, script) == 1
  }

  /// A value does not fit its place: perhaps the place has changed.
  private func askAgain(_ commands: [Command]) -> Progress {
    execution?.hasStartedAgain = true
    catalog.forget(commands)
    return send()
  }

  /// Clears a failed transaction away before its request starts again.
  private func sendRollback() -> Bool {
    execution?.needsRollback = false
    execution?.restart(.clearing)
    execution?.steps.append(.frame)
    let handle = connection.handle
    return PQsendQueryParams(handle, Frame.rollback.sql, 0, nil, nil, nil, nil, 1) == 1
      && PQpipelineSync(handle) == 1
  }

  /// The first use of a statement on this database: prepares it and asks for its places' types.
  private func sendQuestions(_ statements: [Statement]) -> Bool {
    execution?.restart(.describing)
    if let request = execution?.request, request.opens, preamble.isAlwaysSaid {
      guard sendUnnamed(preamble.script) else { return false }
      execution?.steps.append(.frame)
    }
    for statement in Set(statements) {
      forget(statement)
      let entry = newEntry(statement, [])
      guard sendPrepare(entry), PQsendDescribePrepared(connection.handle, entry.name) == 1 else {
        return false
      }
      execution?.steps.append(.describe(entry))
    }
    return PQpipelineSync(connection.handle) == 1
  }

  /// Sends a trip, or first asks for the types of places that nobody knows yet.
  private func send(
    _ commands: [Command], of request: Request
  ) throws(PostgresError) -> Bool {
    trip.begin(after: useCount)
    if request.place == .begins { try add(Frame.begin, [], .frame) }
    if request.opens, preamble.isAlwaysSaid || request.scope != .none {
      try add(preamble.statement, [.text(request.scope.setting)], .frame)
    }
    for (index, command) in commands.enumerated() {
      try add(command.statement, command.values, .command(index))
    }
    if let end = request.place.end { try add(end, [], .frame) }
    if !trip.unknown.isEmpty { return sendQuestions(trip.unknown) }
    execution?.restart(.running)
    for message in trip.messages { guard send(message) else { return false } }
    return PQpipelineSync(connection.handle) == 1
  }

  /// Puts a statement and its values into the trip; one of unknown places among the unknown.
  private func add(
    _ statement: Statement, _ values: [SQLValue], _ step: Step
  ) throws(PostgresError) {
    let entry: Prepared
    var isNew = false
    if let known = fitting(statement) ?? trip.preparing[statement] {
      entry = known
    } else if let types = catalog.types[statement] {
      entry = newEntry(statement, types)
      isNew = true
      if maxPrepared > 0 { trip.preparing[statement] = entry }
    } else {
      return trip.unknown.append(statement)
    }
    useCount += 1
    entry.lastUse = useCount
    do {
      let range = try trip.encoder.append(values, as: entry.types)
      trip.messages.append(
        Trip.Message(entry: entry, isNew: isNew, parameters: range, step: step))
    } catch {
      throw error.during(statement.name)
    }
  }

  private func send(_ message: Trip.Message) -> Bool {
    if message.isNew, !sendPrepare(message.entry) { return false }
    let range = message.parameters
    let sent = trip.encoder.withParameters(range) { values, lengths, formats in
      PQsendQueryPrepared(
        connection.handle, message.entry.name, Int32(range.count), values, lengths, formats, 1)
    }
    execution?.steps.append(message.step)
    return sent == 1
  }

  private func sendUnnamed(_ sql: String) -> Bool {
    PQsendQueryParams(connection.handle, sql, 0, nil, nil, nil, nil, 1) == 1
  }

  private func newEntry(_ statement: Statement, _ types: [Oid]) -> Prepared {
    useCount += 1
    let name = maxPrepared > 0 ? "s\(useCount)" : ""
    let entry = Prepared(name: name, statement: statement, types: types)
    entry.generation = catalog.generation
    return entry
  }

  /// What is prepared for a statement, unless its places have changed meanwhile.
  private func fitting(_ statement: Statement) -> Prepared? {
    guard let entry = prepared[statement] else { return nil }
    if entry.generation == catalog.generation { return entry }
    entry.generation = catalog.generation
    if entry.types == catalog.types[statement] { return entry }
    forget(statement)
    return nil
  }

  private func sendPrepare(_ entry: Prepared) -> Bool {
    makeRoom()
    for name in discarded {
      guard sendUnnamed("DEALLOCATE \(name)") else { return false }
      execution?.steps.append(.deallocate(name))
    }
    discarded.removeAll()
    let count = Int32(entry.types.count)
    let sql = entry.statement.sql
    guard PQsendPrepare(connection.handle, entry.name, sql, count, entry.types) == 1 else {
      return false
    }
    execution?.steps.append(.prepare(entry))
    return true
  }

  /// Drops the least recently used statements while the session holds as many as it may; never one
  /// that this trip uses.
  private func makeRoom() {
    while maxPrepared > 0, prepared.count >= maxPrepared,
      let oldest = prepared.values.min(by: { $0.lastUse < $1.lastUse }),
      oldest.lastUse <= trip.usesBefore
    { forget(oldest.statement) }
  }

  private func forget(_ statement: Statement) {
    if let entry = prepared.removeValue(forKey: statement) { discarded.append(entry.name) }
  }

  // MARK: Receiving

  /// Reads what has arrived, without waiting.
  private func advance() -> Progress {
    let handle = connection.handle
    while execution != nil {
      if PQisBusy(handle) == 1 { return connection.isBroken ? .lost : .waiting }
      guard let pointer = PQgetResult(handle) else {
        if execution?.phase == .script { return finishScript() }
        guard execution?.nextStep() == true else { return .lost }
        continue
      }
      let result = QueryResult(owning: pointer)
      switch PQresultStatus(pointer) {
      case PGRES_PIPELINE_SYNC: return finishTrip()
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: take(result)
      case PGRES_PIPELINE_ABORTED: execution?.isAnswered = true
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: takeError(result)
      default: return .lost
      }
    }
    return .waiting
  }

  private func take(_ result: QueryResult) {
    let step = execution?.currentStep
    execution?.isAnswered = true
    switch step {
    case .prepare(let entry): if maxPrepared > 0 { prepared[entry.statement] = entry }
    case .describe(let entry):
      let count = PQnparams(result.pointer)
      entry.types = (0..<count).map { PQparamtype(result.pointer, $0) }
      catalog.learn(entry.statement, entry.types)
    case .command:
      execution?.rows.append(Rows(result))
    case .frame:
      if case .commits = execution?.request.place,
        let tag = PQcmdStatus(result.pointer), strcmp(tag, "ROLLBACK") == 0
      {
        execution?.error = PostgresError(
          .server, "an earlier statement of the transaction had failed", sqlState: "25P02")
      }
    case .deallocate, nil: break
    }
  }

  private func takeError(_ result: QueryResult) {
    let error = PostgresError(result).during(execution?.currentName)
    if error.saysReadOnly {
      isDemoted = true
    } else if error.kind == .unavailable {
      execution?.takeFarewell(error)
    }
    execution?.isAnswered = true
    guard execution?.error == nil else { return }
    execution?.error = error
    if error.isStalePlan, let request = execution?.request { forgetAll(request.commands) }
  }

  /// The schema has changed, or somebody dropped what this session had prepared: one statement that
  /// does not fit says that others may not either.
  private func forgetAll(_ commands: [Command]) {
    catalog.forget(commands)
    prepared.removeAll()
    discarded = ["ALL"]
  }

  /// The Sync came back: the trip is over, the session is usable again.
  private func finishTrip() -> Progress {
    guard let current = execution else { return .waiting }
    if let error = current.error {
      if !discarded.contains("ALL") { discarded += current.leftAllocated }
      if error.isStalePlan, current.canStartAgain {
        execution?.hasStartedAgain = true
        execution?.needsRollback = current.request.place == .begins
        return send()
      }
      execution = nil
      return .finished(current.request, .failure(error))
    }
    if current.phase == .clearing { return send() }
    if current.phase == .describing, current.asksOnTheWay { return send() }
    execution = nil
    return .finished(current.request, .success(current.rows))
  }

  private func finishScript() -> Progress {
    guard let current = execution else { return .waiting }
    execution = nil
    guard PQenterPipelineMode(connection.handle) == 1 else { return .lost }
    let result: Result<[Rows], PostgresError> =
      current.error.map { .failure($0) } ?? .success([])
    return .finished(current.request, result)
  }
}

import CPostgres

/// What one message of a trip was for; the answers come in the same order.
enum Step {
  case prepare(Session.Prepared)
  case describe(Session.Prepared)
  /// BEGIN, the scope, ROLLBACK, DEALLOCATE: only success matters.
  case frame
  case command(Int)
}

/// One request on its way through a session.
struct Execution {
  enum Phase { case unsent, clearing, describing, running, script }

  let request: Request
  var phase: Phase = .unsent
  var steps: [Step] = []
  var position = 0
  /// The current step's result has come, the mark behind it not yet.
  var isAnswered = false
  var rows: [Rows] = []
  var error: PostgresError?
  /// The server said that it ends the connection, or libpq that it has ended.
  private var fatal: PostgresError?
  /// It said so before the last statement was done, so before it could commit.
  private var isUndone = false
  var hasStartedAgain = false
  var needsRollback = false

  init(request: Request) { self.request = request }

  mutating func restart(_ phase: Phase) {
    self.phase = phase
    steps.removeAll(keepingCapacity: true)
    position = 0
    isAnswered = false
    rows.removeAll()
    error = nil
  }

  mutating func takeFarewell(_ error: PostgresError) {
    guard fatal == nil else { return }
    fatal = error
    isUndone = !error.sqlState.isEmpty && !isAnswered && position < steps.count
  }

  /// False when a step ended without an answer: the two sides no longer agree.
  mutating func nextStep() -> Bool {
    guard isAnswered else { return false }
    position += 1
    isAnswered = false
    return true
  }

  /// Types were asked for only to send the commands next.
  var asksOnTheWay: Bool {
    if case .commands = request.body { return true }
    return false
  }

  var currentStep: Step? { position < steps.count ? steps[position] : nil }

  var currentStatement: Statement? {
    switch currentStep {
    case .prepare(let entry), .describe(let entry): entry.statement
    case .command(let index): request.commands[index].statement
    case .frame, nil: nil
    }
  }

  var currentName: String? { currentStatement?.name ?? request.name }

  /// Nothing of the request lasted and nobody has seen any of it.
  var canStartAgain: Bool {
    !hasStartedAgain && (request.place == .alone || request.place == .begins)
  }

  func loss(reason: String) -> Session.Loss {
    let error = fatal ?? PostgresError(.unavailable, "connection lost: \(reason)")
    let undone = Session.Loss.undone(error.during(request.name))
    switch request.place {
    case .begins where phase == .unsent || phase == .describing: return .neverRan
    case .begins, .continues, .rollsBack: return undone
    case .commits: return .unknown
    case .alone:
      if phase == .unsent || phase == .describing { return .neverRan }
      if case .commands(let commands) = request.body {
        if commands.allSatisfy({ $0.statement.onlyReads }) { return undone }
        if isUndone { return undone }
      }
      return .unknown
    }
  }
}

extension PostgresError {
  /// Reads a refusal as the server sent it.
  init(_ result: QueryResult) {
    func field(_ code: Character) -> String? {
      let value = PQresultErrorField(result.pointer, Int32(code.asciiValue ?? 0))
      return value.map { String(cString: $0) }
    }
    let state = field("C") ?? ""
    let isFatal = ["FATAL", "PANIC"].contains(field("V") ?? "FATAL")
    let kind: Kind = isFatal ? .unavailable : state == "57014" ? .timedOut : .server
    let whole = PQresultErrorMessage(result.pointer).map { String(cString: $0).trimmed }
    self.init(
      kind, field("M") ?? whole ?? "", sqlState: state, detail: field("D"),
      constraint: field("n"), table: field("t"))
    routine = field("R")
  }

  /// The prepared statement no longer fits the schema, or the server does not know it any more.
  var isStalePlan: Bool {
    (sqlState == "0A000" && routine == "RevalidateCachedQuery") || sqlState == "26000"
  }
}

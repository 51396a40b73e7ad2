import CPostgres

/// What one message of a trip was for; the answers come in the same order.
enum Step {
  case prepare(Session.Prepared)
  case describe(Session.Prepared)
  case deallocate(String)
  /// BEGIN, the scope, ROLLBACK: only success matters.
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
  /// The first error of the trip.
  var error: PostgresError? {
    didSet { if error != nil { failedAt = position } }
  }
  private(set) var failedAt: Int?
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
    (error, failedAt) = (nil, nil)
  }

  mutating func takeFarewell(_ error: PostgresError) {
    guard fatal == nil else { return }
    fatal = error
    isUndone = error.isServersOwnEnd && !isAnswered && position < steps.count
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
    case .deallocate, .frame, nil: nil
    }
  }

  /// What the failed trip was to deallocate and did not reach.
  var leftAllocated: [String] {
    steps.dropFirst(failedAt ?? steps.count).compactMap {
      if case .deallocate(let name) = $0 { name } else { nil }
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
    case .commits: return isUndone && position < steps.count - 1 ? undone : .unknown
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
    let isGone = ["FATAL", "PANIC"].contains(field("V") ?? "FATAL") || state == Self.readOnly
    let kind: Kind = isGone ? .unavailable : state == "57014" ? .timedOut : .server
    let whole = PQresultErrorMessage(result.pointer).map { String(cString: $0).trimmed }
    self.init(
      kind, field("M") ?? whole ?? "", sqlState: state, detail: field("D"),
      constraint: field("n"), table: field("t"))
    routine = field("R")
  }

  /// The prepared statement no longer fits the schema, or the server does not know it any more; or
  /// the types of its places are no longer those it was prepared with.
  var isStalePlan: Bool {
    if sqlState == "0A000" { return routine == "RevalidateCachedQuery" }
    return ["26000", "42804", "42846", "42883", "22P03"].contains(sqlState)
  }

  /// The server has become a standby.
  var saysReadOnly: Bool { sqlState == Self.readOnly }
  private static let readOnly = "25006"

  /// The session's own process ended it, which ended the transaction with it. A pooler in between
  /// says less: it may have lost the server after the commit.
  var isServersOwnEnd: Bool { sqlState.hasPrefix("57P") || sqlState == "25P03" }
}

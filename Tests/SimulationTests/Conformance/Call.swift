import Kernel

@testable import Postgres
@testable import SimulationKit

/// A statement with its values, as the model and Postgres both get it.
struct Call: Sendable {
  let statement: Statement
  let values: [SQLValue]

  init(_ statement: Statement, _ values: [SQLValue] = []) {
    (self.statement, self.values) = (statement, values)
  }
}

/// What came of some calls, in words that can be compared.
enum Outcome: Equatable, Sendable {
  /// Of each call its rows and how many it changed or found.
  case answered([Answered])
  case refused(statement: String?, sqlState: String, constraint: String?)

  struct Answered: Equatable, Sendable {
    let rows: [String]
    let affected: Int

    init(_ rows: Rows, of call: Call) throws {
      affected = rows.rowsAffected
      let lines = try rows.map { try $0.words(of: call.statement.name) }
      self.rows = Self.ordered.contains(call.statement.name) ? lines : lines.sorted()
    }

    /// Statements that say in which order their rows come.
    private static let ordered: Set = ["billing.audit.accounts", "billing.entry.chain"]
  }

  init(_ error: PostgresError) {
    self = .refused(
      statement: error.statement, sqlState: error.sqlState, constraint: error.constraint)
  }
}

extension Row {
  /// Each column in words: a number is a number, however many bytes hold it.
  fileprivate func words(of statement: String) throws -> String {
    try (0..<columnCount).map { column in
      if isNull(column) { return "null" }
      // By the server's own clock.
      if statement == "events.outbox.claim", column == 5 { return "now" }
      return try word(column)
    }.joined(separator: " | ")
  }

  private func word(_ column: Int) throws -> String {
    switch typeID(column) {
    case TypeOID.bool: "\(try bool(column))"
    case TypeOID.int2, TypeOID.int4, TypeOID.int8: "\(try int(column))"
    case TypeOID.timestamptz: "\(try instant(column).microseconds) us"
    case TypeOID.bytea: "\(try bytes(column))"
    case TypeOID.int8Array: "\(try ints(column))"
    case TypeOID.textArray: "\(try texts(column))"
    default: "'\(try text(column))'"
    }
  }
}

/// Calls on their way through the model.
struct ModelledCalls {
  let calls: [Call]
  var frame: SimulationKit.Frame
  private var answered: [Outcome.Answered] = []
  private(set) var refusal: Outcome?

  init(_ calls: [Call], _ frame: SimulationKit.Frame) { (self.calls, self.frame) = (calls, frame) }

  var outcome: Outcome { refusal ?? .answered(answered) }

  /// Goes on as far as nobody is in the way, who is named otherwise.
  mutating func advance(on tables: inout Tables) throws -> TransactionID? {
    while answered.count < calls.count, refusal == nil {
      let call = calls[answered.count]
      do {
        let reply = try tables.run(call.statement.name, call.values, frame)
        answered.append(try Outcome.Answered(try reply.rowsOfServer(), of: call))
        frame.isBlind = false
      } catch let blocked as Blocked {
        frame.isBlind = blocked.isByNewRow
        return blocked.by
      } catch let error as PostgresError {
        refusal = Outcome(error.during(call.statement.name))
      }
    }
    return nil
  }
}

import Kernel
import TestKit
import Testing

@testable import Postgres
@testable import SimulationKit

/// The model of a schema and a real Postgres with the same schema, asked the same.
struct Twins {
  enum Place {
    case alone(Scope)
    case begins(Scope)
    case continues(TransactionID)
  }

  /// They came to differ; what follows says nothing.
  struct Differ: Error, CustomStringConvertible {
    let description: String
  }

  private struct Session {
    let scope: Scope
    let number: Int
  }

  private let database: Database
  private let chance: SeededChance
  /// Tables whose rows have numbers, with the latest.
  private let numbers: @Sendable (Tables) -> [String: Int64]
  private(set) var tables = Tables()
  private var sessions: [TransactionID: Session] = [:]
  private var lastTransaction: TransactionID = 0
  /// How many times statements were asked, and how many of these they found or changed something.
  private(set) var asked: [String: Int] = [:]
  private(set) var effective: [String: Int] = [:]
  private(set) var waits = 0
  private(set) var refusals: [String: Int] = [:]

  init(
    _ database: Database, _ chance: SeededChance,
    numbers: @escaping @Sendable (Tables) -> [String: Int64]
  ) {
    (self.database, self.chance, self.numbers) = (database, chance, numbers)
  }

  /// Transactions that are open, oldest first.
  var open: [TransactionID] { sessions.keys.sorted() }

  /// Runs calls in one round trip. If they have to wait for another transaction, that one is ended.
  /// - Returns: the transaction that is open now, if one is.
  @discardableResult
  mutating func run(_ calls: [Call], _ place: Place) async throws -> TransactionID? {
    let (id, scope, real) = enter(place)
    let frame = SimulationKit.Frame(transaction: id, scope: scope, now: Instant(microseconds: 0))
    var modelled = ModelledCalls(calls, frame)
    let ask = { [database] in try await database.ask(calls, real, scope) }
    let (outcome, session): (Outcome, Int?)
    if let blocker = try modelled.advance(on: &tables) {
      let task = Task { try await ask() }
      try await letSomebodyWait(calls)
      try await end(blocker)
      let other = try modelled.advance(on: &tables)
      guard other == nil else { throw Differ(description: "\(names(calls)) waits for ever") }
      (outcome, session) = try await task.value
    } else {
      (outcome, session) = try await ask()
    }
    guard outcome == modelled.outcome else {
      throw Differ(
        description: """
          \(calls.map { "\($0.statement.name) \($0.values)" }.joined(separator: "\n"))
          in \(scope), \(place)
          Postgres: \(outcome)
          model:    \(modelled.outcome)
          """)
    }
    count(calls, outcome)
    return try await leave(place, id, scope, session, outcome)
  }

  /// Commits a transaction in both, or rolls it back.
  mutating func end(_ id: TransactionID) async throws {
    try await end(id, commits: chance.below(3) > 0)
  }

  private mutating func end(_ id: TransactionID, commits: Bool) async throws {
    guard let session = sessions.removeValue(forKey: id) else { return }
    let place = commits ? Request.Place.commits(session.number) : .rollsBack(session.number)
    _ = try await database.send(.commands([]), place, session.scope, nil).result.get()
    if commits { _ = tables.commit(id) } else { tables.rollBack(id) }
  }

  // MARK: Steps of a run

  private mutating func enter(_ place: Place) -> (TransactionID, Scope, Request.Place) {
    if case .continues(let id) = place, let session = sessions[id] {
      return (id, session.scope, .continues(session.number))
    }
    lastTransaction += 1
    switch place {
    case .begins(let scope): return (lastTransaction, scope, .begins)
    case .alone(let scope): return (lastTransaction, scope, .alone)
    case .continues: return (lastTransaction, .none, .alone)
    }
  }

  private mutating func leave(
    _ place: Place, _ id: TransactionID, _ scope: Scope, _ session: Int?, _ outcome: Outcome
  ) async throws -> TransactionID? {
    if let session { sessions[id] = Session(scope: scope, number: session) }
    if case .refused = outcome {
      if session == nil { tables.rollBack(id) }
      try await end(id, commits: false)
      try await number()
      return nil
    }
    if case .alone = place { _ = tables.commit(id) }
    return session == nil ? nil : id
  }

  /// Which numbers refused rows used up is nobody's business.
  private func number() async throws {
    for (table, last) in numbers(tables) {
      let values: [SQLValue] = [.text(table), .int(last)]
      _ = try await database.run(Self.setNumber, values, in: .allAccounts)
    }
  }

  private static let setNumber = Statement(
    "test.twins.set_number",
    """
    SELECT setval(pg_get_serial_sequence($1, 'id'), greatest($2::bigint, 1), $2::bigint > 0)
    """)

  private mutating func letSomebodyWait(_ calls: [Call]) async throws {
    waits += 1
    let time = RealTime()
    let begin = time.monotonic()
    while time.monotonic() - begin < .seconds(20) {
      if try await database.run(Self.waiting, in: .none).one().int(0) > 0 { return }
      try await time.sleep(for: .milliseconds(1))
    }
    throw Differ(description: "\(names(calls)) does not wait in Postgres")
  }

  private static let waiting = Statement(
    "test.twins.waiting",
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
    """)

  private func names(_ calls: [Call]) -> String {
    calls.map(\.statement.name).joined(separator: " ")
  }

  private mutating func count(_ calls: [Call], _ outcome: Outcome) {
    switch outcome {
    case .answered(let answers):
      for (call, answer) in zip(calls, answers) {
        asked[call.statement.name, default: 0] += 1
        if answer.affected > 0 { effective[call.statement.name, default: 0] += 1 }
      }
    case .refused(let statement, let sqlState, let constraint):
      asked[statement ?? "", default: 0] += 1
      refusals[constraint ?? sqlState, default: 0] += 1
    }
  }
}

extension Database {
  /// What the server says; waits no longer than half a minute for what the model does not wait for.
  fileprivate func ask(
    _ calls: [Call], _ place: Request.Place, _ scope: Scope
  ) async throws -> (Outcome, session: Int?) {
    let commands = calls.map { Command(statement: $0.statement, values: $0.values) }
    let answer = try await send(
      .commands(commands), place, scope, Deadline(in: .seconds(300), of: RealTime()))
    switch answer.result {
    case .success(let rows):
      let answered = try zip(rows, calls).map { try Outcome.Answered($0, of: $1) }
      return (.answered(answered), answer.session)
    case .failure(let error as PostgresError): return (Outcome(error), answer.session)
    case .failure(let error): throw error
    }
  }
}

import Kernel
import Postgres
import Synchronization
import Telemetry

/// Times, rows and failures of SQL statements, by their names.
final class DatabaseFigures: DatabaseObserver {
  private struct Statement {
    let seconds: Histogram
    let rows: Counter
    var failures: [StatementFault: Counter] = [:]
  }

  /// Names beyond these count together as `other`.
  private static let mostNames = 1_000

  private let metrics: Metrics
  private let statements = Mutex<[String: Statement]>([:])

  init(_ metrics: Metrics) { self.metrics = metrics }

  func statementEnded(_ name: String, took: Duration, rows: Int, fault: StatementFault?) {
    let (statement, failures) = figures(of: name, fault)
    statement.seconds.record(took)
    statement.rows.add(UInt64(max(0, rows)))
    failures?.add()
  }

  private func figures(of name: String, _ fault: StatementFault?) -> (Statement, Counter?) {
    statements.withLock { statements in
      if fault == nil, let known = statements[name] { return (known, nil) }
      let name = statements[name] != nil || statements.count < Self.mostNames ? name : "other"
      var statement = statements[name] ?? make(name)
      if let fault, statement.failures[fault] == nil {
        statement.failures[fault] = metrics.counter(
          "igny8_statement_failures_total", "SQL statements that failed, by why.",
          ["statement": name, "why": fault.rawValue])
      }
      statements[name] = statement
      return (statement, fault.flatMap { statement.failures[$0] })
    }
  }

  private func make(_ name: String) -> Statement {
    Statement(
      seconds: metrics.histogram(
        "igny8_statement_seconds", "Time of an SQL statement, the wait for a session included.",
        ["statement": name], bounds: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]),
      rows: metrics.counter(
        "igny8_statement_rows_total", "Rows that SQL statements returned or changed.",
        ["statement": name]))
  }
}

extension Database {
  /// Adds the pool's figures to a registry.
  func register(in metrics: Metrics) {
    let sessions = "Sessions of the database pool, by what they do."
    let kinds: [(String, @Sendable (PoolFigures) -> Int)] = [
      ("in_use", { $0.inUse }), ("idle", { $0.idle }), ("connecting", { $0.connecting }),
    ]
    for (kind, count) in kinds {
      metrics.observe("igny8_database_sessions", sessions, ["state": kind]) { [weak self] in
        self.map { Double(count($0.figures)) } ?? 0
      }
    }
    metrics.observe("igny8_database_waiting", "Callers who wait for a session.") { [weak self] in
      Double(self?.figures.waiting ?? 0)
    }
    let totals: [(String, String, @Sendable (PoolFigures) -> UInt64)] = [
      ("requests", "Callers who wanted a session.", { $0.requested }),
      ("opened", "Database sessions opened.", { $0.opened }),
      ("open_failures", "Attempts to open a database session that failed.", { $0.failed }),
      ("lost", "Database sessions that broke or were given up.", { $0.lost }),
      ("exhausted", "Callers refused because every session stayed busy.", { $0.exhausted }),
    ]
    for (name, help, count) in totals {
      metrics.observe("igny8_database_\(name)_total", help) { [weak self] in
        self.map { Double(count($0.figures)) } ?? 0
      }
    }
  }
}

import Kernel
import Postgres
import RPC
import Synchronization
import Telemetry

/// Times and failures of SQL statements, by their names.
final class DatabaseFigures: DatabaseObserver {
  private struct Statement {
    let seconds: Histogram
    let failures: Counter
  }

  private let metrics: Metrics
  private let statements = Mutex<[String: Statement]>([:])

  init(_ metrics: Metrics) { self.metrics = metrics }

  func statementEnded(_ name: String, took: Duration, failure: PostgresError.Kind?) {
    let statement = statements.withLock { statements in
      if let found = statements[name] { return found }
      let made = Statement(
        seconds: metrics.histogram(
          "igny8_statement_seconds", "Time of an SQL statement, the wait for a session included.",
          ["statement": name], bounds: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]),
        failures: metrics.counter(
          "igny8_statement_failures_total", "SQL statements that failed.", ["statement": name]))
      statements[name] = made
      return made
    }
    statement.seconds.record(took)
    if failure != nil { statement.failures.add() }
  }
}

extension RPCServer {
  /// Adds the server's figures to a registry.
  func register(in metrics: Metrics) {
    let counters = counters
    metrics.observe("igny8_rpc_started_total", "Handlers started.") {
      Double(counters.figures.started)
    }
    metrics.observe("igny8_rpc_failed_total", "Handlers that ended in an error.") {
      Double(counters.figures.failed)
    }
    metrics.observe("igny8_rpc_timed_out_total", "Handlers stopped by their deadline.") {
      Double(counters.figures.timedOut)
    }
    metrics.observe("igny8_rpc_in_flight", "Handlers running now.") {
      Double(counters.figures.inFlight)
    }
    metrics.observe(
      "igny8_rpc_handshakes_failed_total", "Connections that came to nothing for want of TLS."
    ) { Double(counters.figures.handshakesFailed) }
    for refusal in Refusal.allCases {
      metrics.observe(
        "igny8_rpc_refused_total", "Calls refused before any handler.", ["why": refusal.rawValue]
      ) { Double(counters.figures.refused[refusal] ?? 0) }
    }
  }
}

extension TLSCredentials {
  /// Adds the certificate's figures to a registry.
  func register(in metrics: Metrics) {
    metrics.observe(
      "igny8_tls_certificate_remaining_seconds",
      "How long the service's certificate is still good; negative once it has expired."
    ) { Double(self.remaining.components.seconds) }
    metrics.observe("igny8_tls_reloads_total", "New TLS files taken.") {
      Double(self.figures.reloads)
    }
    metrics.observe("igny8_tls_faults_total", "New TLS files that could not be used.") {
      Double(self.figures.faults)
    }
  }
}

import RPC
import Telemetry

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

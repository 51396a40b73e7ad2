/// How a server listens and what it takes.
package struct RPCServerSettings: Sendable {
  /// Interface to listen on.
  package var host: String
  /// 0 lets the system choose.
  package var port: Int
  /// Longest request and longest reply, in bytes.
  package var maxMessageBytes: Int
  /// Handlers running at once for one connection; more are answered `.resourceExhausted` at once.
  package var maxInFlightPerConnection: Int
  /// A connection is pinged before it has been silent so long; twice that without a word closes it.
  package var keepalive: Duration
  /// What this service proves itself with; nil for plain TCP.
  package var tls: TLSCredentials?
  /// With TLS: the services that may call this one.
  package var callers: Set<String> = []
  /// With TLS: connections that may be in their handshake at once, at some 50 KB each; further ones
  /// are closed.
  package var maxHandshakes = 512

  package init(
    host: String = "127.0.0.1", port: Int = 0, maxMessageBytes: Int = 8 << 20,
    maxInFlightPerConnection: Int = 1024, keepalive: Duration = .seconds(15)
  ) {
    (self.host, self.port, self.maxMessageBytes) = (host, port, maxMessageBytes)
    self.maxInFlightPerConnection = maxInFlightPerConnection
    self.keepalive = keepalive
  }
}

import Kernel

/// Where a service is and how patient its callers are.
package struct RPCClientSettings: Sendable {
  /// `host:port,host:port`; a host may be a name that stands for several addresses.
  package var addresses: String
  /// The service's name, for errors and logs; with TLS also whose certificate it must show.
  package var name: String
  /// What this process proves itself with; nil for plain TCP.
  package var tls: TLSCredentials?
  /// Longest reply or item, in bytes.
  package var maxMessageBytes: Int
  /// Bounds connecting, and after that the wait until the server has introduced itself.
  package var connectTimeout: Duration
  /// Tries of one call at most, the first included.
  package var maxAttempts: Int
  /// Retries allowed as a share of the calls that go well (0.2: one for five).
  package var retryShare: Double
  /// The wait between tries of one call and between tries to connect.
  package var backoff: Backoff
  /// Tries to connect that may fail in a row before the breaker opens.
  package var failuresToTrip: Int
  /// How long an open breaker keeps callers away.
  package var breakerPause: Backoff
  /// How long a name's addresses are good for.
  package var resolveInterval: Duration
  /// The same after a connection has failed.
  var doubtfulInterval: Duration { min(resolveInterval, .milliseconds(500)) }
  /// A connection is pinged before it has been silent so long; twice that without a word closes it.
  package var keepalive: Duration

  package init(
    addresses: String, name: String = "the service", maxMessageBytes: Int = 8 << 20,
    connectTimeout: Duration = .seconds(2), maxAttempts: Int = 4, retryShare: Double = 0.2,
    backoff: Backoff = Backoff(base: .milliseconds(50), limit: .seconds(1)),
    failuresToTrip: Int = 6,
    breakerPause: Backoff = Backoff(base: .milliseconds(250), limit: .seconds(1)),
    resolveInterval: Duration = .seconds(5), keepalive: Duration = .seconds(15)
  ) {
    (self.addresses, self.name, self.maxMessageBytes) = (addresses, name, maxMessageBytes)
    (self.connectTimeout, self.maxAttempts) = (connectTimeout, maxAttempts)
    (self.retryShare, self.backoff) = (retryShare, backoff)
    (self.failuresToTrip, self.breakerPause) = (failuresToTrip, breakerPause)
    (self.resolveInterval, self.keepalive) = (resolveInterval, keepalive)
  }
}

import EdgeCore
import Settings

/// What the edge can be told.
package struct EdgeSettings: ServiceSettings {
  package var httpHost: String
  /// 0 lets the system choose.
  package var httpPort: Int
  /// Connections at a time; further ones wait until one ends.
  package var httpConnections: Int
  /// How long a connection may say nothing, within a request or between two.
  package var httpIdleTimeout: Duration
  /// How long a request may take to come in, and how long a client may take nothing of its answer.
  package var httpPatience: Duration
  /// Where clients and readers find this edge, without a slash at the end.
  package var publicURL: String
  /// Origins whose pages may call the API.
  package var corsOrigins: [String]
  /// Scope limits are counted and told, but bind nobody.
  package var debugThrottle: Bool
  /// Errors tell what happened inside.
  package var debug: Bool
  /// Peers whose `X-Forwarded-*` headers are believed.
  package var trustedProxies: [String]
  /// Who makes access tokens, and for whom: as `auth` has it.
  package var tokenIssuer: String
  package var tokenAudience: String
  /// By scope.
  package var rates: [String: ThrottleRate]
  /// For all of an account's requests together.
  package var ceiling: ThrottleRate

  package init(reading settings: SettingsReader) {
    httpHost = settings.string("IGNY8_HTTP_HOST", default: "127.0.0.1")
    httpPort = settings.port("IGNY8_HTTP_PORT", default: 8_080)
    httpConnections = settings.int("IGNY8_HTTP_CONNECTIONS", default: 10_000, in: 1...1_000_000)
    httpIdleTimeout = settings.duration("IGNY8_HTTP_IDLE_TIMEOUT", default: .seconds(60))
    httpPatience = settings.duration("IGNY8_HTTP_PATIENCE", default: .seconds(120))
    let url = settings.string("IGNY8_PUBLIC_URL", default: "http://localhost:8080")
    publicURL = url.hasSuffix("/") ? String(url.dropLast()) : url
    corsOrigins = settings.list("IGNY8_CORS_ORIGINS")
    debugThrottle = settings.bool("IGNY8_DEBUG_THROTTLE", default: false)
    debug = settings.bool("IGNY8_DEBUG", default: false)
    trustedProxies = settings.list("IGNY8_TRUSTED_PROXIES")
    tokenIssuer = settings.string("IGNY8_AUTH_TOKEN_ISSUER", default: "igny8")
    tokenAudience = settings.string("IGNY8_AUTH_TOKEN_AUDIENCE", default: "igny8-api")
    rates = Dictionary(
      uniqueKeysWithValues: ThrottleRate.defaults.map { scope, rate in
        (scope, Self.rate(settings, scope.uppercased(), rate))
      })
    ceiling = Self.rate(settings, "ACCOUNT", ThrottleRate(6_000))
  }

  private static func rate(
    _ settings: SettingsReader, _ scope: String, _ fallback: ThrottleRate
  ) -> ThrottleRate {
    let name = "IGNY8_THROTTLE_\(scope)"
    if let rate = ThrottleRate(settings.string(name, default: fallback.description)) { return rate }
    settings.refuse(name, "is no rate such as 60/min")
    return fallback
  }
}

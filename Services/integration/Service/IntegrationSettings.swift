import Kernel
import Cryptography
import Settings

/// What an operator may set.
package struct IntegrationSettings: ServiceSettings {
  /// Where the hosted sites are seen, without a slash at the end.
  package var publicURL = "http://127.0.0.1:8080"
  /// Seal the keys of providers; nil where no key can be kept.
  package var secretKeys: SecretKeys?
  package var outbound = OutboundSettings()
  package var providers = ProviderLimits()

  package init() {}

  package init(reading settings: SettingsReader) {
    let url = settings.string("IGNY8_PUBLIC_URL", default: publicURL)
    publicURL = url.hasSuffix("/") ? String(url.dropLast()) : url
    outbound = OutboundSettings(reading: settings)
    providers = ProviderLimits(reading: settings)
    let keys = settings.secret("IGNY8_SECRETS_KEYS")
    guard !keys.isEmpty else { return }
    do {
      secretKeys = try SecretKeys(parsing: keys.value)
    } catch {
      settings.refuse("IGNY8_SECRETS_KEYS", "is not id:hex,…")
    }
  }
}

/// Where requests to addresses that users give may go.
package struct OutboundSettings: Sendable {
  /// `host` or `host:port` that may be reached although they are private.
  package var allowedHosts: Set<String> = []
  package var connectTimeout: Duration = .seconds(10)

  package init() {}

  init(reading settings: SettingsReader) {
    allowedHosts = Set(settings.list("IGNY8_OUTBOUND_ALLOW").map { $0.lowercased() })
    connectTimeout = settings.duration(
      "IGNY8_OUTBOUND_CONNECT_TIMEOUT", default: connectTimeout)
  }
}

/// How much is asked of providers, and how patiently.
package struct ProviderLimits: Sendable {
  /// Calls of one account under way at once.
  package var perAccount = 8
  /// Calls of one provider under way at once, in this process.
  package var perProvider = 64
  /// The longest that one try may take.
  package var tryTimeout: Duration = .seconds(120)
  package var tries = 4
  package var backoff = Backoff(base: .seconds(1), limit: .seconds(20))
  /// Failures in a row after which a provider is left alone for a while.
  package var failuresToTrip = 5
  package var pause: Duration = .seconds(30)
  /// Where OpenAI is.
  package var openAI = "https://api.openai.com/v1"

  package init() {}

  init(reading settings: SettingsReader) {
    perAccount = settings.int("IGNY8_AI_PER_ACCOUNT", default: perAccount, in: 1...1_000)
    perProvider = settings.int("IGNY8_AI_PER_PROVIDER", default: perProvider, in: 1...10_000)
    tryTimeout = settings.duration("IGNY8_AI_TRY_TIMEOUT", default: tryTimeout)
    tries = settings.int("IGNY8_AI_TRIES", default: tries, in: 1...10)
    backoff.base = settings.duration("IGNY8_AI_BACKOFF", default: backoff.base)
    failuresToTrip = settings.int(
      "IGNY8_AI_FAILURES_TO_TRIP", default: failuresToTrip, in: 1...1_000)
    pause = settings.duration("IGNY8_AI_PAUSE", default: pause)
    openAI = settings.string("IGNY8_OPENAI_URL", default: openAI)
  }
}

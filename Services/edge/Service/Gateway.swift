import AuthContract
import EdgeCore
import Kernel
import Logging
import RPC
import Telemetry

/// The public door: takes a request, finds who asks what, has the service answer and says it in
/// HTTP.
package struct Gateway: Sendable {
  let settings: EdgeSettings
  let index: RouteIndex
  let callers: [String: any RPCCaller]
  let authenticator: Authenticator
  let throttle: Throttle
  let crossOrigin: CrossOrigin
  let pages: SystemPages
  let sites: HostedSites
  let time: any TimeSource
  let chance: any Chance
  let log: Logger
  let figures: GatewayFigures

  /// - Parameter callers: by context; `auth` and `writer` must be there.
  package init(
    settings: EdgeSettings, callers: [String: any RPCCaller], counters: any ThrottleCounters,
    time: any TimeSource, chance: any Chance, log: Logger, metrics: Metrics = Metrics()
  ) throws {
    guard let auth = callers["auth"], let writer = callers["writer"] else {
      throw RPCError(.internal, "the edge needs auth and writer")
    }
    (self.settings, self.callers, self.time, self.chance) = (settings, callers, time, chance)
    (self.log, index, figures) = (log, RouteIndex(), GatewayFigures(metrics))
    authenticator = Authenticator(auth: AuthClient(auth), settings: settings, time: time)
    throttle = Throttle(
      counters: counters, rates: settings.rates, ceiling: settings.ceiling,
      isOff: settings.debugThrottle || settings.debug, failures: figures.uncounted)
    crossOrigin = CrossOrigin(origins: Set(settings.corsOrigins))
    pages = SystemPages(callers: callers, time: time)
    sites = HostedSites(auth: auth, writer: writer, publicURL: settings.publicURL, time: time)
  }

  /// Answers any request whatever.
  package func answer(_ ask: Ask) async -> Answer {
    let began = time.monotonic()
    var exchange = Exchange(ask, settings: settings, chance: chance)
    var answer: Answer
    do {
      answer = try await self.answer(&exchange)
    } catch {
      answer = refuse(error, exchange)
    }
    decorate(&answer, exchange)
    let took = time.monotonic() - began
    figures.answered(answer.status, took)
    log.info(
      "request",
      metadata: [
        "request_id": "\(exchange.requestID)", "trace_id": "\(exchange.trace.traceID)",
        "method": "\(ask.method)", "path": "\(ask.path)", "view": "\(exchange.view)",
        "status": "\(answer.status)", "ms": "\(took.milliseconds)",
      ])
    return answer
  }

  private func answer(_ exchange: inout Exchange) async throws -> Answer {
    let ask = exchange.ask
    guard let segments = ask.segments else { throw Refusal(400, "Malformed path") }
    if ask.method == "OPTIONS" {
      let isPage = segments.first != "api"
      return try crossOrigin.options(ask, isPage ? ["GET", "OPTIONS"] : index.methods(segments))
    }
    switch segments.first {
    case "healthz" where segments.count == 1:
      return Answer(200, type: "text/plain", Array("ok\n".utf8))
    case "api":
      if let redirect = Self.slashRedirect(ask) { return redirect }
      return try await api(&exchange, segments)
    case "s" where segments.count > 1:
      exchange.view = "site"
      let isFile = segments.count > 2 && segments.last?.contains(".") == true
      if !isFile, let redirect = Self.slashRedirect(ask) { return redirect }
      return try await sites.answer(exchange, Array(segments.dropFirst()))
    case nil:
      return Answer(302, headers: [("Location", SystemPage.docs.rawValue)])
    default:
      return Answer(404, type: "text/html; charset=utf-8", Array(SitePages.missing().utf8))
    }
  }

  private static func slashRedirect(_ ask: Ask) -> Answer? {
    guard !ask.path.hasSuffix("/") else { return nil }
    let query = ask.query.items.isEmpty ? "" : "?" + ask.query.text
    // Two slashes at the start would name another host.
    let path = "/" + ask.path.drop { $0 == "/" }
    return Answer(308, headers: [("Location", path + "/" + query)])
  }

  private func refuse(_ error: any Error, _ exchange: Exchange) -> Answer {
    let refusal: Refusal
    switch error {
    case let known as Refusal: refusal = known
    case let call as RPCError: refusal = Refusal(call)
    default: refusal = Refusal(500)
    }
    if refusal.status >= 500 {
      log.warning(
        "request failed",
        metadata: [
          "request_id": "\(exchange.requestID)", "view": "\(exchange.view)", "reason": "\(error)",
        ])
    }
    let note = DebugNote(
      error: error, view: exchange.view, path: exchange.ask.path, method: exchange.ask.method)
    return refusal.answer(requestID: exchange.requestID, debug: settings.debug ? note : nil)
  }

  private func decorate(_ answer: inout Answer, _ exchange: Exchange) {
    answer.set("X-Request-ID", exchange.requestID)
    answer.set("X-Content-Type-Options", "nosniff")
    if let state = exchange.throttle {
      answer.set("X-Throttle-Limit", "\(state.limit)")
      answer.set("X-Throttle-Remaining", "\(state.remaining)")
      answer.set("X-Throttle-Reset", "\(state.reset)")
    }
    crossOrigin.decorate(&answer, exchange.ask)
  }
}

/// What the gateway counts.
struct GatewayFigures: Sendable {
  private let answers: [Counter]
  private let seconds: Histogram
  let uncounted: Counter

  init(_ metrics: Metrics) {
    answers = (1...5).map { hundred in
      metrics.counter(
        "igny8_http_requests_total", "Requests answered, by class of status.",
        ["class": "\(hundred)xx"])
    }
    seconds = metrics.histogram(
      "igny8_http_request_seconds", "From a request's head to its answer's.")
    uncounted = metrics.counter(
      "igny8_throttle_unavailable_total", "Requests let pass because Redis could not count them.")
  }

  func answered(_ status: Int, _ took: Duration) {
    answers[min(max(status / 100, 1), 5) - 1].add()
    seconds.record(took)
  }
}

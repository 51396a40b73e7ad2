/// Which other origins' pages may call the API, and how (fetch.spec.whatwg.org).
struct CrossOrigin: Sendable {
  let origins: Set<String>

  static let allowed =
    "authorization, content-type, x-request-id, idempotency-key, x-api-key, "
    + "x-debug-resource-tracking"
  static let exposed =
    "X-Request-ID, X-Throttle-Limit, X-Throttle-Remaining, X-Throttle-Reset, "
    + "X-Resource-Tracking-ID, Retry-After"
  static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// The answer to `OPTIONS`.
  /// - Parameter known: what the path takes; nil where nothing is. A page that asks beforehand is
  ///   let through even so, since only then does its script learn that nothing is there.
  /// - Throws: 404 where nothing is.
  func options(_ ask: Ask, _ known: [String]?) throws -> Answer {
    let isPreflight = ask.headers["access-control-request-method"] != nil && isAllowed(ask)
    guard let methods = known ?? (isPreflight ? Self.methods : nil) else { throw Refusal(404) }
    let list = methods.joined(separator: ", ")
    var answer = Answer(204)
    answer.set("Allow", list)
    guard isPreflight else { return answer }
    answer.set("Access-Control-Allow-Methods", list)
    answer.set("Access-Control-Allow-Headers", Self.allowed)
    answer.set("Access-Control-Max-Age", "600")
    return answer
  }

  func decorate(_ answer: inout Answer, _ ask: Ask) {
    if !origins.isEmpty { answer.set("Vary", "Origin") }
    guard let origin = ask.headers["origin"], isAllowed(ask) else { return }
    answer.set("Access-Control-Allow-Origin", origin)
    answer.set("Access-Control-Allow-Credentials", "true")
    answer.set("Access-Control-Expose-Headers", Self.exposed)
  }

  private func isAllowed(_ ask: Ask) -> Bool {
    ask.headers["origin"].map { origins.contains($0) } ?? false
  }
}

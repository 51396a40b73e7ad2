import EdgeCore
import Kernel
import RPC

/// One request being answered: who, which, and what its answer's headers must tell.
struct Exchange: Sendable {
  let ask: Ask
  let requestID: String
  let trace: TraceParent
  /// The client's address, behind trusted proxies.
  let address: String
  /// `https://host`, as the client sees this edge.
  let origin: String
  /// What logs and metrics call the endpoint.
  var view = "edge"
  var throttle: ThrottleState?

  init(_ ask: Ask, settings: EdgeSettings, chance: any Chance) {
    self.ask = ask
    let own = ask.headers["x-request-id"].flatMap { RequestID.isSane($0) ? $0 : nil }
    requestID = own ?? chance.uuid()
    trace = ask.headers["traceparent"].flatMap { TraceParent($0) } ?? TraceParent(chance: chance)
    let isTrusted = settings.trustedProxies.contains(ask.peer)
    var address = ask.peer
    var origin = settings.publicURL
    if isTrusted {
      let hops = HeaderList.elements(ask.headers["x-forwarded-for"] ?? "")
      address = hops.last { !settings.trustedProxies.contains($0) } ?? ask.peer
      if let host = ask.headers["x-forwarded-host"], !host.isEmpty {
        origin = "\(ask.headers["x-forwarded-proto"] ?? "https")://\(host)"
      }
    }
    (self.address, self.origin) = (address, origin)
  }

  /// The URL of this request without its parameters.
  var url: String { origin + ask.path }
}

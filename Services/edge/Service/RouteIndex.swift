import EdgeCore
import RPC
import RouteTable

/// What stands at a path of the API.
enum Endpoint: Sendable {
  case route(RoutePlan)
  case page(SystemPage)

  var verb: String {
    switch self {
    case .route(let plan): plan.route.verb.rawValue
    case .page: "GET"
    }
  }

  var scope: String {
    switch self {
    case .route(let plan): plan.route.throttle
    case .page: "system"
    }
  }

  /// The name that logs and metrics show.
  var view: String {
    switch self {
    case .route(let plan): plan.route.method.fullName
    case .page(let page): "edge/\(page)"
    }
  }
}

/// All paths of the API.
struct RouteIndex: Sendable {
  enum Finding: Sendable {
    case found(Endpoint, captured: [String])
    case wrongVerb(allowed: [String])
    case nothing
  }

  private var trie = PathTrie<Endpoint>()

  init(_ routes: [Route] = Route.all) {
    for route in routes {
      let steps = route.segments.map { segment -> PathTrie<Endpoint>.Step in
        switch segment {
        case .literal(let text): .literal(text)
        case .parameter: .parameter
        }
      }
      trie.insert(steps, .route(RoutePlan(route)))
    }
    for page in SystemPage.allCases {
      trie.insert(page.rawValue.split(separator: "/").map { .literal(String($0)) }, .page(page))
    }
  }

  /// - Parameter wantsEvents: the client accepts `text/event-stream`.
  func find(_ segments: [String], verb: String, wantsEvents: Bool) -> Finding {
    guard let match = trie.find(segments) else { return .nothing }
    let sought = verb == "HEAD" ? "GET" : verb
    let fitting = match.entries.filter { $0.verb == sought }
    let events = fitting.first { Self.isEvents($0) }
    let plain = fitting.first { !Self.isEvents($0) }
    if let endpoint = wantsEvents ? events ?? plain : plain ?? events {
      return .found(endpoint, captured: match.captured)
    }
    return .wrongVerb(allowed: Self.methods(of: match.entries))
  }

  /// What a path takes; nil where nothing is.
  func methods(_ segments: [String]) -> [String]? {
    trie.find(segments).map { Self.methods(of: $0.entries) }
  }

  private static func methods(of entries: [Endpoint]) -> [String] {
    Set(entries.map(\.verb)).union(["OPTIONS"]).sorted()
  }

  private static func isEvents(_ endpoint: Endpoint) -> Bool {
    if case .route(let plan) = endpoint { plan.route.shape == .events } else { false }
  }
}

import Protobuf
import RouteTable
import Synchronization

/// The public JSON's names of the fields that the contracts call secret.
enum SecretNames {
  /// Of all routes.
  static let all = names(of: Route.all)

  private static let known = Mutex<[String: Set<String>]>([:])

  /// Of the routes that a request may mean; all, if it means none.
  static func of(_ verb: String, _ path: String) -> Set<String> {
    let parts = path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
    let key = verb + " " + parts.map { Int($0) == nil ? $0 : "#" }.joined(separator: "/")
    if let found = known.withLock({ $0[key] }) { return found }
    let routes = Route.all.filter { $0.verb.rawValue == verb && $0.matches(parts) }
    let found = routes.isEmpty ? all : names(of: routes)
    known.withLock { $0[key] = found }
    return found
  }

  private static func names(of routes: [Route]) -> Set<String> {
    var names: Set<String> = []
    var seen: Set<MessageDescriptor> = []
    for route in routes {
      gather(route.request, &names, &seen)
      gather(route.reply, &names, &seen)
    }
    return names
  }

  private static func gather(
    _ message: MessageDescriptor, _ names: inout Set<String>, _ seen: inout Set<MessageDescriptor>
  ) {
    guard seen.insert(message).inserted else { return }
    for field in message.fields {
      let rule = FieldRules.all.rule(message, field.index)
      if rule.isSecret { names.formUnion([field.name, rule.alias].compactMap { $0 }) }
      if let nested = field.message { gather(nested, &names, &seen) }
    }
  }
}

extension Route {
  fileprivate func matches(_ parts: [String]) -> Bool {
    parts.count == segments.count
      && zip(parts, segments).allSatisfy { part, segment in
        if case .literal(let text) = segment { text == part } else { true }
      }
  }
}

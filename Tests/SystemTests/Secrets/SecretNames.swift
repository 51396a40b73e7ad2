import Protobuf
import RouteTable

/// The public JSON's names of all fields that the contracts call secret, by the routes' messages.
enum SecretNames {
  static let all: Set<String> = {
    var names: Set<String> = []
    var seen: Set<MessageDescriptor> = []
    for route in Route.all {
      gather(route.request, &names, &seen)
      gather(route.reply, &names, &seen)
    }
    return names
  }()

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

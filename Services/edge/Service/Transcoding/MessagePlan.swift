import EdgeCore
import Protobuf
import RPC
import RouteTable

/// What a transcoder knows of a message's fields, looked up once.
final class MessagePlan: Sendable {
  /// A class, because every value that is read passes one along.
  final class Field: Sendable {
    let index: Int
    let name: String
    let kind: FieldKind
    let isRepeated: Bool
    let hasPresence: Bool
    let rule: FieldRule
    let nested: MessagePlan?

    init(_ field: FieldDescriptor, of message: MessageDescriptor, rules: FieldRules) {
      (index, name) = (field.index, field.name)
      (kind, isRepeated, hasPresence) = (field.kind, field.isRepeated, field.hasPresence)
      rule = rules.rule(message, field.index)
      nested = field.message.map { MessagePlan($0, rules: rules) }
    }
  }

  let descriptor: MessageDescriptor
  /// By index.
  let fields: [Field]
  /// What is written of them.
  let members: ReplyMembers
  /// The list of names that a request sets to null.
  let cleared: Int?
  private let byName: [String: Int]

  /// The contracts refuse recursive messages, so this ends.
  init(_ descriptor: MessageDescriptor, rules: FieldRules = .all) {
    self.descriptor = descriptor
    fields = descriptor.fields.map { Field($0, of: descriptor, rules: rules) }
    members = ReplyMembers(of: fields)
    cleared = fields.first { $0.name == "cleared" && $0.isRepeated && $0.kind == .string }?.index
    var names: [String: Int] = [:]
    for field in fields where !field.rule.isHidden { names[field.name] = field.index }
    for field in fields where !field.rule.isHidden {
      if let alias = field.rule.alias, names[alias] == nil { names[alias] = field.index }
    }
    byName = names
  }

  /// The field that a request calls by this name.
  func field(named name: String) -> Field? { byName[name].map { fields[$0] } }
}

/// What each route needs to know, made once.
struct RoutePlan: Sendable {
  let route: Route
  let request: MessagePlan
  let reply: MessagePlan
  /// The reply's fields that have no place of their own in a list's envelope.
  let extras: Set<String>
  /// The request's fields that the path's parameters fill, in the path's order.
  let parameters: [Int]

  init(_ route: Route) {
    parameters = route.segments.compactMap { segment in
      if case .parameter(_, let field) = segment { field } else { nil }
    }
    self.route = route
    request = MessagePlan(route.request)
    reply = MessagePlan(route.reply)
    extras = Set(reply.fields.map(\.name)).subtracting(["count", "results", "next_cursor"])
  }

  /// Refuses names in `fields=` that the answer does not have.
  /// - Throws: `Refusal` 400.
  func checkSelection(_ query: Query) throws {
    guard request.field(named: "fields") == nil, let wanted = query.selectedFields else { return }
    let unknown = wanted.filter { answered.field(named: $0) == nil }.sorted()
    guard !unknown.isEmpty else { return }
    let names = unknown.joined(separator: ", ")
    throw Refusal(400, fields: [FieldError(name: "fields", messages: ["Unknown field: \(names)"])])
  }

  /// What `fields=` selects from: an element of a list, else the whole answer.
  private var answered: MessagePlan {
    switch route.shape {
    case .list, .array: reply.field(named: "results")?.nested ?? reply
    default: reply
    }
  }
}

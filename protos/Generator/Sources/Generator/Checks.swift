/// Rules of the contracts as a whole; the first broken one ends the generation.
struct Checks {
  let contracts: Contracts

  func run() throws {
    try namesAreUnique()
    try numbersAreUnique()
    for message in contracts.messages.values.sorted(by: { $0.fullName < $1.fullName }) {
      try isNotRecursive(message, below: [])
    }
    for method in contracts.methods { try check(method) }
    try routesAreUnique()
  }

  /// The Swift names `KeywordsMethods` and `KeywordsClient` stand beside those of other contexts.
  private func namesAreUnique() throws {
    var seen: [String: String] = [:]
    for service in contracts.files.flatMap(\.services) {
      if let other = seen.updateValue(service.fullName, forKey: service.name) {
        throw ContractFault(service.fullName, "\(other) has the same short name")
      }
    }
  }

  private func numbersAreUnique() throws {
    var seen: [UInt32: String] = [:]
    for method in contracts.methods {
      let name = method.service + "/" + method.name
      var hash: UInt32 = 0x811c_9dc5
      for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
      if let other = seen.updateValue(name, forKey: hash) {
        throw ContractFault(name, "has the same number as \(other); rename one")
      }
    }
  }

  /// protobuf-c unpacks nested messages on the stack: bytes must not decide how deep.
  private func isNotRecursive(_ message: Message, below: [String]) throws {
    guard !below.contains(message.fullName) else {
      throw ContractFault(message.fullName, "contains itself")
    }
    for field in message.fields {
      guard case .message(let name) = field.kind else { continue }
      try isNotRecursive(try contracts.message(name), below: below + [message.fullName])
    }
  }

  private func check(_ method: ServiceMethod) throws {
    let place = method.service + "/" + method.name
    let (request, reply) = (
      try contracts.message(method.request), try contracts.message(method.reply)
    )
    for route in method.routes {
      guard ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(route.verb),
        route.path.hasPrefix("/"), route.path.hasSuffix("/")
      else { throw ContractFault(place, "`rest` reads `VERB /path/`") }
      for name in PathTemplate.parameters(of: route.path) {
        guard let field = request.field(name), !field.isRepeated else {
          throw ContractFault(place, "{\(name)} is no singular field of \(request.name)")
        }
      }
    }
    guard
      method.rules.idempotency == .noSideEffects
        || method.routes.allSatisfy({ $0.verb != "GET" })
    else { throw ContractFault(place, "a GET is NO_SIDE_EFFECTS") }
    guard method.rules.hasRest == (method.rules.role != .internal) else {
      throw ContractFault(place, "a public route needs a role, and a role a public route")
    }
    if method.rules.hasUploadField {
      guard let field = request.field(method.rules.uploadField), case .bytes = field.kind else {
        throw ContractFault(place, "`upload_field` is no bytes field of \(request.name)")
      }
    }
    if method.rules.rawRequest {
      guard request.fullName == "igny8.common.v1.RawRequest",
        method.routes.allSatisfy({ $0.verb == "POST" && PathTemplate.parameters(of: $0.path) == [] }
        )
      else {
        throw ContractFault(place, "`raw_request` is for a POST of RawRequest to a fixed path")
      }
    }
    if method.rules.hasRest { try checkShape(method, reply, place) }
  }

  private func checkShape(_ method: ServiceMethod, _ reply: Message, _ place: String) throws {
    switch method.rules.shape {
    case .list:
      guard reply.field("count") != nil, reply.field("results")?.isRepeated == true else {
        throw ContractFault(place, "shape LIST needs `count` and `results` in \(reply.name)")
      }
    case .array:
      guard reply.field("results")?.isRepeated == true else {
        throw ContractFault(place, "shape ARRAY needs `results` in \(reply.name)")
      }
    case .empty:
      guard method.rules.status == 204 else { throw ContractFault(place, "shape EMPTY is 204") }
    case .raw:
      guard reply.fullName == "igny8.common.v1.RawBody" else {
        throw ContractFault(place, "shape RAW answers RawBody")
      }
    case .events:
      guard method.isStream else { throw ContractFault(place, "shape EVENTS is a stream") }
    case .object: break
    }
    if method.isStream, method.rules.shape != .events, method.rules.shape != .raw {
      throw ContractFault(place, "a public stream has the shape EVENTS or RAW")
    }
  }

  /// A stream of events may share its route with a plain answer: `Accept` tells them apart.
  private func routesAreUnique() throws {
    var seen: [String: String] = [:]
    for method in contracts.methods {
      for route in method.routes {
        let events = method.rules.shape == .events ? "EVENTS " : ""
        let shape = events + route.verb + " " + PathTemplate.shape(of: route.path)
        let name = method.service + "/" + method.name
        if let other = seen.updateValue(name, forKey: shape) {
          throw ContractFault(name, "\(other) has the route \(shape) already")
        }
      }
    }
  }
}

/// `/api/v1/planner/keywords/{id}/`.
enum PathTemplate {
  static func segments(of path: String) -> [String] {
    path.split(separator: "/").map(String.init)
  }

  static func parameter(_ segment: String) -> String? {
    segment.hasPrefix("{") && segment.hasSuffix("}")
      ? String(segment.dropFirst().dropLast()) : nil
  }

  static func parameters(of path: String) -> [String] {
    segments(of: path).compactMap(parameter)
  }

  /// The path with its parameters' names left out.
  static func shape(of path: String) -> String {
    segments(of: path).map { parameter($0) == nil ? $0 : "{}" }.joined(separator: "/")
  }
}

import SwiftProtobuf

typealias MethodRules = Igny8_Options_V1_MethodOptions
typealias FieldRules = Igny8_Options_V1_FieldOptions

/// What a contract says that the generator does not take.
struct ContractFault: Error, CustomStringConvertible {
  let description: String

  init(_ place: String, _ why: String) { description = "\(place): \(why)" }
}

/// One field of a message.
struct Field {
  enum Kind {
    case int32, int64, uint32, uint64, bool, double, float, string, bytes
    /// Full name of the message: `igny8.planner.v1.Keyword`.
    case message(String)
  }

  /// Place among the message's fields sorted by number.
  let index: Int
  let name: String
  let kind: Kind
  let isRepeated: Bool
  /// The explicit default as the descriptor writes it; nil without one.
  let defaultText: String?
  let rules: FieldRules
  let documentation: String

  /// Whether absence means something.
  var hasPresence: Bool { !isRepeated && defaultText == nil }
}

/// One message type.
struct Message {
  let fullName: String
  let name: String
  let fields: [Field]
  let documentation: String
  let file: String

  func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}

/// One method of a proto service.
struct ServiceMethod {
  let service: String
  let name: String
  let request: String
  let reply: String
  let isStream: Bool
  let rules: MethodRules
  let documentation: String

  /// `rest` and `also`, as verb and path.
  var routes: [(verb: String, path: String)] {
    guard rules.hasRest else { return [] }
    return ([rules.rest] + rules.also).map { route in
      let parts = route.split(separator: " ", maxSplits: 1).map(String.init)
      return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }
  }
}

/// One proto service.
struct ProtoService {
  let fullName: String
  let name: String
  let methods: [ServiceMethod]
  let documentation: String
}

/// One `.proto` file.
struct ProtoFile {
  /// `igny8/planner/v1/planner.proto`.
  let path: String
  /// `igny8.planner.v1`.
  let package: String
  let messages: [Message]
  let services: [ProtoService]

  /// `planner`, from `igny8.planner.v1`.
  var context: String { package.split(separator: ".").dropFirst().first.map(String.init) ?? "" }

  /// `Tenancy`, from `igny8/auth/v1/tenancy.proto`.
  var stem: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let words = file.split(separator: ".").first?.split(separator: "_") ?? []
    return words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}

/// Everything that protos/ says.
struct Contracts {
  let files: [ProtoFile]
  let messages: [String: Message]

  /// The files that become Swift, by context; the RPC's own headers and the options do not.
  var contexts: [(name: String, files: [ProtoFile])] {
    let own = files.filter { $0.context != "options" && $0.context != "rpc" }
    return Dictionary(grouping: own, by: \.context).sorted { $0.key < $1.key }
      .map { (name: $0.key, files: $0.value.sorted { $0.path < $1.path }) }
  }

  func message(_ fullName: String) throws -> Message {
    guard let message = messages[fullName] else { throw ContractFault(fullName, "unknown message") }
    return message
  }

  var methods: [ServiceMethod] { files.flatMap(\.services).flatMap(\.methods) }
}

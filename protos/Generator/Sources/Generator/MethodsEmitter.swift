/// Writes the methods and typed clients of one proto file's services.
struct MethodsEmitter {
  let file: ProtoFile

  func text() -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/" + file.path))
    for module in imports() { lines.line("import \(module)") }
    for service in file.services {
      lines.line()
      methods(of: service, &lines)
      lines.line()
      client(of: service, &lines)
    }
    return lines.text
  }

  private func imports() -> [String] {
    var modules: Set<String> = ["RPC"]
    for method in file.services.flatMap(\.methods) {
      if method.rules.role.swift.hasPrefix(".role(") { modules.insert("Kernel") }
      for name in [method.request, method.reply] {
        let namespace = SwiftNames.type(name).split(separator: ".").first.map(String.init) ?? ""
        if namespace != SwiftNames.namespace(file.context) {
          modules.insert(namespace + "Contract")
        }
      }
    }
    return modules.sorted()
  }

  private func methods(of service: ProtoService, _ lines: inout Lines) {
    lines.document(service.documentation)
    lines.block("package enum \(service.name)Methods") { lines in
      for method in service.methods {
        lines.document(method.documentation)
        let type = method.isStream ? "StreamMethod" : "Method"
        let (request, reply) = (SwiftNames.type(method.request), SwiftNames.type(method.reply))
        let name = SwiftNames.method(method.name)
        lines.line("package static let \(name) = \(type)<")
        lines.indented { $0.line("\(request), \(reply)") }
        lines.line(">(")
        lines.indented { $0.call("MethodInfo(", method.infoArguments, "))") }
        lines.line()
      }
      lines.line("/// Every method of the service, in the proto's order.")
      lines.call(
        "package static let all: [MethodInfo] = [",
        service.methods.map { SwiftNames.method($0.name) + ".info" }, "]")
    }
  }

  private func client(of service: ProtoService, _ lines: inout Lines) {
    lines.line("/// Calls `\(service.fullName)`.")
    lines.block("package struct \(service.name)Client: Sendable") { lines in
      lines.line("package let caller: any RPCCaller")
      lines.line()
      lines.line("package init(_ caller: any RPCCaller) { self.caller = caller }")
      for method in service.methods {
        lines.line()
        lines.document(method.documentation)
        let (name, owner) = (SwiftNames.method(method.name), service.name + "Methods")
        let (request, reply) = (SwiftNames.type(method.request), SwiftNames.type(method.reply))
        lines.line("package func \(name)(")
        lines.indented { $0.line("_ request: \(request), _ call: OutgoingCall") }
        let result = method.isStream ? "-> RPCItems<\(reply)>" : "async throws -> \(reply)"
        let verb = method.isStream ? "caller.stream" : "try await caller.call"
        lines.line(") \(result) {")
        lines.indented { $0.line("\(verb)(\(owner).\(name), request, call)") }
        lines.line("}")
      }
    }
  }
}

extension ServiceMethod {
  /// The arguments of `MethodInfo.init` that differ from its defaults.
  var infoArguments: [String] {
    var arguments = [
      "service: \(SwiftNames.literal(service))", "name: \(SwiftNames.literal(name))",
    ]
    switch rules.idempotency {
    case .idempotent: arguments.append("idempotency: .idempotent")
    case .keyed: arguments.append("idempotency: .keyed")
    case .noSideEffects: arguments.append("idempotency: .noSideEffects")
    case .unsafe: break
    }
    if rules.timeoutMs != 10_000 {
      arguments.append("timeout: .milliseconds(\(rules.timeoutMs))")
    }
    if rules.role != .internal { arguments.append("minimumRole: \(rules.role.swift)") }
    if rules.hasModule { arguments.append("module: \(SwiftNames.literal(rules.module))") }
    if rules.whileSuspended { arguments.append("whileSuspended: true") }
    if isStream { arguments.append("isStream: true") }
    return arguments
  }
}

extension Igny8_Options_V1_MinimumRole {
  /// The Swift value of `MinimumRole`.
  var swift: String {
    switch self {
    case .internal: ".internal"
    case .anyone: ".anyone"
    case .systemBot: ".role(.systemBot)"
    case .viewer: ".role(.viewer)"
    case .editor: ".role(.editor)"
    case .admin: ".role(.admin)"
    case .owner: ".role(.owner)"
    case .developer: ".role(.developer)"
    }
  }

  /// The role's word in the API.
  var word: String {
    switch self {
    case .internal: "internal"
    case .anyone: "anyone"
    case .systemBot: "system_bot"
    case .viewer: "viewer"
    case .editor: "editor"
    case .admin: "admin"
    case .owner: "owner"
    case .developer: "developer"
    }
  }
}

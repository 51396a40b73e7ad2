/// Writes the edge's route table and the field rules that protobuf-c's descriptors do not carry.
struct RouteEmitter {
  let contracts: Contracts

  func files() throws -> [(name: String, text: String)] {
    let contexts = contracts.contexts
    var files = try contexts.filter { !routedMethods($0.files).isEmpty }.map { context in
      (name: "\(context.name.capitalizedFirst)Routes.swift", text: try routes(of: context))
    }
    for context in contexts where !ruled(context.files).isEmpty {
      let text = rules(of: context)
      files.append((name: "\(context.name.capitalizedFirst)FieldRules.swift", text: text))
    }
    files.append((name: "AllRoutes.swift", text: table(contexts)))
    return files
  }

  private func routedMethods(_ files: [ProtoFile]) -> [ServiceMethod] {
    files.flatMap(\.services).flatMap(\.methods).filter { $0.rules.hasRest }
  }

  private func ruled(_ files: [ProtoFile]) -> [Message] {
    files.flatMap(\.messages).filter { message in
      message.fields.contains { !$0.ruleArguments.isEmpty }
    }
  }

  private func table(_ contexts: [(name: String, files: [ProtoFile])]) -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/"))
    lines.line()
    lines.block("extension Route") { lines in
      lines.line("/// Every public route of every context.")
      lines.line("package static let all: [Route] = {")
      lines.indented { lines in
        lines.line("var routes: [Route] = []")
        for context in contexts where !routedMethods(context.files).isEmpty {
          lines.line("add\(context.name.capitalizedFirst)Routes(to: &routes)")
        }
        lines.line("return routes")
      }
      lines.line("}()")
    }
    lines.line()
    lines.block("func addContractRules(to rules: inout FieldRules)") { lines in
      for context in contexts where !ruled(context.files).isEmpty {
        lines.line("add\(context.name.capitalizedFirst)Rules(to: &rules)")
      }
    }
    return lines.text
  }

  private func routes(of context: (name: String, files: [ProtoFile])) throws -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/igny8/\(context.name)"))
    for module in ["Kernel", "Messages", "Protobuf", "RPC"] { lines.line("import \(module)") }
    let methods = routedMethods(context.files)
    lines.line()
    lines.block("func add\(context.name.capitalizedFirst)Routes(to routes: inout [Route])") {
      lines in
      for method in methods {
        let service = method.service.split(separator: ".").last.map(String.init) ?? ""
        lines.line("add\(service)\(method.name)(to: &routes)")
      }
    }
    for method in methods {
      lines.line()
      try emit(method, context.name, &lines)
    }
    return lines.text
  }

  private func emit(_ method: ServiceMethod, _ context: String, _ lines: inout Lines) throws {
    let service = method.service.split(separator: ".").last.map(String.init) ?? ""
    let request = try contracts.message(method.request)
    lines.block("private func add\(service)\(method.name)(to routes: inout [Route])") { lines in
      lines.call("let method = MethodInfo(", method.infoArguments)
      for (verb, path) in method.routes {
        lines.line("routes.append(")
        lines.indented { lines in
          lines.line("Route(")
          lines.indented { lines in
            lines.line(".\(verb.lowercased()),")
            let segments = PathTemplate.segments(of: path).map { segment(($0), request) }
            lines.call("[", segments, "],")
            let arguments = arguments(of: method, context, request)
            for (index, argument) in arguments.enumerated() {
              lines.line(argument + (index == arguments.count - 1 ? "))" : ","))
            }
          }
        }
      }
    }
  }

  private func segment(_ segment: String, _ request: Message) -> String {
    guard let name = PathTemplate.parameter(segment), let field = request.field(name) else {
      return ".literal(\(SwiftNames.literal(segment)))"
    }
    return ".parameter(name: \(SwiftNames.literal(name)), field: \(field.index))"
  }

  private func arguments(of method: ServiceMethod, _ context: String, _ request: Message)
    -> [String]
  {
    var arguments = [
      "context: \(SwiftNames.literal(context))", "method: method",
      "request: MessageDescriptor(\(SwiftNames.accessor(method.request))())",
      "reply: MessageDescriptor(\(SwiftNames.accessor(method.reply))())",
    ]
    let rules = method.rules
    if rules.status != 200 { arguments.append("status: \(rules.status)") }
    if rules.shape != .object { arguments.append("shape: .\(rules.shape)") }
    if rules.throttle != "default" {
      arguments.append("throttle: \(SwiftNames.literal(rules.throttle))")
    }
    if rules.maxBody != 1 << 20 { arguments.append("maxBodyBytes: \(rules.maxBody)") }
    if rules.hasMessage { arguments.append("message: \(SwiftNames.literal(rules.message))") }
    if rules.hasUploadField, let field = request.field(rules.uploadField) {
      arguments.append("uploadField: \(field.index)")
    }
    if rules.rawRequest { arguments.append("takesRaw: true") }
    return arguments
  }

  private func rules(of context: (name: String, files: [ProtoFile])) -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/igny8/\(context.name)"))
    lines.line("import Messages")
    let messages = ruled(context.files)
    lines.line()
    lines.block("func add\(context.name.capitalizedFirst)Rules(to rules: inout FieldRules)") {
      lines in
      for message in messages { lines.line("add\(message.name)Rules(to: &rules)") }
    }
    for message in messages {
      lines.line()
      lines.block("private func add\(message.name)Rules(to rules: inout FieldRules)") { lines in
        lines.line("var fields: [(Int, FieldRule)] = []")
        for field in message.fields where !field.ruleArguments.isEmpty {
          lines.call(
            "fields.append((\(field.index), FieldRule(", field.ruleArguments, ")))")
        }
        lines.line("rules.add(\(SwiftNames.accessor(message.fullName))(), fields)")
      }
    }
    return lines.text
  }
}

extension Field {
  /// The arguments of `FieldRule.init` that differ from its defaults.
  var ruleArguments: [String] {
    var arguments: [String] = []
    if rules.json { arguments.append("isJSON: true") }
    if rules.timestamp { arguments.append("isTimestamp: true") }
    if rules.required { arguments.append("isRequired: true") }
    if rules.omitAbsent { arguments.append("isOmittedWhenAbsent: true") }
    if rules.hidden { arguments.append("isHidden: true") }
    if rules.secret { arguments.append("isSecret: true") }
    if rules.hasAlias { arguments.append("alias: \(SwiftNames.literal(rules.alias))") }
    if !rules.values.isEmpty {
      let values = rules.values.map { SwiftNames.literal($0) }.joined(separator: ", ")
      arguments.append("values: [\(values)]")
    }
    if rules.hasMessage { arguments.append("message: \(SwiftNames.literal(rules.message))") }
    if rules.hasMaxLength { arguments.append("maxLength: \(rules.maxLength)") }
    if rules.hasMaxItems { arguments.append("maxItems: \(rules.maxItems)") }
    if rules.hasMin { arguments.append("minimum: \(rules.min)") }
    if rules.hasMax { arguments.append("maximum: \(rules.max)") }
    return arguments
  }
}

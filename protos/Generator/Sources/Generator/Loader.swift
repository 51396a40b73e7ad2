import SwiftProtobuf

/// Turns a descriptor set into the model, refusing what protobuf-c or the contracts do not carry.
struct Loader {
  private typealias FileSet = Google_Protobuf_FileDescriptorSet

  static func load(_ bytes: [UInt8]) throws -> Contracts {
    let set = try FileSet(
      serializedBytes: bytes, extensions: Igny8_Options_V1_Options_Extensions)
    let own = set.file.filter { $0.package.hasPrefix("igny8.") }
    let files = try own.map { try FileLoader(file: $0).load() }
    let messages = Dictionary(
      files.flatMap(\.messages).map { ($0.fullName, $0) }, uniquingKeysWith: { first, _ in first })
    return Contracts(files: files, messages: messages)
  }
}

private struct FileLoader {
  let file: Google_Protobuf_FileDescriptorProto
  private let comments: [[Int32]: String]

  init(file: Google_Protobuf_FileDescriptorProto) {
    self.file = file
    var comments: [[Int32]: String] = [:]
    for location in file.sourceCodeInfo.location {
      let own = location.hasLeadingComments ? location.leadingComments : location.trailingComments
      comments[location.path] = Self.text(own)
    }
    self.comments = comments
  }

  /// A comment's lines without the space that follows `//`.
  private static func text(_ comment: String) -> String {
    let lines = comment.split(separator: "\n", omittingEmptySubsequences: false)
    let bare = lines.map { $0.hasPrefix(" ") ? String($0.dropFirst()) : String($0) }
    return bare.joined(separator: "\n").trimmed
  }

  func load() throws -> ProtoFile {
    guard file.syntax.isEmpty || file.syntax == "proto2" else {
      throw ContractFault(file.name, "only proto2 has the presence that protobuf-c keeps")
    }
    guard file.enumType.isEmpty || file.package.hasPrefix("igny8.options.") else {
      throw ContractFault(file.name, "states are strings with `values`, not enums")
    }
    let isOptions = file.package.hasPrefix("igny8.options.")
    return ProtoFile(
      path: file.name, package: file.package,
      messages: isOptions
        ? [] : try file.messageType.enumerated().map { try message($1, [4, Int32($0)]) },
      services: try file.service.enumerated().map { try service($1, [6, Int32($0)]) })
  }

  private func message(_ proto: Google_Protobuf_DescriptorProto, _ path: [Int32]) throws
    -> Message
  {
    let fullName = file.package + "." + proto.name
    guard proto.nestedType.isEmpty, proto.enumType.isEmpty, proto.oneofDecl.isEmpty else {
      throw ContractFault(fullName, "nested types, maps and oneofs are not taken")
    }
    let numbered = proto.field.enumerated().sorted { $0.element.number < $1.element.number }
    let fields = try numbered.enumerated().map { index, entry in
      try field(entry.element, index, in: fullName, path + [2, Int32(entry.offset)])
    }
    return Message(
      fullName: fullName, name: proto.name, fields: fields,
      documentation: comments[path] ?? "", file: file.name)
  }

  private func field(
    _ proto: Google_Protobuf_FieldDescriptorProto, _ index: Int, in message: String,
    _ path: [Int32]
  ) throws -> Field {
    let place = message + "." + proto.name
    guard proto.label != .required else {
      throw ContractFault(place, "`required` is refused; use the option of that name")
    }
    let rules = proto.options.Igny8_Options_V1_field
    guard rules.unknownFields.data.isEmpty else {
      throw ContractFault(place, "an option that the generator does not know; see protos/generate")
    }
    let kind = try kind(of: proto, place)
    try check(rules, kind, place)
    return Field(
      index: index, name: proto.name, kind: kind, isRepeated: proto.label == .repeated,
      defaultText: proto.hasDefaultValue ? proto.defaultValue : nil, rules: rules,
      documentation: comments[path] ?? "")
  }

  private func kind(of field: Google_Protobuf_FieldDescriptorProto, _ place: String) throws
    -> Field.Kind
  {
    switch field.type {
    case .int32, .sint32, .sfixed32: .int32
    case .int64, .sint64, .sfixed64: .int64
    case .uint32, .fixed32: .uint32
    case .uint64, .fixed64: .uint64
    case .bool: .bool
    case .double: .double
    case .float: .float
    case .string: .string
    case .bytes: .bytes
    case .message: .message(String(field.typeName.dropFirst()))
    case .enum, .group: throw ContractFault(place, "enums and groups are not taken")
    }
  }

  private func check(_ rules: FieldRules, _ kind: Field.Kind, _ place: String) throws {
    switch kind {
    case .int64: break
    default: if rules.timestamp { throw ContractFault(place, "`timestamp` is for int64") }
    }
    switch kind {
    case .string: break
    default: if rules.json { throw ContractFault(place, "`json` is for string") }
    }
  }

  private func service(_ proto: Google_Protobuf_ServiceDescriptorProto, _ path: [Int32]) throws
    -> ProtoService
  {
    let fullName = file.package + "." + proto.name
    let methods = try proto.method.enumerated().map { index, method in
      let place = fullName + "/" + method.name
      guard !method.clientStreaming else {
        throw ContractFault(place, "only answers can be streams")
      }
      let rules = method.options.Igny8_Options_V1_method
      guard rules.unknownFields.data.isEmpty else {
        throw ContractFault(
          place, "an option that the generator does not know; see protos/generate")
      }
      return ServiceMethod(
        service: fullName, name: method.name, request: String(method.inputType.dropFirst()),
        reply: String(method.outputType.dropFirst()), isStream: method.serverStreaming,
        rules: rules, documentation: comments[path + [2, Int32(index)]] ?? "")
    }
    return ProtoService(
      fullName: fullName, name: proto.name, methods: methods, documentation: comments[path] ?? "")
  }
}

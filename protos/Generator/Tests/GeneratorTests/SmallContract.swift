import SwiftProtobuf

@testable import Generator

/// A contract of one service and a few messages, as a descriptor set that tests bend.
enum SmallContract {
  typealias File = Google_Protobuf_FileDescriptorProto
  typealias FieldProto = Google_Protobuf_FieldDescriptorProto

  static func field(
    _ name: String, _ number: Int32, _ type: FieldProto.TypeEnum, defaultValue: String? = nil,
    _ change: (inout FieldProto) -> Void = { _ in }
  ) -> FieldProto {
    var field = FieldProto()
    (field.name, field.number, field.type, field.label) = (name, number, type, .optional)
    if let defaultValue { field.defaultValue = defaultValue }
    change(&field)
    return field
  }

  static func message(_ name: String, _ fields: [FieldProto]) -> Google_Protobuf_DescriptorProto {
    var message = Google_Protobuf_DescriptorProto()
    (message.name, message.field) = (name, fields)
    return message
  }

  static func method(_ name: String, _ change: (inout MethodRules) -> Void)
    -> Google_Protobuf_MethodDescriptorProto
  {
    var method = Google_Protobuf_MethodDescriptorProto()
    method.name = name
    (method.inputType, method.outputType) = (".igny8.tea.v1.PatchLeaf", ".igny8.tea.v1.Leaf")
    change(&method.options.Igny8_Options_V1_method)
    return method
  }

  static var file: File {
    var file = File()
    (file.name, file.package, file.syntax) = ("igny8/tea/v1/leaf.proto", "igny8.tea.v1", "proto2")
    let leaf = message(
      "Leaf",
      [
        // Out of order: the generated indices follow the numbers.
        field("grown_at", 9, .int64) { $0.options.Igny8_Options_V1_field.timestamp = true },
        field("id", 1, .int64, defaultValue: "0"),
        field("default", 2, .string, defaultValue: "green"),
        field("image_url", 3, .string),
        field("tree_ids", 4, .int64) { $0.label = .repeated },
        field("fresh", 5, .bool, defaultValue: "true"),
      ])
    let patch = message("PatchLeaf", [field("id", 1, .int64, defaultValue: "0")])
    file.messageType = [leaf, patch]
    var service = Google_Protobuf_ServiceDescriptorProto()
    service.name = "Leaves"
    service.method = [
      method("PatchLeaf") { rules in
        rules.rest = "PATCH /api/v1/tea/leaves/{id}/"
        rules.role = .editor
        rules.idempotency = .keyed
        rules.timeoutMs = 2_000
      }
    ]
    file.service = [service]
    return file
  }

  /// What the generator sees of that file after a change.
  static func contracts(_ change: (inout File) -> Void = { _ in }) throws -> Contracts {
    var file = file
    change(&file)
    var set = Google_Protobuf_FileDescriptorSet()
    set.file = [file]
    let contracts = try Loader.load(try set.serializedBytes())
    try Checks(contracts: contracts).run()
    return contracts
  }
}

import SwiftProtobuf

/// Writes what stands between protobuf-c's sources and Swift: one function a message, and the
/// descriptor set that protoc-gen-c reads.
struct CEmitter {
  let contracts: Contracts

  private var messages: [Message] { contracts.messages.values.sorted { $0.fullName < $1.fullName } }

  /// The only header that Swift sees.
  func header() -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/"))
    lines.line("#ifndef IGNY8_MESSAGES_H")
    lines.line("#define IGNY8_MESSAGES_H")
    lines.line()
    lines.line("// One function for each message: its ProtobufCMessageDescriptor. protobuf-c's own")
    lines.line("// headers stay behind these, so that no Swift module ever parses them.")
    lines.line("#pragma clang assume_nonnull begin")
    lines.line()
    for message in messages {
      lines.line("const void *\(SwiftNames.accessor(message.fullName))(void);")
    }
    lines.line()
    lines.line("#pragma clang assume_nonnull end")
    lines.line("#endif")
    return lines.text
  }

  func source() -> String {
    var lines = Lines()
    lines.line(Lines.banner("protos/"))
    lines.line("#include \"Messages.h\"")
    let files = contracts.files.filter { !$0.messages.isEmpty }.map(\.path).sorted()
    for path in files { lines.line("#include \"\(Self.flatName(path)).pb-c.h\"") }
    lines.line()
    for message in messages {
      let descriptor = Self.lowered(message.fullName) + "__descriptor"
      lines.line(
        "const void *\(SwiftNames.accessor(message.fullName))(void) { return &\(descriptor); }")
    }
    return lines.text
  }

  /// `igny8/auth/v1/tenancy.proto` → `auth_v1_tenancy`.
  static func flatName(_ path: String) -> String {
    path.split(separator: ".").first.map(String.init)?.split(separator: "/").dropFirst()
      .joined(separator: "_") ?? path
  }

  /// protobuf-c's spelling of a full name: `igny8__planner__v1__list_keywords_request`.
  static func lowered(_ fullName: String) -> String {
    fullName.split(separator: ".").map { part in
      var (out, wasUpper) = ("", true)
      for character in part {
        if character.isUppercase, !wasUpper { out += "_" }
        out += character.lowercased()
        wasUpper = character.isUppercase
      }
      return out
    }.joined(separator: "__")
  }

  /// The descriptor set for protoc-gen-c: no custom options, no services, no comments, and the
  /// files renamed so that all sources stand in one folder. protobuf-c's file option 1019 turns off
  /// the pack and unpack functions of each message, which go through descriptors here.
  static func stripped(_ bytes: [UInt8]) throws -> [UInt8] {
    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
    var out = Google_Protobuf_FileDescriptorSet()
    for file in set.file where file.package.hasPrefix("igny8.") && !file.messageType.isEmpty {
      guard !file.package.hasPrefix("igny8.options.") else { continue }
      var bare = Google_Protobuf_FileDescriptorProto()
      bare.name = flatName(file.name) + ".proto"
      bare.package = file.package
      bare.syntax = file.syntax
      bare.dependency = file.dependency.filter { !$0.contains("/options/") }
        .map { flatName($0) + ".proto" }
      bare.messageType = file.messageType.map { message in
        var message = message
        for index in message.field.indices {
          let isPacked = message.field[index].options.packed
          message.field[index].clearOptions()
          if isPacked { message.field[index].options.packed = true }
        }
        return message
      }
      // Field 1019 of FileOptions (length-delimited): { gen_pack_helpers (4) = false }.
      bare.options = try Google_Protobuf_FileOptions(
        serializedBytes: [0xda, 0x3f, 0x02, 0x20, 0x00])
      out.file.append(bare)
    }
    return try out.serializedBytes()
  }
}

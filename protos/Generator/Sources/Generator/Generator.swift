import Foundation

/// `Generator <descriptor set> <output folder>`: writes everything that lies in Shared/Contracts
/// below the output folder, and `stripped.pb` for protoc-gen-c into it.
@main
struct Generator {
  static func main() {
    do {
      guard CommandLine.arguments.count == 3 else {
        throw ContractFault("usage", "Generator <descriptor set> <output folder>")
      }
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: CommandLine.arguments[1])))
      let output = Output(folder: CommandLine.arguments[2])
      try generate(bytes, output)
    } catch {
      FileHandle.standardError.write(Data("gen: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func generate(_ bytes: [UInt8], _ output: Output) throws {
    let contracts = try Loader.load(bytes)
    try Checks(contracts: contracts).run()
    try output.write("stripped.pb", try CEmitter.stripped(bytes))
    let c = CEmitter(contracts: contracts)
    try output.write("Messages/include/Messages.h", c.header())
    try output.write("Messages/messages.c", c.source())
    for (context, files) in contracts.contexts {
      try write(context, files, output)
    }
    for (name, text) in try RouteEmitter(contracts: contracts).files() {
      try output.write("RouteTable/\(name)", text)
    }
    try output.write("RouteTable/OpenAPISchema.swift", try OpenAPIEmitter(contracts).text())
  }

  private static func write(_ context: String, _ files: [ProtoFile], _ output: Output) throws {
    let namespace = SwiftNames.namespace(context)
    let folder = "\(namespace)Contract"
    let banner = Lines.banner("protos/igny8/\(context)")
    try output.write(
      "\(folder)/\(folder).swift",
      """
      \(banner)

      /// The messages of `igny8.\(context)`.
      package enum \(namespace) {}

      """)
    for file in files {
      if !file.messages.isEmpty {
        try output.write(
          "\(folder)/\(file.stem)Messages.swift", try MessagesEmitter(file: file).text())
      }
      if !file.services.isEmpty {
        try output.write(
          "\(folder)/\(file.stem)Methods.swift", MethodsEmitter(file: file).text())
      }
    }
  }
}

/// The folder that is written to.
struct Output {
  let folder: String

  func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    let file = URL(filePath: folder).appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}

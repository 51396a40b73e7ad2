/// Who may import whom: the manifest's lines, and the table of architecture.md on top of them.
struct ImportChecks {
  let map: ManifestMap

  /// Modules that come with Swift or the system and that any room may import.
  static let free: Set = ["Glibc", "Darwin", "Synchronization", "Testing", "Swift", "_Concurrency"]
  /// Modules that some rooms must do without.
  static let foundations: Set = ["Foundation", "FoundationEssentials", "Dispatch"]
  static let owners: [String: Set<String>] = [
    "CPostgres": ["Postgres"], "CHiredis": ["Redis"], "COpenSSL": ["Cryptography"],
    "CProtobufC": ["Protobuf", "Messages"], "CPango": ["PDF"], "CCurl": ["Mail"],
  ]
  static let withoutFoundation: Set = ["Kernel", "RPC", "Protobuf"]

  func violations(in file: SwiftText) -> [Violation] {
    guard let room = map.room(of: file.path) else { return [] }
    return file.imports.flatMap { line, module in
      complaints(about: module, in: room).map { .init(path: file.path, line: line, what: $0) }
    }
  }

  private func complaints(about module: String, in room: ManifestMap.Room) -> [String] {
    var found: [String] = []
    let isTest = room.path.hasPrefix("Tests/")
    if let owners = Self.owners[module], !owners.contains(room.name), !isContract(room, module) {
      found.append("only \(owners.sorted().joined(separator: ", ")) may import \(module)")
    } else if Self.foundations.contains(module) {
      if mustDoWithoutFoundation(room, module) {
        found.append("\(room.name) does without \(module)")
      }
    } else if module.hasSuffix("TestKit"), !isTest {
      found.append("\(module) is for Tests only")
    } else if isForeign(module, to: room) {
      found.append("\(module) belongs to another context")
    } else if !Self.free.contains(module), !room.uses.contains(module), !isTest {
      found.append("\(room.name) does not declare \(module) in Package.swift")
    }
    return found
  }

  private func isContract(_ room: ManifestMap.Room, _ module: String) -> Bool {
    module == "CProtobufC" && room.path.hasPrefix("Shared/Contracts/")
  }

  private func mustDoWithoutFoundation(_ room: ManifestMap.Room, _ module: String) -> Bool {
    guard !room.path.hasPrefix("Tests/") else { return false }
    if room.name == "Kernel" || room.path.hasPrefix("Shared/Contracts/") { return true }
    let isBare = Self.withoutFoundation.contains(room.name) || room.name.hasSuffix("Core")
    return isBare && module == "Foundation"
  }

  /// Another context's Core or Service, from a service's room.
  private func isForeign(_ module: String, to room: ManifestMap.Room) -> Bool {
    guard room.path.hasPrefix("Services/") else { return false }
    let own = room.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    let context = module.lowercased()
    for other in map.calls.keys where other != own {
      if context == other + "core" || context == other + "service" || module == other {
        return true
      }
    }
    return false
  }
}

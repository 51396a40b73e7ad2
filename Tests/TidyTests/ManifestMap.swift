import Foundation

/// The rooms of Package.swift and what each may import, read from its text.
struct ManifestMap {
  struct Room: Equatable {
    let name: String
    let path: String
    var uses: Set<String>
  }

  private(set) var rooms: [Room] = []
  /// Service → the services it may call, in lower case.
  private(set) var calls: [String: Set<String>] = [:]

  private static let call = Pattern(#"\b(system|shared|contract|service|tests|bench)\(\s*""#)
  private static let product = Pattern(#"\.product\(name: "(\w+)""#)
  private static let quoted = Pattern(#""([^"]+)""#)
  private static let shorthand = Pattern(
    #"^let (\w+): (?:\[Target\.Dependency\]|Target\.Dependency) = (\[[\s\S]*?^\]|.*$)"#)

  init(_ manifest: String) {
    let products = Self.shorthand.matches(in: manifest).reduce(into: [String: Set<String>]()) {
      $0[$1.groups[1]] = Set(Self.product.matches(in: $1.groups[2]).map { $0.groups[1] })
    }
    guard let map = manifest.range(of: "let map: [[Target]] = [") else { return }
    let text = String(manifest[map.upperBound...])
    let shared = SharedRooms(manifest)
    for found in Self.call.matches(in: text) {
      let start = String.Index(utf16Offset: found.offset, in: text)
      let line = Self.balanced(text[start...])
      var uses = Set(Self.quoted.matches(in: line).map { $0.groups[1] })
      for (name, modules) in products where Pattern("\\b\(name)\\b").isFound(in: line) {
        uses.formUnion(modules)
      }
      guard let name = Self.quoted.matches(in: line).first?.groups[1] else { continue }
      uses.remove(name)
      add(found.groups[1], name, line, uses: uses, shared: shared)
    }
  }

  func room(of path: String) -> Room? {
    let holding = rooms.filter { path.hasPrefix($0.path + "/") }
    return holding.max { $0.path.utf8.count < $1.path.utf8.count }
  }

  private mutating func add(
    _ kind: String, _ name: String, _ line: String, uses: Set<String>, shared: SharedRooms
  ) {
    switch kind {
    case "system", "shared":
      let path = Pattern(#"path: "([^"]+)""#).matches(in: line).first?.groups[1]
      rooms.append(Room(name: name, path: path ?? "Shared/\(name)", uses: uses))
    case "contract":
      let uses: Set = ["Kernel", "Protobuf", "Messages", "RPC", "CommonContract"]
      let path = "Shared/Contracts/\(name)Contract"
      rooms.append(Room(name: "\(name)Contract", path: path, uses: uses))
    case "service": addService(name, line, uses: uses, shared: shared)
    default:
      let path = Pattern(#"path: "([^"]+)""#).matches(in: line).first?.groups[1]
      rooms.append(Room(name: name, path: path ?? "Tests/\(name)", uses: uses))
    }
  }

  private mutating func addService(
    _ name: String, _ line: String, uses: Set<String>, shared: SharedRooms
  ) {
    let context = name.prefix(1).uppercased() + name.dropFirst()
    let list = Pattern(#"calls: \[([^\]]*)\]"#).matches(in: line).first?.groups[1] ?? ""
    let called = Self.names(in: list)
    calls[name] = Set(called.map { $0.lowercased() })
    let core = Pattern(#"core: \[([^\]]*)\]"#).matches(in: line).first?.groups
    let ofCore = Self.names(in: core?[1] ?? "")
    let more = Self.names(in: core.map { line.replacing($0[0], with: "") } ?? line)
      .subtracting([name])
    let contract = name == "edge" ? "RouteTable" : "\(context)Contract"
    let contracts = Set(called.map { "\($0)Contract" } + [contract])
    let mine = uses.subtracting(called).subtracting(ofCore).union(more.subtracting(called))
      .union(contracts).union(shared.ofServices)
    rooms += [
      Room(
        name: "\(context)Core", path: "Services/\(name)/Core", uses: ofCore.union(shared.ofCores)),
      Room(
        name: "\(context)Service", path: "Services/\(name)/Service",
        uses: mine.union(["\(context)Core"])),
      Room(
        name: name, path: "Services/\(name)/Main",
        uses: ["\(context)Service", "Settings", "Runtime", "Telemetry"]),
    ]
  }

  /// The rooms that every service and every core may use, as the function `service` lists them.
  private struct SharedRooms {
    let ofServices: Set<String>
    let ofCores: Set<String>

    init(_ manifest: String) {
      func list(_ pattern: String) -> Set<String> {
        names(in: Pattern(pattern).matches(in: manifest).first?.groups[1] ?? "")
      }
      ofServices = list(#"let shared: \[Target\.Dependency\] = \[([^\]]*)\]"#).union(["Logging"])
      ofCores = list(#"name: "\\\(context\)Core",\s+dependencies: \[([^\]]*)\]"#)
    }
  }

  private static func names(in text: String) -> Set<String> {
    Set(quoted.matches(in: text).map { $0.groups[1] })
  }

  /// The text up to the parenthesis that closes its first one.
  private static func balanced(_ text: Substring) -> String {
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if text[index] == ")", depth == 0 { return String(text[...index]) }
    }
    return String(text)
  }
}

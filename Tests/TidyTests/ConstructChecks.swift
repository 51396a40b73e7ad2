/// Words that have no place here, each with the places where they do.
enum ConstructChecks {
  struct Rule: Sendable {
    let pattern: Pattern
    let what: String
    /// Folders in which it is allowed.
    var except: [String] = []
    /// Allowed only with a comment on the line or the one above.
    var reasoned = false
  }

  /// Rooms that own a C handle.
  static let cRooms = [
    "Shared/Postgres/", "Shared/Redis/", "Shared/Cryptography/", "Shared/Protobuf/",
  ]
  /// Where real time and real chance enter.
  static let realWorld = [
    "Shared/Runtime/", "Tests/TestKit/", "Tests/SystemTests/", "Tests/Bench", "protos/Generator/",
  ]

  static let rules: [Rule] = [
    Rule(pattern: Pattern(#"\btry!"#), what: "try!"),
    Rule(pattern: Pattern(#"\bas!"#), what: "as!"),
    Rule(
      pattern: Pattern(#"(?<!\btry)(?<!\bas)(?<=[A-Za-z0-9_)\]}>"])!(?!=)"#), what: "force unwrap"),
    Rule(
      pattern: Pattern(#"@unchecked\s+Sendable"#), what: "@unchecked Sendable",
      except: ["Tests/TidyTests/Pattern.swift"], reasoned: true),
    Rule(pattern: Pattern(#"nonisolated\(unsafe\)"#), what: "nonisolated(unsafe)", reasoned: true),
    Rule(pattern: Pattern(#"\bDate\(\)"#), what: "Date()", except: realWorld),
    Rule(pattern: Pattern(#"\bUUID\(\)"#), what: "UUID()", except: realWorld),
    Rule(pattern: Pattern(#"\.random\("#), what: ".random(", except: realWorld),
    Rule(pattern: Pattern(#"\.randomElement\(\)"#), what: ".randomElement()", except: realWorld),
    Rule(pattern: Pattern(#"\.shuffled\(\)"#), what: ".shuffled()", except: realWorld),
    Rule(pattern: Pattern(#"\bTask\.sleep"#), what: "Task.sleep", except: realWorld),
    Rule(
      pattern: Pattern(#"\bpublic\s|\bopen\s+(?:class|func|var|subscript)\b"#), what: "public",
      except: ["Package.swift"]),
    Rule(pattern: Pattern(#"\bfatalError\("#), what: "fatalError"),
  ]

  static let unsafe: Set = ["@unchecked Sendable", "nonisolated(unsafe)"]
  private static let leftovers = Pattern(#"\b(?:TO"# + #"DO|FIX"# + #"ME|XX"# + #"X)\b"#)

  static func violations(in file: SwiftText) -> [Violation] {
    rules.flatMap { rule in
      rule.except.contains { file.path.hasPrefix($0) } ? [] : apply(rule, to: file)
    } + unfinished(path: file.path, lines: file.comments)
  }

  private static func apply(_ rule: Rule, to file: SwiftText) -> [Violation] {
    file.code.enumerated().compactMap { index, line in
      guard rule.pattern.isFound(in: line) else { return nil }
      let here = Violation(path: file.path, line: index + 1, what: rule.what)
      guard rule.reasoned else { return here }
      guard cRooms.contains(where: file.path.hasPrefix) else {
        return .init(path: file.path, line: index + 1, what: "\(rule.what) outside a C room")
      }
      let above = index > 0 ? file.comments[index - 1] : ""
      let hasReason = (file.comments[index] + above).contains("//")
      return hasReason
        ? nil : .init(path: file.path, line: index + 1, what: "\(rule.what) without its reason")
    }
  }

  static func unfinished(path: String, lines: [Substring]) -> [Violation] {
    lines.enumerated().filter { leftovers.isFound(in: $0.element) }.map {
      .init(path: path, line: $0.offset + 1, what: "unfinished work")
    }
  }

  private static let typeName = Pattern(
    #"\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)"#)
  private static let vagueName = Pattern(
    #"^(?:Shared|Common|Core|Models?)$|(?:Utils?|Utilities|Helpers?|Manager)$"#)

  /// Names that say nothing.
  static func vagueTypes(in file: SwiftText) -> [Violation] {
    file.code.enumerated().flatMap { index, line in
      typeName.matches(in: line).filter { vagueName.isFound(in: $0.groups[1]) }.map {
        .init(path: file.path, line: index + 1, what: "a type named \($0.groups[1])")
      }
    }
  }

  static func vagueRooms(in map: ManifestMap) -> [Violation] {
    map.rooms.filter { vagueName.isFound(in: $0.name) }.map {
      .init(path: "Package.swift", what: "a room named \($0.name)")
    }
  }
}

/// What lies where, and what must not be tracked at all.
enum LayoutChecks {
  static let required: Set = ["Package.swift", "Services", "Shared", "protos", "Tests", "k8s"]
  static let allowed: Set = [
    "README.md", "docs", "dev", ".ci", ".gitignore", ".swift-format", ".gitattributes", "LICENSE",
  ]

  static func violations(paths: [String]) -> [Violation] {
    let top = Set(paths.map { String($0.prefix { $0 != "/" }) })
    return required.subtracting(top).sorted().map { .init(path: $0, what: "is missing") }
      + top.subtracting(required).subtracting(allowed).sorted().map {
        .init(path: $0, what: "has no place at the top level")
      }
  }

  private static let built = Pattern(
    #"(?:^|/)(?:\.build[^/]*|\.dev|__pycache__|Package\.resolved)(?:/|$)|\.(?:o|pyc|so|a)$"#)

  static func builtFiles(tracked: [String]) -> [Violation] {
    tracked.filter(built.isFound).map { .init(path: $0, what: "is made, not written") }
  }

  // Put together from pieces, so that this file does not contain what it looks for.
  private static let machine = Pattern(
    [
      #"(?<![\w.~-])/wo"# + "rk/", "/opt/sw" + "ift", #"(?<![\w./-])/ro"# + #"ot\b"#,
      "py" + #"pi\.org"#, "pythonhos" + "ted", "npm" + #"js\.org"#, "deb" + #"\.debian"#,
      "proxy" + #"\.golang"#, "arti" + "factory",
    ].joined(separator: "|"))

  /// Paths of one machine and hosts of registries.
  static func machineFacts(in file: SourceFile) -> [Violation] {
    file.lines.enumerated().filter { machine.isFound(in: $0.element) }.map {
      .init(path: file.path, line: $0.offset + 1, what: "a fact of one machine")
    }
  }
}

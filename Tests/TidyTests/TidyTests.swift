import Testing

/// Shows the first complaints in full, so that the log of a failed run says what to do.
private func expectNothing(
  _ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation
) {
  guard !violations.isEmpty else { return }
  let shown = violations.prefix(100).map(\.description).joined(separator: "\n")
  Issue.record("\(violations.count) found:\n\(shown)", sourceLocation: sourceLocation)
}

@Suite("this repository is tidy")
struct TidyTests {
  static let map = ManifestMap(Repository.manifest)
  static let calls = map.calls

  @Test("every room imports only what the map and the table of imports allow")
  func imports() {
    let checks = ImportChecks(map: Self.map)
    expectNothing(Repository.swift.flatMap(checks.violations))
  }

  @Test("lines, functions and files keep their lengths")
  func lengths() {
    expectNothing(Repository.swift.flatMap(LengthChecks.violations))
  }

  @Test("no construct is used where it has no place")
  func constructs() {
    expectNothing(Repository.swift.flatMap(ConstructChecks.violations))
  }

  @Test("no script and no text carries unfinished work")
  func unfinishedWork() {
    let others = Repository.files.filter { !$0.isSwift && !$0.path.hasPrefix("docs/STYLE") }
    expectNothing(others.flatMap { ConstructChecks.unfinished(path: $0.path, lines: $0.lines) })
  }

  @Test("no type and no room has a name that says nothing")
  func names() {
    expectNothing(Repository.swift.flatMap(ConstructChecks.vagueTypes))
    expectNothing(ConstructChecks.vagueRooms(in: Self.map))
  }

  @Test("SQL lies under Queries and Migrations, and every statement has a dotted name")
  func statements() {
    expectNothing(Repository.swift.flatMap(StatementChecks.violations))
    expectNothing(Repository.swift.flatMap(StatementChecks.badNames))
  }

  @Test("what Shared offers has doc comments")
  func documentation() {
    expectNothing(Repository.swift.flatMap(DocumentationChecks.violations))
  }

  @Test("every machine has its state picture, and every picture shows the states of its enum")
  func pictures() {
    let drawn = Repository.files.filter { $0.path.hasSuffix(".md") || $0.isSwift }
      .filter { !$0.path.hasPrefix("Tests/TidyTests/") && !$0.path.hasPrefix("docs/") }
    let pictures = drawn.flatMap { PictureChecks.pictures(path: $0.path, text: $0.text) }
    expectNothing(pictures.flatMap { PictureChecks.violations($0, in: Repository.swift) })
    expectNothing(PictureChecks.undrawn(drawn))
  }

  @Test("the top level has its folders and nothing else")
  func layout() {
    expectNothing(LayoutChecks.violations(paths: Repository.paths))
  }

  @Test("nothing that is built is tracked")
  func builtFiles() {
    expectNothing(LayoutChecks.builtFiles(tracked: Repository.trackedPaths))
  }

  @Test("no file knows the machine it was written on")
  func machineFacts() {
    expectNothing(Repository.files.flatMap(LayoutChecks.machineFacts))
  }

  @Test("every service's README has its headings", arguments: calls.keys.sorted())
  func readmes(service: String) {
    let readme = text(ServiceChecks.readmePath(service))
    expectNothing(ServiceChecks.headings(of: service, readme: readme))
  }

  @Test("Package.swift, READMEs, network policies and the allow table name the same calls")
  func calledServices() {
    expectNothing(ServiceChecks.violations(calls: Self.calls, text: text))
  }

  @Test("there is something to look at")
  func looksAtSomething() {
    #expect(Repository.swift.count > 50)
    #expect(Self.calls.count == 7)
    #expect(Self.map.rooms.count > 40)
  }

  private func text(_ path: String) -> String? {
    Repository.files.first { $0.path == path }?.text
  }
}

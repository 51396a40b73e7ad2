import Testing

/// Each check, fed with what it must find and with what it must leave alone.
@Suite("the checks can fail")
struct CheckTests {
  static let manifest = """
    let nio: [Target.Dependency] = [
      .product(name: "NIOCore", package: "swift-nio"),
    ]
    let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
    func service() {
      let shared: [Target.Dependency] = [
        "Kernel", "Postgres",
      ]
      .target(
        name: "\\(context)Core", dependencies: ["Kernel", "JSON"] + core),
    }
    let map: [[Target]] = [
      system("CPostgres"),
      shared("Kernel"),
      shared("Postgres", ["Kernel", "CPostgres"]),
      shared("RPC", ["Kernel"] + nio),
      contract("Auth"),
      service("auth", calls: ["Billing"], more: [jwt]),
      service(
        "billing", calls: [], more: ["HTML"], core: ["HTML"]),
      tests("KernelTests", ["Kernel"]),
    ]
    """
  let map = ManifestMap(manifest)

  private func swift(_ path: String, _ text: String) -> SwiftText {
    SwiftText(path: path, text: text)
  }

  private func imports(_ path: String, _ module: String) -> [String] {
    ImportChecks(map: map).violations(in: swift(path, "import \(module)")).map(\.what)
  }

  @Test("the map is read from the manifest")
  func manifestMap() {
    #expect(map.calls == ["auth": ["billing"], "billing": []])
    #expect(map.room(of: "Shared/RPC/A.swift")?.uses == ["Kernel", "NIOCore"])
    let service = map.room(of: "Services/auth/Service/Handlers/A.swift")
    let wanted: Set = [
      "AuthCore", "AuthContract", "BillingContract", "Kernel", "Postgres", "Logging", "JWTKit",
    ]
    #expect(service?.uses == wanted)
    #expect(map.room(of: "Services/auth/Core/A.swift")?.uses == ["Kernel", "JSON"])
    #expect(map.room(of: "Services/billing/Core/A.swift")?.uses == ["Kernel", "JSON", "HTML"])
    #expect(map.room(of: "Services/billing/Service/A.swift")?.uses.contains("HTML") == true)
  }

  @Test(
    "an import that the map does not allow is found",
    arguments: [
      ("Shared/RPC/A.swift", "Postgres"), ("Shared/RPC/A.swift", "CPostgres"),
      ("Shared/RPC/A.swift", "Foundation"), ("Shared/Kernel/A.swift", "FoundationEssentials"),
      ("Services/auth/Service/A.swift", "BillingService"),
      ("Services/auth/Service/A.swift", "COpenSSL"), ("Services/auth/Core/A.swift", "Postgres"),
      ("Services/auth/Core/A.swift", "Foundation"), ("Services/auth/Service/A.swift", "TestKit"),
      ("Services/billing/Service/A.swift", "AuthContract"),
      ("Services/billing/Service/A.swift", "JWTKit"),
    ])
  func badImports(path: String, module: String) {
    #expect(imports(path, module).count == 1)
  }

  @Test(
    "an import that the map allows is left alone",
    arguments: [
      ("Shared/Postgres/A.swift", "CPostgres"), ("Shared/RPC/A.swift", "NIOCore"),
      ("Services/auth/Service/A.swift", "JWTKit"), ("Tests/KernelTests/A.swift", "Foundation"),
      ("Services/auth/Service/A.swift", "BillingContract"), ("Shared/RPC/A.swift", "Glibc"),
    ])
  func goodImports(path: String, module: String) {
    #expect(imports(path, module).isEmpty)
  }

  @Test("imports are seen in all their spellings")
  func importSpellings() {
    let text = """
      @testable import A
      package import B
      import struct C.D
      // import E
      let text = "import F"
      """
    #expect(swift("A.swift", text).imports.map(\.module) == ["A", "B", "C"])
  }

  @Test("code, comments and strings are told apart")
  func lexer() {
    let text = #"""
      let a = "x \(call("y")) z" // try! here
      /* one /* two */ try! */ let b = #"a " b"#
      let c = """
        SELECT "1"
        """
      let d = 1
      """#
    let file = swift("A.swift", text)
    #expect(file.literals.map(\.text) == ["y", "x ? z", "a \" b", "\n  SELECT \"1\"\n  "])
    #expect(file.code[0].contains("call("))
    #expect(!file.code.joined().contains("try!"))
    #expect(file.code.last == "let d = 1")
    #expect(file.comments[0].contains("try! here"))
  }

  @Test(
    "a construct out of place is found",
    arguments: [
      "let a = try! b()", "let a = b!", "let a = b()!.c", "let a = b[0]!", "let a = b as! C",
      "let a: Int! = nil", "let a = Date()", "let a = UUID()", "let a = Int.random(in: 0..<2)",
      "try await Task.sleep(for: .seconds(1))", "public struct A {}", "fatalError(\"no\")",
      "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1",
      "let a = 1  // TO" + "DO: more", "let a = \"\\(b!)\"",
    ])
  func badConstructs(line: String) {
    let file = swift("Services/auth/Service/A.swift", line)
    #expect(ConstructChecks.violations(in: file).count == 1)
  }

  @Test(
    "a construct that is fine is left alone",
    arguments: [
      "if a != b, !c { }", "#if !os(Linux)", "let a = \"try! Date() now!\"", "// why no try!",
      "let a = Date(timeIntervalSince1970: 0)", "let open = 1",
    ])
  func goodConstructs(line: String) {
    let file = swift("Services/auth/Service/A.swift", line)
    #expect(ConstructChecks.violations(in: file).isEmpty)
  }

  @Test("an unsafe conformance needs a C room and its reason")
  func unsafeConformances() {
    let bare = "final class A: @unchecked Sendable {}"
    let reasoned = "// The handle is touched by the loop's thread only.\n" + bare
    func found(_ path: String, _ text: String) -> Int {
      ConstructChecks.violations(in: swift(path, text)).count
    }
    #expect(found("Shared/Postgres/A.swift", bare) == 1)
    #expect(found("Shared/Postgres/A.swift", reasoned) == 0)
    #expect(found("Shared/Jobs/A.swift", reasoned) == 1)
  }

  @Test("names that say nothing are found")
  func vagueNames() {
    let text = "struct PoolManager {}\nenum Utils {}\nstruct Pool {}\nclass StringHelper {}"
    #expect(ConstructChecks.vagueTypes(in: swift("A.swift", text)).count == 3)
    let map = ManifestMap("let map: [[Target]] = [\n  shared(\"RPCUtils\"),\n]")
    #expect(ConstructChecks.vagueRooms(in: map).count == 1)
  }

  @Test("lengths are measured")
  func lengths() {
    func found(_ path: String, _ text: String) -> [String] {
      LengthChecks.violations(in: swift(path, text)).map(\.what)
    }
    let filler = String(repeating: "  work()\n", count: 70)
    #expect(found("A.swift", "func long() {\n\(filler)}").count == 1)
    #expect(found("A.swift", "func short() {\n\(filler.dropLast(18))}").isEmpty)
    #expect(found("A.swift", "init(\n  a: Int\n) async throws\n  -> A\n{\n\(filler)}").count == 1)
    #expect(found("A.swift", "protocol A {\n  func a() -> Int\n  init()\n}\n\(filler)").isEmpty)
    #expect(found("A.swift", String(repeating: "x", count: 101)).count == 1)
    #expect(found("A.swift", String(repeating: "x\n", count: 601)).count == 1)
    #expect(found("A.swift", "// Kept whole: one\n" + String(repeating: "x\n", count: 700)).isEmpty)
    let main = String(repeating: "x\n", count: 41)
    #expect(found("Services/auth/Main/main.swift", main).count == 1)
  }

  @Test("SQL out of its home is found")
  func statements() {
    func found(_ path: String, _ text: String) -> Int {
      StatementChecks.violations(in: swift(path, "let a = \"\(text)\"")).count
    }
    let handler = "Services/auth/Service/Handlers/A.swift"
    #expect(found(handler, "SELECT id FROM users") == 1)
    #expect(found(handler, "INSERT INTO users VALUES ($1)") == 1)
    #expect(found(handler, "UPDATE users SET a = 1") == 1)
    #expect(found(handler, "Select a plan to go on") == 0)
    #expect(found("Services/auth/Service/Queries/A.swift", "SELECT id FROM users") == 0)
    #expect(found("Services/auth/Service/Migrations/A.swift", "CREATE TABLE a (b int)") == 0)
  }

  @Test("a statement without a dotted name is found")
  func statementNames() {
    func found(_ name: String) -> Int {
      let text = "let a = Statement(\"\(name)\", \"SELECT 1\")"
      return StatementChecks.badNames(in: swift("Services/a/Service/Queries/A.swift", text)).count
    }
    #expect(found("insertHold") == 1)
    #expect(found("billing.hold.insert") == 0)
  }

  @Test("a declaration of Shared without a doc comment is found")
  func documentation() {
    func found(_ text: String) -> Int {
      DocumentationChecks.violations(in: swift("Shared/RPC/A.swift", text)).count
    }
    #expect(found("package struct A {}") == 1)
    #expect(found("// plain\npackage final class A {}") == 1)
    #expect(found("  package static func make() {}") == 1)
    #expect(found("/// What for.\n@frozen\npackage struct A {}") == 0)
    #expect(found("/// Ids.\npackage typealias A = Int\npackage typealias B = Int") == 0)
    #expect(found("package static func < (a: A, b: A) -> Bool { true }") == 0)
    #expect(found("struct A {}") == 0)
    #expect(found("extension A {\n  package func int() {}\n  package func text() {}\n}") == 2)
    #expect(found("/// Typed reads.\nextension A {\n\n  package func int() {}\n}") == 0)
  }

  private static let machine = """
    package struct Door {
      enum State: Equatable { // its states
        case open
        case closed(by: Int), locked
        case broken
        func next() { switch self { case .open: break } }
      }
    }
    """

  private func picture(_ arrows: String, name: String? = "Door.State") -> [Violation] {
    let named = name.map { "///   %% States: \($0)\n" } ?? ""
    let text = "/// ```mermaid\n/// stateDiagram-v2\n\(named)\(arrows)\n/// ```"
    let sources = [swift("Shared/A/DoorMachine.swift", Self.machine)]
    return PictureChecks.pictures(path: "Shared/A/DoorMachine.swift", text: text)
      .flatMap { PictureChecks.violations($0, in: sources) }
  }

  @Test("a picture that lacks a state, or has one too many, is found")
  func pictures() {
    let all = "///   [*] --> open\n/// open --> closed: shut\n/// closed --> locked"
    #expect(picture(all + "\n/// open --> broken").isEmpty)
    #expect(picture(all).count == 1)
    #expect(picture(all + "\n/// open --> broken\n/// open --> ajar").count == 1)
    #expect(picture(all, name: "Window.State").count == 1)
    #expect(picture(all, name: nil).count == 1)
    #expect(picture(all + "\n/// open --> broken", name: nil).isEmpty)
    let bare = SourceFile(path: "Shared/A/DoorMachine.swift", text: Self.machine)
    #expect(PictureChecks.undrawn([bare]).count == 1)
  }

  @Test("a surplus or missing top-level entry is found")
  func layout() {
    let good = LayoutChecks.required.map { "\($0)/a" }
    #expect(LayoutChecks.violations(paths: good).isEmpty)
    #expect(LayoutChecks.violations(paths: good + ["Stuff/a"]).count == 1)
    #expect(LayoutChecks.violations(paths: Array(good.dropFirst())).count == 1)
  }

  @Test("tracked build products are found")
  func builtFiles() {
    let built = [".build/debug/a", "Package.resolved", "Tests/Dev/__pycache__/a.pyc", "a/b.o"]
    #expect(LayoutChecks.builtFiles(tracked: built).count == built.count)
    #expect(LayoutChecks.builtFiles(tracked: ["Tests/builder.swift", "dev"]).isEmpty)
  }

  @Test(
    "facts of one machine are found",
    arguments: ["cd /wo" + "rk/main", "PATH=/opt/sw" + "ift/bin", "cd /ro" + "ot", "py" + "pi.org"])
  func machineFacts(text: String) {
    #expect(LayoutChecks.machineFacts(in: .init(path: "a", text: text)).count == 1)
  }

  @Test(
    "paths that any machine has are left alone",
    arguments: ["a/" + "work/b", "https://a.example/root", "# root or sudo", "/tmp/x"])
  func harmlessPaths(text: String) {
    #expect(LayoutChecks.machineFacts(in: .init(path: "a", text: text)).isEmpty)
  }

  @Test("a README with other headings is found")
  func readmes() {
    let good = ServiceChecks.headings.map { "## \($0)\n\ntext\n" }.joined()
    #expect(ServiceChecks.headings(of: "auth", readme: good).isEmpty)
    #expect(ServiceChecks.headings(of: "auth", readme: "## Purpose\n").count == 1)
    #expect(ServiceChecks.headings(of: "auth", readme: nil).count == 1)
  }

  @Test("a README, a policy or an allow table that names other calls is found")
  func calledServices() {
    func policy(ingress: [String], egress: [String]) -> String {
      func peers(_ names: [String]) -> String {
        names.map { "        app.kubernetes.io/name: \($0)\n" }.joined()
      }
      return "spec:\n  ingress:\n\(peers(ingress))  egress:\n\(peers(egress))"
    }
    let table = "    \"auth\": [\"billing\"],\n    \"billing\": [],\n"
    func found(readme: String, egress: [String], table: String = table) -> [Violation] {
      let texts = [
        "Services/auth/README.md": readme, "Services/billing/README.md": "## Calls\nNobody.\n",
        "k8s/base/auth/networkpolicy.yaml": policy(ingress: [], egress: egress + ["postgres"]),
        "k8s/base/billing/networkpolicy.yaml": policy(ingress: ["auth"], egress: []),
        ServiceChecks.allowTablePath: table,
      ]
      return ServiceChecks.violations(calls: map.calls) { texts[$0] }
    }
    let good = "## Calls\n\n- `billing` for plans\n\n## Invariants\n- `planner` is not called\n"
    #expect(found(readme: good, egress: ["billing"]).isEmpty)
    #expect(found(readme: "## Calls\nNobody.", egress: ["billing"]).count == 1)
    #expect(found(readme: good, egress: []).count == 1)
    let wide = "    \"auth\": [\"billing\"],\n    \"billing\": [\"auth\"],\n"
    #expect(found(readme: good, egress: ["billing"], table: wide).count == 1)
    let short = "    \"auth\": [\"billing\"],\n"
    #expect(found(readme: good, egress: ["billing"], table: short).count == 1)
  }
}

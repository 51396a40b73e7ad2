/// A service says in four places whom it calls: Package.swift, its README, its NetworkPolicy and
/// the allow table that servers hold their callers to.
enum ServiceChecks {
  static let headings = [
    "Purpose", "Owns", "Calls", "Invariants", "Run and test", "When it breaks",
  ]

  private static let heading = Pattern(#"^## (.+?)\s*$"#)
  private static let bullet = Pattern(#"^- `([a-z]+)`"#)
  private static let label = Pattern(#"app\.kubernetes\.io/name: ([a-z-]+)"#)

  static let allowTablePath = "Shared/Runtime/AllowTable.swift"
  private static let allowed = Pattern(#"^    "([a-z]+)": \[([^\]]*)\],$"#)
  private static let quoted = Pattern(#""([a-z]+)""#)

  static func readmePath(_ service: String) -> String { "Services/\(service)/README.md" }
  static func policyPath(_ service: String) -> String {
    "k8s/base/\(service)/networkpolicy.yaml"
  }

  static func headings(of service: String, readme: String?) -> [Violation] {
    guard let readme else { return [.init(path: readmePath(service), what: "is missing")] }
    let found = heading.matches(in: readme).map { $0.groups[1] }
    return found == headings
      ? [] : [.init(path: readmePath(service), what: "has the headings \(found)")]
  }

  /// The services named by the bullets below "Calls".
  static func calls(inReadme text: String) -> Set<String> {
    let below = text.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "## Calls" }.dropFirst().prefix { !$0.hasPrefix("## ") }
    return Set(below.flatMap { bullet.matches(in: $0).map { $0.groups[1] } })
  }

  /// The services that a policy's egress or ingress names.
  static func peers(inPolicy text: String, _ direction: String) -> Set<String> {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let below = lines.drop { $0 != "  \(direction):" }.dropFirst()
      .prefix { $0.hasPrefix("   ") || $0.hasPrefix("  -") || $0.isEmpty }
    return Set(below.flatMap { label.matches(in: $0).map { $0.groups[1] } })
  }

  /// The services that the allow table lets `service` call; nil when it does not know it.
  static func calls(of service: String, inAllowTable text: String) -> Set<String>? {
    let line = allowed.matches(in: text).first { $0.groups[1] == service }
    return line.map { Set(quoted.matches(in: $0.groups[2]).map { $0.groups[1] }) }
  }

  /// The callers that the allow table names.
  static func callers(inAllowTable text: String) -> Set<String> {
    Set(allowed.matches(in: text).map { $0.groups[1] })
  }

  static func violations(calls: [String: Set<String>], text: (String) -> String?) -> [Violation] {
    let table = compare(allowTablePath, "The list", Set(calls.keys), text, callers(inAllowTable:))
    return table
      + calls.keys.sorted().flatMap { service -> [Violation] in
        let callers = Set(calls.filter { $0.value.contains(service) }.keys)
        let called = calls[service] ?? []
        func peers(_ direction: String) -> (String) -> Set<String> {
          { Self.peers(inPolicy: $0, direction).intersection(calls.keys) }
        }
        return compare(readmePath(service), "Calls", called, text, Self.calls(inReadme:))
          + compare(allowTablePath, service, called, text) {
            Self.calls(of: service, inAllowTable: $0) ?? []
          }
          + compare(policyPath(service), "egress", called, text, peers("egress"))
          + compare(policyPath(service), "ingress", callers, text, peers("ingress"))
      }
  }

  private static func compare(
    _ path: String, _ what: String, _ wanted: Set<String>, _ text: (String) -> String?,
    _ read: (String) -> Set<String>
  ) -> [Violation] {
    guard let text = text(path) else { return [.init(path: path, what: "is missing")] }
    let found = read(text)
    guard found != wanted else { return [] }
    let sides = "\(found.sorted()), Package.swift \(wanted.sorted())"
    return [.init(path: path, what: "\(what) says \(sides)")]
  }
}

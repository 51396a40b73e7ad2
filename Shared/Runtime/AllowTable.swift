/// Who may call whom: the `calls:` of Package.swift, which a test keeps this equal to. With TLS a
/// server refuses every other caller, whatever it asks for.
enum AllowTable {
  /// Caller → the services that it may call.
  static let calls: [String: Set<String>] = [
    "auth": ["automation", "billing", "integration", "planner", "writer"],
    "automation": ["auth", "billing", "integration", "planner", "writer"],
    "billing": [],
    "edge": ["auth", "automation", "billing", "integration", "planner", "writer"],
    "integration": ["auth", "writer"],
    "planner": ["auth", "billing", "integration", "writer"],
    "writer": ["auth", "billing", "integration"],
  ]

  /// The services that may call `service`.
  static func callers(of service: String) -> Set<String> {
    Set(calls.filter { $0.value.contains(service) }.keys)
  }
}

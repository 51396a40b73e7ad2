/// So many requests in so long a window: `60/min`.
package struct ThrottleRate: Sendable, Equatable, CustomStringConvertible {
  package enum Unit: String, Sendable, CaseIterable {
    case second = "sec"
    case minute = "min"
    case hour
    case day

    package var seconds: Int {
      switch self {
      case .second: 1
      case .minute: 60
      case .hour: 3_600
      case .day: 86_400
      }
    }

    package var milliseconds: Int { seconds * 1_000 }
  }

  package let limit: Int
  package let unit: Unit

  package init(_ limit: Int, per unit: Unit = .minute) { (self.limit, self.unit) = (limit, unit) }

  /// Reads `n/sec|min|hour|day`; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let limit = Int(parts[0]), limit > 0,
      let unit = Unit(rawValue: String(parts[1]))
    else { return nil }
    self.init(limit, per: unit)
  }

  package var description: String { "\(limit)/\(unit.rawValue)" }

  /// The rates of all scopes where nothing else is configured.
  package static let defaults: [String: ThrottleRate] = [
    "ai_function": .init(10), "image_gen": .init(15), "content_write": .init(30),
    "content_read": .init(100), "auth": .init(20), "auth_strict": .init(5), "planner": .init(60),
    "planner_ai": .init(10), "writer": .init(60), "writer_ai": .init(10), "system": .init(100),
    "system_admin": .init(30), "billing": .init(30), "billing_admin": .init(10),
    "webhook": .init(600), "default": .init(100),
  ]
}

/// Where a client stands within its rate.
package struct ThrottleState: Sendable, Equatable {
  package let limit: Int
  package let used: Int
  /// When the window ends, Unix seconds.
  package let reset: Int64

  package init(limit: Int, used: Int, reset: Int64) {
    (self.limit, self.used, self.reset) = (limit, used, reset)
  }

  package var remaining: Int { max(0, limit - used) }
  package var isExceeded: Bool { used > limit }
}

import Kernel

/// How little is left of the plan's monthly credits.
package enum LowLevel: Int, Sendable, Comparable, CaseIterable {
  case normal = 0
  /// 20 % or less.
  case low = 1
  /// 5 % or less.
  case critical = 2

  package init(balance: Credits, of included: Credits) {
    let share = balance.value * 100
    if included <= .zero || share > included.value * 20 {
      self = .normal
    } else {
      self = share > included.value * 5 ? .low : .critical
    }
  }

  package var percent: Int? {
    switch self {
    case .normal: nil
    case .low: 20
    case .critical: 5
    }
  }

  package static func < (left: LowLevel, right: LowLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What people are told about a low balance.
package enum LowNotice: Sendable, Hashable {
  /// The balance went below a share of the plan's credits.
  case crossed(LowLevel)
  /// An action was refused for want of credits.
  case refused(required: Credits, available: Credits)
}

/// Remembers what was said, so that each crossing is told once.
package struct LowAlarm: Sendable, Hashable {
  package private(set) var level: LowLevel
  package private(set) var hasToldRefusal: Bool

  package init(level: LowLevel = .normal, hasToldRefusal: Bool = false) {
    (self.level, self.hasToldRefusal) = (level, hasToldRefusal)
  }

  mutating func balanceChanged(to balance: Credits, of included: Credits) -> LowNotice? {
    let now = LowLevel(balance: balance, of: included)
    defer { level = now }
    return now > level ? .crossed(now) : nil
  }

  mutating func refused(required: Credits, available: Credits) -> LowNotice? {
    defer { hasToldRefusal = true }
    return hasToldRefusal ? nil : .refused(required: required, available: available)
  }

  mutating func creditsCame() { hasToldRefusal = false }
}

/// When credits are bought by themselves: as the balance comes down to the threshold, once until it
/// has risen above it again.
package struct TopUpAlarm: Sendable, Hashable {
  package let threshold: Credits
  package let isArmed: Bool

  package init(threshold: Credits, isArmed: Bool) {
    (self.threshold, self.isArmed) = (threshold, isArmed)
  }

  /// Whether the balance makes a top-up due, or arms for the next one.
  package func turns(at balance: Credits) -> Bool { isArmed != (balance > threshold) }
}

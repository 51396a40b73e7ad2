/// Where a job is in its life; the raw value is what the table holds.
package enum JobState: String, Sendable, CaseIterable {
  /// Due now or at a later time.
  case queued
  /// Claimed by a runner whose lease is extended by heartbeat.
  case running
  /// Set itself aside until a time or until it is woken.
  case waiting
  case succeeded, failed, cancelled

  /// Nothing happens any more unless a person asks for a retry.
  package var isFinal: Bool {
    switch self {
    case .queued, .running, .waiting: false
    case .succeeded, .failed, .cancelled: true
    }
  }
}

/// Who goes first; the raw value is what the table holds.
package enum JobPriority: Int64, Sendable, CaseIterable {
  /// Somebody waits in front of a screen.
  case interactive = 0
  case pipeline = 1
  case maintenance = 2
}

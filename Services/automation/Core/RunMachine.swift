/// Where a run is in its life; the raw value is what the table holds.
package enum RunState: String, Sendable, CaseIterable {
  case created, running, paused, completed, failed, cancelled

  /// Nothing happens any more.
  package var isFinal: Bool {
    switch self {
    case .created, .running, .paused: false
    case .completed, .failed, .cancelled: true
    }
  }
}

/// Why a run is paused; the raw value is what the table holds.
package enum PauseReason: String, Sendable, CaseIterable {
  case user
  case insufficientCredits = "insufficient_credits"
  case creditCap = "credit_cap"
  case suspended
  case moduleOff = "module_off"
}

/// What may happen to a run, as a pure machine: events in, the new state out, or a refusal.
///
/// ```mermaid
/// stateDiagram-v2
///   %% States: RunState
///   [*] --> created: run now
///   created --> running: its job began
///   created --> paused: pause asked
///   running --> paused: pause asked, credits ran out, or the account may not
///   paused --> running: resumed
///   running --> completed: all stages are over
///   running --> failed: a stage failed
///   created --> cancelled: cancel asked
///   running --> cancelled: cancel asked
///   paused --> cancelled: cancel asked
///   completed --> [*]
///   failed --> [*]
///   cancelled --> [*]
/// ```
package struct RunMachine: Sendable, Equatable {
  package private(set) var state: RunState
  /// There is one while it is paused, and only then.
  package private(set) var pauseReason: PauseReason?

  package init(state: RunState = .created, pauseReason: PauseReason? = nil) {
    self.state = state
    self.pauseReason = state == .paused ? pauseReason ?? .user : nil
  }

  /// What happened to a run.
  package enum Event: Sendable, Equatable {
    /// A worker took it up, for the first time or after another worker was lost.
    case started
    case paused(PauseReason)
    case resumed
    case cancelled
    case finished
    case stageFailed
  }

  /// Why an event changes nothing.
  package enum Refusal: Error, Sendable, Equatable {
    /// The event makes no sense in this state.
    case wrongState(RunState)
  }

  /// The state after an event. Pausing what is paused, resuming what runs and cancelling what is
  /// cancelled change nothing and are no mistakes.
  /// - Throws: `Refusal`, and then nothing has changed.
  package mutating func handle(_ event: Event) throws(Refusal) {
    switch (event, state) {
    case (.started, .created), (.started, .running), (.resumed, .paused), (.resumed, .running):
      (state, pauseReason) = (.running, nil)
    case (.resumed, .created), (.paused, .paused), (.cancelled, .cancelled): break
    case (.paused(let reason), .created), (.paused(let reason), .running):
      (state, pauseReason) = (.paused, reason)
    case (.cancelled, .created), (.cancelled, .running), (.cancelled, .paused):
      (state, pauseReason) = (.cancelled, nil)
    case (.finished, .running): state = .completed
    case (.stageFailed, .running): state = .failed
    default: throw .wrongState(state)
    }
  }
}

import Kernel

/// What may happen to a job, as a pure machine: events in, the new record out, or a refusal. The
/// statements of this room do the same to the table, which a test holds them to.
///
/// ```mermaid
/// stateDiagram-v2
///   [*] --> queued: enqueued
///   queued --> running: claimed
///   running --> succeeded: succeeded
///   running --> queued: failed, tries left
///   running --> queued: released
///   running --> queued: lease expired
///   running --> waiting: parked
///   running --> failed: failed for good
///   running --> cancelled: ended after a request to cancel
///   waiting --> queued: woken or due
///   waiting --> cancelled: cancel requested
///   queued --> cancelled: cancel requested
///   failed --> queued: retried by hand
///   cancelled --> queued: retried by hand
///   succeeded --> [*]
/// ```
package struct JobMachine: Sendable, Equatable {
  package var state: JobState
  /// Tries that failed.
  package var failures: Int
  package let maxAttempts: Int
  /// Leases lost since the last checkpoint.
  package var takeovers: Int
  package let maxTakeovers: Int
  /// The fencing token: grows with each claim; a write under an older one is refused.
  package var token: Int64
  package var isCancelRequested: Bool
  package var isWakeRequested: Bool
  /// When a queued job is due, or a waiting one wakes by itself (nil: only when woken).
  package var runAt: Instant?

  package init(
    state: JobState = .queued, failures: Int = 0, maxAttempts: Int, takeovers: Int = 0,
    maxTakeovers: Int = 20, token: Int64 = 0, isCancelRequested: Bool = false,
    isWakeRequested: Bool = false, runAt: Instant?
  ) {
    (self.state, self.failures, self.maxAttempts) = (state, failures, maxAttempts)
    (self.takeovers, self.maxTakeovers, self.token) = (takeovers, maxTakeovers, token)
    (self.isCancelRequested, self.isWakeRequested) = (isCancelRequested, isWakeRequested)
    self.runAt = runAt
  }

  /// How a try of the holder of a token ended.
  package enum Ending: Sendable, Equatable {
    case succeeded
    /// Failed in a way that another try may mend.
    case failed(retryAt: Instant)
    case failedForGood
    /// Set itself aside.
    case parked(until: Instant?, at: Instant)
    /// Its runner stops; the try does not count.
    case released(at: Instant)
  }

  /// What happened to a job.
  package enum Event: Sendable, Equatable {
    case claimed
    case ended(Ending, token: Int64)
    case checkpointSaved(token: Int64)
    case leaseExpired(at: Instant)
    case cancelRequested
    case woken(at: Instant)
    /// The time of a waiting job has come.
    case due
    case retriedByHand(at: Instant)
  }

  /// Why an event changes nothing.
  package enum Refusal: Error, Sendable, Equatable {
    /// Somebody else holds the job by now.
    case staleToken
    /// The event makes no sense in this state.
    case wrongState(JobState)
  }

  /// The record after an event.
  /// - Throws: `Refusal`, and then nothing has changed.
  package mutating func handle(_ event: Event) throws(Refusal) {
    switch event {
    case .claimed: try claim()
    case .ended(let ending, let token):
      try requireHolder(token)
      end(ending)
    case .checkpointSaved(let token):
      try requireHolder(token)
      takeovers = 0
    case .leaseExpired(let now): try expire(at: now)
    case .cancelRequested: try requestCancel()
    case .woken(let now): try wake(at: now)
    case .due:
      guard state == .waiting else { throw .wrongState(state) }
      state = .queued
    case .retriedByHand(let now): try retry(at: now)
    }
  }

  private mutating func claim() throws(Refusal) {
    guard state == .queued else { throw .wrongState(state) }
    state = .running
    token += 1
    isWakeRequested = false
  }

  private func requireHolder(_ token: Int64) throws(Refusal) {
    guard self.token == token else { throw .staleToken }
    guard state == .running else { throw .wrongState(state) }
  }

  private mutating func end(_ ending: Ending) {
    switch ending {
    case .succeeded: state = .succeeded
    case .failed(let retryAt):
      failures += 1
      state = failures < maxAttempts ? .queued : .failed
      runAt = state == .queued ? retryAt : nil
    case .failedForGood:
      failures += 1
      (state, runAt) = (.failed, nil)
    case .parked(let until, let now):
      (state, runAt) = isWakeRequested ? (.queued, now) : (.waiting, until)
    case .released(let now): (state, runAt) = (.queued, now)
    }
    if isCancelRequested, state != .succeeded { (state, runAt) = (.cancelled, nil) }
    if state == .succeeded { runAt = nil }
  }

  private mutating func expire(at now: Instant) throws(Refusal) {
    guard state == .running else { throw .wrongState(state) }
    takeovers += 1
    if isCancelRequested {
      (state, runAt) = (.cancelled, nil)
    } else if takeovers > maxTakeovers {
      (state, runAt) = (.failed, nil)
    } else {
      (state, runAt) = (.queued, now)
    }
  }

  private mutating func requestCancel() throws(Refusal) {
    guard !state.isFinal else { throw .wrongState(state) }
    isCancelRequested = true
    if state != .running { (state, runAt) = (.cancelled, nil) }
  }

  private mutating func wake(at now: Instant) throws(Refusal) {
    switch state {
    case .waiting: (state, runAt) = (.queued, now)
    case .running: isWakeRequested = true
    case .queued, .succeeded, .failed, .cancelled: throw .wrongState(state)
    }
  }

  private mutating func retry(at now: Instant) throws(Refusal) {
    guard state == .failed || state == .cancelled else { throw .wrongState(state) }
    (state, runAt, failures, takeovers) = (.queued, now, 0, 0)
    (isCancelRequested, isWakeRequested) = (false, false)
  }
}

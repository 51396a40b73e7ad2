import Kernel

/// What a `JobID` identifies.
package enum JobSubject {}
/// A job's number, unique within the schema.
package typealias JobID = Identifier<JobSubject>

/// Work to be put into the queue.
package struct JobRequest: Sendable, Equatable {
  /// Names the handler.
  package var kind: String
  package var account: AccountID
  /// JSON text.
  package var payload: String
  /// Unique per account: a second request with the same key is the first job.
  package var key: String?
  package var priority: JobPriority
  /// Not before this; nil for now.
  package var runAt: Instant?
  /// Tries before the job fails, 1 or more. Tries lost with a runner do not count.
  package var maxAttempts: Int

  package init(
    kind: String, account: AccountID, payload: String, key: String? = nil,
    priority: JobPriority = .pipeline, runAt: Instant? = nil, maxAttempts: Int = 5
  ) {
    (self.kind, self.account, self.payload, self.key) = (kind, account, payload, key)
    (self.priority, self.runAt, self.maxAttempts) = (priority, runAt, maxAttempts)
  }
}

/// A job as readers see it.
package struct Job: Sendable, Equatable {
  package var id: JobID
  package var account: AccountID
  package var kind: String
  /// JSON text.
  package var payload: String
  package var key: String?
  package var priority: JobPriority
  package var state: JobState
  /// Which try this is (or was, or will be), 1 for the first.
  package var attempt: Int
  package var maxAttempts: Int
  /// When it is due, or wakes; nil while it runs, when it is over, or when it only waits to be
  /// woken.
  package var runAt: Instant?
  package var isCancelRequested: Bool
  package var progress: JobProgress
  /// JSON text of what the handler saved last.
  package var checkpoint: String?
  /// JSON text of what the handler returned.
  package var result: String?
  /// The latest failure.
  package var error: String?
  /// The latest failure's code: an `RPCCode`'s name, or `internal`.
  package var errorCode: String?
  package var createdAt: Instant
  package var startedAt: Instant?
  package var finishedAt: Instant?
}

/// How far a job is.
package struct JobProgress: Sendable, Equatable {
  /// `INIT`, `PREP`, `AI_CALL`, `PARSE`, `SAVE`, `DONE` or the handler's own.
  package var phase: String
  /// 0–100; never falls for readers of one job, unless it is retried by hand.
  package var percentage: Int
  package var message: String
  package var current: Int64
  package var total: Int64
  /// JSON text of an array.
  package var items: String?

  package init(
    phase: String = "INIT", percentage: Int = 0, message: String = "", current: Int64 = 0,
    total: Int64 = 0, items: String? = nil
  ) {
    (self.phase, self.percentage, self.message) = (phase, percentage, message)
    (self.current, self.total, self.items) = (current, total, items)
  }
}

/// A line of a job's history.
package struct JobEvent: Sendable, Equatable {
  /// The raw value is what the table holds.
  package enum Kind: String, Sendable, CaseIterable {
    /// A try failed; another follows.
    case retried
    /// The last try failed, or the failure was for good.
    case failed
    /// The lease ran out with its runner.
    case leaseLost = "lease_lost"
    case cancelled
    case retriedByHand = "retried_by_hand"
  }

  package var at: Instant
  package var kind: Kind
  package var attempt: Int
  package var detail: String
}

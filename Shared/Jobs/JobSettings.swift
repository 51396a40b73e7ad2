import Kernel

/// Numbers of a queue and its runners.
package struct JobSettings: Sendable {
  /// How long a job is out of others' reach after its runner was last heard of. Runners look six
  /// times in this time; a job is taken over at most a third later.
  package var lease: Duration = .seconds(3)
  /// How often a runner looks for jobs when nothing wakes it.
  package var poll: Duration = .seconds(1)
  /// Rest between two claims while there is something to claim: jobs are taken in batches.
  package var claimEvery: Duration = .milliseconds(2)
  /// Shortest time between two notifications to the runners of other processes.
  package var notifyEvery: Duration = .milliseconds(5)
  /// Most running jobs of one account, over all runners.
  package var perAccount = 4
  /// Leases a job may lose without saving a checkpoint in between before it fails.
  package var maxTakeovers = 20
  /// Wait between two tries; a failure that says when to come again is waited for at least that
  /// long.
  package var backoff = Backoff(base: .seconds(1), limit: .seconds(300))
  /// Shortest time between two progress reports of a job that go to Redis.
  package var progressEvery: Duration = .milliseconds(100)
  /// How long Redis keeps a job's progress.
  package var keepProgress: Duration = .seconds(3_600)
  /// How long jobs that are over are kept.
  package var keepJobs: Duration = .seconds(90 * 24 * 3_600)
  /// How long the history of jobs is kept.
  package var keepEvents: Duration = .seconds(30 * 24 * 3_600)
  /// How often old rows are removed and the depth of the queue is looked up for the metrics.
  package var cleanEvery: Duration = .seconds(15)

  package init() {}
}

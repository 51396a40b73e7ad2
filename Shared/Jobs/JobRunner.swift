import Kernel
import Logging
import Postgres
import RPC
import Synchronization

/// Does the jobs of a queue. Any number of runners, in any number of processes, share a queue.
///
/// A job is in the hands of one runner at a time, which says so by heartbeat; when it is not heard
/// of for the length of a lease another runner takes the job over, and whatever the first one
/// still writes is refused by its token. A job whose runner lives and has a heartbeat committed
/// within any lease is never run twice. One whose runner alone is not answered by Postgres may be
/// begun elsewhere while the first handler still works; while nobody is answered, nobody loses a
/// job. Cancelling the task of `run()` gives what runs back to the
/// queue.
package final class JobRunner: Sendable {
  let queue: JobQueue
  let held = HeldJobs()
  private let handlers: [String: JobHandler]
  private let concurrency: Int
  private let owner: String
  private let sessions: Database
  private let workWaiting = Signal()
  private let writer: JobWriter
  private let keeper: LeaseKeeper
  /// The last claim filled all free slots, so that there may be more to claim.
  private let isBehind = Atomic(false)

  /// Ends that may wait to be written down, for each slot, before no more is claimed.
  private static let unsettledPerSlot = 8

  /// - Parameters:
  ///   - handlers: by kind; jobs of other kinds are left to other runners.
  ///   - concurrency: most jobs running at once here.
  ///   - sessions: for claims, heartbeats, looks and endings, six at once, so that no heartbeat
  ///     waits behind what handlers and calls do; nil for the queue's own.
  package init(
    queue: JobQueue, handlers: [String: JobHandler], concurrency: Int = 16,
    sessions: Database? = nil
  ) {
    (self.queue, self.handlers, self.concurrency) = (queue, handlers, concurrency)
    owner = queue.chance.uuid()
    self.sessions = sessions ?? queue.database
    writer = JobWriter(queue: queue, sessions: self.sessions, held: held, owner: owner)
    keeper = LeaseKeeper(queue: queue, sessions: self.sessions, held: held, owner: owner)
  }

  /// Claims and does jobs until the task is cancelled; returns once all is written down.
  package func run() async {
    let helpers = [
      Task { await self.writer.run { self.workWaiting.raise() } },
      Task(priority: .high) { await self.keeper.run { self.workWaiting.raise() } },
      Task { await self.listen() }, Task { await self.clean() },
    ]
    await withDiscardingTaskGroup { group in
      var turns = Turns()
      while !Task.isCancelled {
        let runs = held.add(await claim(&turns).map { JobRun($0, queue: queue) })
        for run in runs { group.addTask { await self.perform(run) } }
        if !runs.isEmpty { try? await queue.time.sleep(for: queue.settings.claimEvery) }
        try? await workWaiting.wait(atMost: wait(until: turns.nextDue), time: queue.time)
      }
    }
    for helper in helpers { helper.cancel() }
    for helper in helpers { await helper.value }
    while held.counts.unsettled > 0 {
      guard await Task(operation: { await self.writer.settle() }).value else { break }
    }
  }

  private func wait(until nextDue: Instant?) -> Duration {
    guard let nextDue else { return queue.settings.poll }
    return min(queue.settings.poll, max(.milliseconds(1), nextDue - queue.time.now()))
  }

  /// What one claim leaves to the next.
  struct Turns {
    /// Whose turn it is.
    var served = RoundRobin()
    /// When the next scheduled job is due; nil for none. Before the first claim some may be due.
    var nextDue: Instant? = Instant(microseconds: 0)
  }

  /// Claims as many jobs as there are free slots.
  func claim(_ turns: inout Turns) async -> [ClaimedJob] {
    let (running, unsettled) = held.counts
    let free = min(concurrency - running, Self.unsettledPerSlot * concurrency - unsettled)
    guard free > 0, !handlers.isEmpty else {
      isBehind.store(true, ordering: .relaxed)
      return []
    }
    do {
      let statements = claimStatements(free, turns)
      let (lease, began) = (queue.settings.lease, queue.time.monotonic())
      let deadline = Deadline(in: lease, of: queue.time)
      // Who stops meanwhile hears what was claimed all the same, to give it back.
      let answers = try await Task {
        try await sessions.runAll(statements, in: .allAccounts, deadline: deadline)
      }.value
      let jobs = try answers[statements.count - 2].map {
        try ClaimedJob(row: $0, owner: owner, maxTakeovers: queue.settings.maxTakeovers)
      }
      turns.served.note(jobs.map { ($0.priority, $0.account) })
      turns.nextDue = try answers[statements.count - 1].first?.optionalInstant(0)
      isBehind.store(jobs.count == free, ordering: .relaxed)
      queue.figures.wereClaimed(jobs, at: queue.time.now())
      if queue.time.monotonic() - began > lease / 8 { keeper.hearNow() }
      return jobs
    } catch {
      queue.log.warning("claiming jobs failed", metadata: ["error": "\(error)"])
      // What is due is asked for again with the next poll, not at once.
      turns.nextDue = queue.time.now() + queue.settings.poll
      return []
    }
  }

  private func claimStatements(_ free: Int, _ turns: Turns) -> [(Statement, [SQLValue])] {
    let now = queue.time.now()
    let settings = queue.settings
    var statements: [(Statement, [SQLValue])] = [
      (ClaimQueries.asLease, []), (ClaimQueries.byIndex, []), (ClaimQueries.enter, []),
    ]
    if let nextDue = turns.nextDue, nextDue <= now {
      statements.append((ClaimQueries.promote, [.instant(now)]))
    }
    let claim: [SQLValue] =
      [
        .instant(now), .instant(now + settings.lease), .text(owner), .int(free),
        .int(settings.perAccount), .texts(handlers.keys.sorted()),
      ] + JobPriority.allCases.map { .int(turns.served.last($0)) }
    return statements + [(ClaimQueries.claim, claim), (ClaimQueries.nextDue, [])]
  }

  private func perform(_ run: JobRun) async {
    guard let handler = handlers[run.kind] else { return held.remove([run.place]) }
    await run.resume()
    let task = Task { try await handler(run) }
    held.begin(run.place, task)
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    end(run, result, isStopping: Task.isCancelled)
  }

  private func end(_ run: JobRun, _ result: Result<String, any Error>, isStopping: Bool) {
    let job = run.job
    let stop = held.stop(of: run.place)
    if stop == .lost { return held.remove([run.place]) }
    let now = queue.time.now()
    var ending = JobMachine.Ending.succeeded
    var failure: (any Error)?
    if case .failure(let error) = result {
      switch error {
      case let parking as Parking: ending = .parked(until: parking.until, at: now)
      case _ where stop == .cancelled || isStopping: ending = .released(at: now)
      case is LeaseLost: return held.remove([run.place])
      default: (ending, failure) = (self.ending(after: error, of: job, at: now), error)
      }
    }
    var machine = job.machine
    do { try machine.handle(.ended(ending, token: job.token)) } catch {
      return held.remove([run.place])
    }
    held.end(
      run.place,
      EndedTry(job, machine, result: try? result.get(), failure: failure))
    writer.wake()
    if isBehind.load(ordering: .relaxed) { workWaiting.raise() }
  }

  private func ending(
    after error: any Error, of job: ClaimedJob, at now: Instant
  ) -> JobMachine.Ending {
    guard !error.isPermanent else { return .failedForGood }
    var wait = queue.settings.backoff.delay(
      attempt: job.machine.failures + 1, chance: queue.chance)
    if let asked = (error as? RPCError)?.details.retryAfter { wait = max(wait, asked) }
    return .failed(retryAt: now + wait)
  }

  /// Turns signals into wake-ups.
  private func listen() async {
    await queue.wakeUps.listen(as: self) { signal in
      switch signal {
      case .work: self.workWaiting.raise()
      case .cancel: self.keeper.hearNow()
      }
    }
  }

  private func clean() async {
    while !Task.isCancelled {
      do {
        queue.figures.show(depth: try await queue.depth())
        try await queue.clean()
      } catch is CancellationError {} catch {
        queue.log.warning("cleaning jobs failed", metadata: ["error": "\(error)"])
      }
      try? await queue.time.sleep(for: queue.settings.cleanEvery)
    }
  }
}

extension EndedTry {
  init(
    _ job: ClaimedJob, _ machine: JobMachine, result: String?, failure: (any Error)?
  ) {
    key = HeldJobs.Key(account: job.account, id: job.id, token: job.token)
    (state, failures, runAt) = (machine.state, machine.failures, machine.runAt)
    self.result = result ?? ""
    let text = failure.map { ($0 as? RPCError)?.message ?? "\($0)" } ?? ""
    error = String(text.filter { $0 != "\0" }.prefix(2_000))
    code = failure.map { ($0 as? RPCError).map { "\($0.code)" } ?? "internal" } ?? ""
  }
}

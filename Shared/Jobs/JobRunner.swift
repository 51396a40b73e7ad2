import Kernel
import Logging
import Postgres
import RPC

/// Does the jobs of a queue. Any number of runners, in any number of processes, share a queue.
///
/// A job is in the hands of one runner at a time, which says so by heartbeat; when it is not heard
/// of for the length of a lease another runner takes the job over, and whatever the first one still
/// writes is refused by its token. Cancelling the task of `run()` gives what runs back to the
/// queue.
package final class JobRunner: Sendable {
  let queue: JobQueue
  let held = HeldJobs()
  private let handlers: [String: JobHandler]
  private let concurrency: Int
  private let owner: String
  private let workWaiting = Signal()
  private let writer: JobWriter

  /// - Parameters:
  ///   - handlers: by kind; jobs of other kinds are left to other runners.
  ///   - concurrency: most jobs running at once here.
  package init(
    queue: JobQueue, handlers: [String: JobHandler], concurrency: Int = 16
  ) {
    (self.queue, self.handlers, self.concurrency) = (queue, handlers, concurrency)
    owner = queue.chance.uuid()
    writer = JobWriter(queue: queue, held: held)
  }

  /// Claims and does jobs until the task is cancelled; returns once all is written down.
  package func run() async {
    let helpers = [
      Task { await self.writer.run { self.workWaiting.raise() } }, Task { await self.listen() },
      Task { await self.clean() },
    ]
    await withDiscardingTaskGroup { group in
      var turns = RoundRobin()
      while !Task.isCancelled {
        let (jobs, nextDue) = await claim(&turns)
        let runs = jobs.map { JobRun($0, queue: queue) }
        held.add(runs)
        for run in runs { group.addTask { await self.perform(run) } }
        try? await workWaiting.wait(atMost: wait(until: nextDue), time: queue.time)
      }
    }
    for helper in helpers { helper.cancel() }
    for helper in helpers { await helper.value }
    await Task { _ = await self.writer.settle() }.value
  }

  private func wait(until nextDue: Instant?) -> Duration {
    guard let nextDue else { return queue.settings.poll }
    return min(queue.settings.poll, max(.milliseconds(1), nextDue - queue.time.now()))
  }

  /// Claims as many jobs as there are free slots; also when the next scheduled one is due.
  func claim(
    _ turns: inout RoundRobin
  ) async -> (jobs: [ClaimedJob], nextDue: Instant?) {
    let free = concurrency - held.count
    guard free > 0, !handlers.isEmpty else { return ([], nil) }
    do {
      let answers = try await queue.database.runAll(
        claimStatements(free, turns), in: .allAccounts)
      let jobs = try answers[4].map {
        try ClaimedJob(row: $0, maxTakeovers: queue.settings.maxTakeovers)
      }
      turns.note(jobs.map { ($0.priority, $0.account) })
      queue.figures.wereClaimed(jobs, at: queue.time.now())
      return (jobs, try answers[5].first?.optionalInstant(0))
    } catch is CancellationError {
      return ([], nil)
    } catch {
      queue.log.warning("claiming jobs failed", metadata: ["error": "\(error)"])
      return ([], nil)
    }
  }

  private func claimStatements(
    _ free: Int, _ turns: RoundRobin
  ) -> [(Statement, [SQLValue])] {
    let now = queue.time.now()
    let settings = queue.settings
    let claim: [SQLValue] =
      [
        .instant(now), .instant(now + settings.lease), .text(owner), .int(free),
        .int(settings.perAccount), .texts(handlers.keys.sorted()),
      ] + JobPriority.allCases.map { .int(turns.last($0)) }
    return [
      (ClaimQueries.byIndex, []),
      (ClaimQueries.enter, []),
      (ClaimQueries.promote, [.instant(now)]),
      (ClaimQueries.expire, [.instant(now), .int(settings.maxTakeovers)]),
      (ClaimQueries.claim, claim),
      (ClaimQueries.nextDue, []),
    ]
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

  /// Turns notifications into wake-ups.
  private func listen() async {
    for await notification in queue.database.notifications(channel: queue.channel) {
      switch notification {
      case .received(JobSignal.cancel.rawValue): writer.hearNow()
      case .received: workWaiting.raise()
      case .resumed:
        workWaiting.raise()
        writer.hearNow()
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
    key = HeldJobs.Key(account: job.account, id: job.id)
    token = job.token
    (state, failures, runAt) = (machine.state, machine.failures, machine.runAt)
    self.result = result ?? ""
    let text = failure.map { ($0 as? RPCError)?.message ?? "\($0)" } ?? ""
    error = String(text.filter { $0 != "\0" }.prefix(2_000))
    code = failure.map { ($0 as? RPCError).map { "\($0.code)" } ?? "internal" } ?? ""
  }
}

import AutomationContract
import AutomationCore
import CommonContract
import Events
import Jobs
import Kernel
import Postgres
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AutomationService

@Suite("Schedules", .inTurn, .timeLimit(.minutes(10)))
struct ScheduleTests {
  private let site = Automation.SiteRequest(siteID: 1)
  private let noon = Instant(rfc3339: "2026-11-21T12:00:00Z") ?? Instant(seconds: 0)

  private func config(
    _ enabled: Bool = true, at time: String = "14:00", in zone: String = "Europe/Berlin"
  ) -> Automation.Config {
    Automation.Config(siteID: 1, enabled: enabled, scheduledTime: time, timezone: zone)
  }

  private func runs(_ world: AutomationWorld) async throws -> [Automation.Run] {
    try await world.pipeline.listRuns(Automation.ListRunsRequest(siteID: 1), world.call()).results
  }

  private func tasks(_ world: AutomationWorld) async throws -> [Automation.ScheduledTask] {
    try await world.tasks.listScheduledTasks(
      Automation.ListScheduledTasksRequest(function: "schedule"), world.call()
    ).results
  }

  /// Lets the schedule's job come to its end.
  private func outcome(_ world: AutomationWorld) async throws -> Automation.ScheduledTask {
    try await world.working {
      for _ in 0..<4_000 {
        if let task = try await tasks(world).first, task.finishedAt != nil { return task }
        try await RealTime().sleep(for: .milliseconds(3))
      }
      throw NeverHappened()
    }
  }

  @Test("a saved configuration says when it is due next, by the clocks of its zone")
  func nextRun() async throws {
    let world = try await AutomationWorld.make(now: noon)
    let saved = try await world.pipeline.saveConfig(config(), world.call())
    #expect(saved.nextRunAt?.rfc3339 == "2026-11-21T13:00:00Z")
    #expect(saved.lastRunAt == nil)
    world.clock.advance(to: try #require(saved.nextRunAt) + .seconds(60))
    let later = try await world.pipeline.saveConfig(
      Automation.Config(siteID: 1, delayMs: 5), world.call())
    #expect(later.nextRunAt == saved.nextRunAt)
    let moved = try await world.pipeline.saveConfig(config(in: "America/New_York"), world.call())
    #expect(moved.nextRunAt?.rfc3339 == "2026-11-21T19:00:00Z")
    let off = try await world.pipeline.saveConfig(config(false), world.call())
    #expect(off.nextRunAt == nil)
  }

  @Test(
    "a wrong zone or time is refused at its field",
    arguments: [
      ("timezone", "12:00", "Europe/Atlantis"), ("timezone", "12:00", "../../etc/passwd"),
      ("timezone", "12:00", ""), ("timezone", "12:00", "Europe"),
      ("scheduled_time", "25:00", "UTC"), ("scheduled_time", "", "UTC"),
    ])
  func refusals(_ field: String, _ time: String, _ zone: String) async throws {
    let world = try await AutomationWorld.make(now: noon)
    let refused = try await refusal {
      try await world.pipeline.saveConfig(config(at: time, in: zone), world.call())
    }
    #expect(refused?.code == .invalidArgument)
    #expect(refused?.details.fields.map(\.name) == [field])
  }

  @Test("what is due starts one run, however many replicas look for it")
  func replicas() async throws {
    let world = try await AutomationWorld.make(now: noon)
    _ = try await world.pipeline.saveConfig(config(), world.call())
    try await world.service.scheduler.tick()
    #expect(try await tasks(world).isEmpty)
    world.clock.advance(to: noon + .seconds(3_600))
    let (other, database) = world.replica()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { try await world.service.scheduler.tick() }
        group.addTask { try await other.scheduler.tick() }
      }
      try await group.waitForAll()
    }
    #expect(try await tasks(world).count == 1)
    #expect(try await outcome(world).status == "completed")
    await database.close()
    let started = try await runs(world)
    #expect(started.map(\.trigger) == ["schedule"])
    let config = try await world.pipeline.getConfig(site, world.call())
    #expect(config.nextRunAt?.rfc3339 == "2026-11-22T13:00:00Z")
    #expect(config.lastRunAt == started.first?.createdAt)
    #expect(config.lastOutcome == "started")
  }

  @Test("slots that were missed while nobody looked are one run")
  func missed() async throws {
    let world = try await AutomationWorld.make(now: noon)
    _ = try await world.pipeline.saveConfig(config(), world.call())
    world.clock.advance(to: noon + .seconds(10 * 86_400))
    try await world.service.scheduler.tick()
    try await world.service.scheduler.tick()
    _ = try await outcome(world)
    #expect(try await tasks(world).count == 1)
    #expect(try await runs(world).count == 1)
    let config = try await world.pipeline.getConfig(site, world.call())
    #expect(config.nextRunAt?.rfc3339 == "2026-12-01T13:00:00Z")
  }

  @Test("a run that is active, credits that do not suffice, nothing to do: no run, and why")
  func skipped() async throws {
    func reason(
      _ fakes: Fakes, isActive: Bool = false, isSiteActive: Bool = true
    ) async throws -> [String?] {
      let world = try await AutomationWorld.make(fakes, now: noon)
      _ = try await world.pipeline.saveConfig(config(), world.call())
      if isActive {
        let run = try await world.start()
        _ = try await world.pipeline.pause(Automation.RunRequest(runID: run.id), world.call())
      }
      fakes.state.withLock { $0.isSiteActive = isSiteActive }
      world.clock.advance(to: noon + .seconds(3_600))
      try await world.service.scheduler.tick()
      let task = try await outcome(world)
      #expect(try await runs(world).count == (isActive ? 1 : 0))
      let skipped = try await world.tasks.listScheduledTasks(
        Automation.ListScheduledTasksRequest(status: "skipped"), world.call())
      #expect(skipped.results.map(\.id) == [task.id])
      let config = try await world.pipeline.getConfig(site, world.call())
      return [task.status, task.reason, config.lastOutcome]
    }
    #expect(
      try await reason(Fakes(), isActive: true) == ["skipped", "run_active", "run_active"])
    #expect(
      try await reason(Fakes { $0.available = 23 })
        == ["skipped", "insufficient_credits", "insufficient_credits"])
    #expect(
      try await reason(Fakes { $0.items = [7: [61]] })
        == ["skipped", "nothing_to_do", "nothing_to_do"])
    #expect(
      try await reason(Fakes { $0.isSuspended = true }) == ["skipped", "suspended", "suspended"])
    #expect(
      try await reason(Fakes { $0.modulesOff = ["automation"] })
        == ["skipped", "module_off", "module_off"])
    #expect(
      try await reason(Fakes(), isSiteActive: false)
        == ["skipped", "site_unavailable", "site_unavailable"])
  }

  @Test("a schedule that was switched off meanwhile starts nothing")
  func switchedOff() async throws {
    let world = try await AutomationWorld.make(now: noon)
    _ = try await world.pipeline.saveConfig(config(), world.call())
    world.clock.advance(to: noon + .seconds(3_600))
    try await world.service.scheduler.tick()
    _ = try await world.pipeline.saveConfig(config(false), world.call())
    #expect(try await outcome(world).reason == "switched_off")
    #expect(try await runs(world).isEmpty)
  }

  @Test("a worker lost right after the run was made leaves one run")
  func takeover() async throws {
    let world = try await AutomationWorld.make(now: noon)
    _ = try await world.pipeline.saveConfig(config(), world.call())
    world.clock.advance(to: noon + .seconds(3_600))
    try await world.service.scheduler.tick()
    let first = try await outcome(world)
    // As if its end had never been written down.
    _ = try await world.test.database.run(
      Statement(
        "test.undo",
        """
        UPDATE jobs SET state = 'queued', is_due = true, run_at = created_at, finished_at = NULL
        WHERE id = $1
        """), [.int(first.id)], in: .allAccounts)
    let again = try await outcome(world)
    #expect(again.status == "completed")
    #expect(try await runs(world).count == 1)
  }

  @Test("a deleted site takes its configuration, schedule and runs along")
  func deletedSite() async throws {
    let world = try await AutomationWorld.make(Fakes { $0.items = [4: [31, 32]] }, now: noon)
    _ = try await world.pipeline.saveConfig(config(), world.call())
    world.fakes.open(false)
    let run = try await world.start()
    let handler = try #require(SiteDeparture(queue: world.service.queue).handlers["site.deleted"])
    let event = Event(
      id: "auth/1", kind: "site.deleted", account: account,
      payload: #"{"account_id":7,"site_id":1}"#, createdAt: noon)
    try await world.working {
      try await world.until { world.fakes.calls.count == 2 }
      try await world.test.database.transaction(in: .account(account)) {
        try await handler(event, $0)
      }
      let job = try await world.tasks.listScheduledTasks(
        Automation.ListScheduledTasksRequest(function: "run"), world.call()
      ).results.first
      for _ in 0..<1_000 {
        let now = try await world.tasks.getScheduledTask(
          Common.IdRequest(id: job?.id ?? 0), world.call())
        if now.reason == "cancelled" { return }
        try await RealTime().sleep(for: .milliseconds(3))
      }
      throw NeverHappened()
    }
    world.fakes.open(true)
    #expect(world.fakes.effects.isEmpty)
    let gone = try await refusal {
      try await world.pipeline.getRun(Common.IdRequest(id: run.id), world.call())
    }
    #expect(gone?.code == .notFound)
    #expect(try await world.pipeline.getConfig(site, world.call()).nextRunAt == nil)
    world.clock.advance(to: noon + .seconds(86_400))
    try await world.service.scheduler.tick()
    #expect(try await tasks(world).isEmpty)
  }
}

@Suite("Queued work, listed", .inTurn, .timeLimit(.minutes(10)))
struct ScheduledTaskTests {
  private func failedTask(_ world: AutomationWorld) async throws -> Common.IdRequest {
    world.fakes.fail(31, with: RPCError(.failedPrecondition, "Not pending"), times: 1)
    let accepted = try await world.tasks.startContent(
      Automation.StartContentRequest(ids: [31]), world.call())
    _ = try await world.working { try await world.ends(accepted.taskID) }
    return Common.IdRequest(id: try #require(Int64(accepted.taskID)))
  }

  @Test("a failed task shows what went wrong, and does its work when it is tried again")
  func retry() async throws {
    let world = try await AutomationWorld.make()
    let id = try await failedTask(world)
    let failed = try await world.tasks.getScheduledTask(id, world.call())
    #expect((failed.status, failed.function) == ("failed", "generate_content"))
    #expect((failed.error, failed.errorType) == ("Not pending", "failedPrecondition"))
    #expect(failed.history.map(\.kind) == ["failed"])
    let again = try await world.tasks.retryScheduledTask(id, world.call())
    #expect(again.status == "pending")
    let ended = try await world.working { try await world.ends("\(id.id)") }
    #expect((ended.state, ended.creditsUsed) == ("SUCCESS", 10))
    let done = try await world.tasks.getScheduledTask(id, world.call())
    #expect((done.status, done.creditsUsed) == ("completed", 10))
    #expect(done.history.map(\.kind) == ["failed", "retried_by_hand"])
    let refused = try await refusal { try await world.tasks.retryScheduledTask(id, world.call()) }
    #expect(refused?.code == .failedPrecondition)
  }

  @Test("the list has pages and filters, and nothing of another account")
  func list() async throws {
    let world = try await AutomationWorld.make()
    let id = try await failedTask(world)
    let run = try await world.start()
    func ids(
      _ request: Automation.ListScheduledTasksRequest, account: AccountID = account
    ) async throws -> [Int64] {
      try await world.tasks.listScheduledTasks(request, world.call(account: account)).results
        .map(\.id)
    }
    let all = try await ids(.init())
    #expect(all.count == 2)
    #expect(all.last == id.id)
    #expect(try await ids(.init(page: 2, pageSize: 1)) == [id.id])
    #expect(try await ids(.init(status: "failed")) == [id.id])
    #expect(try await ids(.init(status: "pending", function: "run")) == [all[0]])
    #expect(try await ids(.init(status: "lost")) == [])
    #expect(try await ids(.init(), account: AccountID(8)) == [])
    _ = try await world.pipeline.cancel(Automation.RunRequest(runID: run.id), world.call())
    #expect(try await ids(.init(status: "skipped")) == [all[0]])
    let refused = try await refusal {
      try await world.tasks.retryScheduledTask(Common.IdRequest(id: all[0]), world.call())
    }
    #expect(refused?.details.reason == "task_state")
    let foreign = try await refusal {
      try await world.tasks.getScheduledTask(id, world.call(account: AccountID(8)))
    }
    #expect(foreign?.code == .notFound)
  }
}

import AutomationContract
import CommonContract
import Jobs
import Kernel
import Postgres
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import AutomationService

@Suite("A run of the pipeline", .inTurn, .timeLimit(.minutes(10)))
struct RunTests {
  private let site = Automation.SiteRequest(siteID: 1)

  @Test("a run works off all seven stages and counts what it did")
  func whole() async throws {
    let world = try await AutomationWorld.make()
    _ = try await world.pipeline.saveConfig(
      Automation.Config(siteID: 1, autoPublish: true, destinations: ["igny8_sites"]), world.call())
    let started = try await world.start()
    #expect(started.status == "created")
    #expect(started.estimate?.requiredCredits == 24)
    let run = try await world.working { try await world.reaches("completed", started.id) }
    #expect(run.stages.map(\.status) == Array(repeating: "completed", count: 7))
    #expect(run.stages.map(\.done) == [3, 2, 2, 2, 1, 2, 1])
    #expect(run.stages.map(\.credits) == [20, 20, 0, 20, 10, 20, 0])
    #expect(run.creditsUsed == 90)
    #expect(started.estimate?.totalCredits == run.creditsUsed)
    #expect(world.fakes.effects.count == 11)
    #expect(world.fakes.effects.keys.contains("run/\(run.id)/4/31"))
    let logs = try await world.pipeline.listRunLogs(
      Automation.ListRunLogsRequest(id: run.id, pageSize: 100), world.call())
    #expect(logs.results.last?.message == "The run is complete")
  }

  @Test("without publishing by itself the content waits for a person")
  func waits() async throws {
    let world = try await AutomationWorld.make()
    let run = try await world.start()
    let ended = try await world.working { try await world.reaches("completed", run.id) }
    #expect(ended.stages[6].skipped == 1)
    #expect(ended.stages[6].done == 0)
  }

  @Test("a site has one run at a time")
  func conflict() async throws {
    let world = try await AutomationWorld.make()
    let run = try await world.start(key: "a")
    let second = try await refusal { try await world.start(key: "b") }
    #expect(second?.code == .alreadyExists)
    #expect(second?.message == "A run of this site is active already")
    _ = try await world.pipeline.pause(Automation.RunRequest(runID: run.id), world.call())
    #expect(try await refusal { try await world.start() }?.details.reason == "run_active")
    let same = try await world.start(key: "a")
    #expect(same == run)
  }

  @Test("a run starts only with 1.2 times the credits of its first stage")
  func credits() async throws {
    let world = try await AutomationWorld.make(Fakes { $0.available = 23 })
    let estimate = try await world.pipeline.estimate(site, world.call())
    #expect(!estimate.sufficient)
    let refused = try await refusal { try await world.start() }
    #expect(refused?.details.reason == "insufficient_credits")
    #expect(refused?.details.required == 24)
  }

  @Test("credits that run out pause the run, and a top-up lets it go on without a repeat")
  func pausesWithoutCredits() async throws {
    let world = try await AutomationWorld.make(Fakes { $0.available = 45 })
    let run = try await world.start()
    try await world.working {
      let paused = try await world.reaches("paused", run.id)
      #expect(paused.pauseReason == "insufficient_credits")
      world.fakes.state.withLock { $0.available = 1_000 }
      _ = try await world.pipeline.resume(Automation.RunRequest(runID: run.id), world.call())
      let ended = try await world.reaches("completed", run.id)
      #expect(ended.creditsUsed == 90)
      #expect(ended.stages.allSatisfy { $0.failed == 0 })
    }
    #expect(world.fakes.state.withLock { $0.available } == 1_000 - 50)
  }

  @Test("a run stops before it spends more than its cap, and goes on once that is raised")
  func cap() async throws {
    let world = try await AutomationWorld.make()
    _ = try await world.pipeline.saveConfig(
      Automation.Config(siteID: 1, creditCap: 55), world.call())
    let run = try await world.start()
    try await world.working {
      let paused = try await world.reaches("paused", run.id)
      #expect(paused.pauseReason == "credit_cap")
      #expect(paused.creditsUsed == 50)
      _ = try await world.pipeline.saveConfig(
        Automation.Config(siteID: 1, cleared: ["credit_cap"]), world.call())
      _ = try await world.pipeline.resume(Automation.RunRequest(runID: run.id), world.call())
      #expect(try await world.reaches("completed", run.id).creditsUsed == 90)
    }
  }

  @Test("a stage takes as many items as it may, in batches as large as it may; others are off")
  func limits() async throws {
    let world = try await AutomationWorld.make()
    _ = try await world.pipeline.saveConfig(
      Automation.Config(
        siteID: 1,
        stages: [
          Automation.StageConfig(stage: 1, batchSize: 1),
          Automation.StageConfig(stage: 2, enabled: false),
          Automation.StageConfig(stage: 4, maxItems: 1),
        ]), world.call())
    let run = try await world.start()
    #expect(run.estimate?.stages.map(\.stage) == [1, 3, 4, 5, 6, 7])
    #expect(run.estimate?.stages.map(\.credits) == [30, 0, 10, 10, 20, 0])
    let ended = try await world.working { try await world.reaches("completed", run.id) }
    #expect(ended.stages[1].status == "skipped")
    #expect(ended.stages.map(\.seen) == [3, 0, 2, 1, 1, 2, 1])
    #expect(ended.creditsUsed == 70)
    let batches = [1, 2, 3].map { "run/\(run.id)/1/\($0)" }
    #expect(batches.allSatisfy(world.fakes.effects.keys.contains))
  }

  @Test("what was asked of a run in the wrong state is refused, a repeat is not")
  func wrongState() async throws {
    let world = try await AutomationWorld.make()
    let run = Automation.RunRequest(runID: try await world.start().id)
    #expect(try await world.pipeline.resume(run, world.call()).status == "created")
    #expect(try await world.pipeline.pause(run, world.call()).status == "paused")
    #expect(try await world.pipeline.pause(run, world.call()).status == "paused")
    #expect(try await world.pipeline.cancel(run, world.call()).status == "cancelled")
    #expect(try await world.pipeline.cancel(run, world.call()).status == "cancelled")
    for act in [world.pipeline.pause, world.pipeline.resume] {
      let refused = try await refusal { try await act(run, world.call()) }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.message == "The run is cancelled")
    }
  }

  @Test("a failing item is noted and the run goes on")
  func failingItem() async throws {
    let world = try await AutomationWorld.make()
    world.fakes.fail(31, with: RPCError(.invalidArgument, "No such task"))
    let run = try await world.start()
    let ended = try await world.working { try await world.reaches("completed", run.id) }
    #expect(ended.stages[3].failed == 1)
    #expect(ended.stages[3].done == 1)
  }

  @Test("an item that is out of reach for a while is tried again")
  func transient() async throws {
    let world = try await AutomationWorld.make()
    world.fakes.fail(32, with: RPCError(.unavailable, "Away"), times: 6)
    let run = try await world.start()
    let ended = try await world.working { try await world.reaches("completed", run.id) }
    #expect(ended.stages[3].done == 2)
    #expect(world.fakes.calls["run/\(run.id)/4/32"] == 7)
  }

  @Test("a stage that reaches nobody fails the run with the reason")
  func failingStage() async throws {
    let world = try await AutomationWorld.make()
    for id in [11, 12] as [Int64] {
      world.fakes.fail(id, with: RPCError(.unavailable, "Away"))
    }
    let run = try await world.start()
    let ended = try await world.working { try await world.reaches("failed", run.id) }
    #expect(ended.error == "Clusters to ideas: Away")
    #expect(ended.stages[1].status == "failed")
  }

  @Test("pausing finishes what is in flight and stops before the next")
  func pause() async throws {
    let world = try await AutomationWorld.make(
      Fakes { $0.items = [4: Array(31...40)] })
    world.fakes.open(false)
    let run = try await world.start()
    try await world.working {
      try await world.until { world.fakes.calls.count == 4 }
      _ = try await world.pipeline.pause(Automation.RunRequest(runID: run.id), world.call())
      world.fakes.open(true)
      try await world.until { world.fakes.effects.count == 4 }
      let paused = try await world.reaches("paused", run.id)
      #expect(paused.pauseReason == "user")
      try await RealTime().sleep(for: .milliseconds(50))
      #expect(world.fakes.calls.count == 4)
      _ = try await world.pipeline.resume(Automation.RunRequest(runID: run.id), world.call())
      #expect(try await world.reaches("completed", run.id).stages[3].done == 10)
    }
    #expect(world.fakes.calls.values.allSatisfy { $0 == 1 })
  }

  @Test("a cancelled run stops and keeps what exists")
  func cancel() async throws {
    let world = try await AutomationWorld.make(Fakes { $0.items = [4: [31, 32, 33, 34, 35, 36]] })
    world.fakes.open(false)
    let run = try await world.start()
    try await world.working {
      try await world.until { world.fakes.calls.count == 4 }
      let cancelled = try await world.pipeline.cancel(
        Automation.RunRequest(siteID: 1), world.call())
      #expect(cancelled.status == "cancelled")
      #expect(cancelled.stages[3].skipped == 6)
    }
    world.fakes.open(true)
    #expect(world.fakes.effects.isEmpty)
    #expect(try await world.run(run.id).finishedAt != nil)
    #expect(try await world.start().status == "created")
  }

  @Test("what was being saved when the run was cancelled is counted")
  func cancelWhileSaving() async throws {
    let world = try await AutomationWorld.make(
      Fakes {
        $0.items = [4: [31, 32, 33, 34, 35, 36]]
        $0.holdsSaving = true
      })
    let run = try await world.start()
    try await world.working {
      try await world.until { world.fakes.effects.count == 4 }
      // The last word of the four has come by now, or comes while they are brought to their end.
      try await RealTime().sleep(for: .milliseconds(100))
      _ = try await world.pipeline.cancel(Automation.RunRequest(siteID: 1), world.call())
      try await RealTime().sleep(for: .milliseconds(100))
      world.fakes.state.withLock { $0.holdsSaving = false }
      for _ in 0..<2_000 where try await world.run(run.id).creditsUsed < 40 {
        try await RealTime().sleep(for: .milliseconds(3))
      }
    }
    let ended = try await world.run(run.id)
    #expect(ended.status == "cancelled")
    #expect((ended.stages[3].done, ended.stages[3].skipped, ended.creditsUsed) == (4, 2, 40))
    #expect(world.fakes.effects.count == 4)
  }

  @Test("a run whose worker was lost goes on elsewhere without a repeat or a gap")
  func takeover() async throws {
    let world = try await AutomationWorld.make(
      Fakes { $0.items = [4: Array(31...50)] }, lease: .milliseconds(600))
    let (lost, database) = world.replica()
    world.fakes.open(false)
    let run = try await world.start()
    let worker = Task { await lost.runner.run() }
    try await world.until { world.fakes.calls.count == 4 }
    // Nothing that the first worker writes reaches the database any more.
    await database.close()
    world.fakes.open(true)
    let ended = try await world.working { try await world.reaches("completed", run.id) }
    worker.cancel()
    await worker.value
    #expect(ended.stages[3].done == 20)
    #expect(ended.creditsUsed == 200)
    #expect(world.fakes.effects.count == 20)
  }

  @Test("a watched run is shown until it has ended")
  func watch() async throws {
    let world = try await AutomationWorld.make()
    let run = try await world.start()
    try await world.working {
      var shown: [String] = []
      for try await now in world.pipeline.watchRun(Common.IdRequest(id: run.id), world.call()) {
        shown.append(now.status)
      }
      #expect(shown.last == "completed")
      #expect(shown.count > 1)
    }
  }

  @Test("another account's run is not found")
  func tenancy() async throws {
    let world = try await AutomationWorld.make()
    let run = try await world.start()
    let other = world.call(account: AccountID(8))
    let refused = try await refusal {
      try await world.pipeline.getRun(Common.IdRequest(id: run.id), other)
    }
    #expect(refused?.code == .notFound)
    let list = try await world.pipeline.listRuns(Automation.ListRunsRequest(), other)
    #expect(list.count == 0)
  }
}

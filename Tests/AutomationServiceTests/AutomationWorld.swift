import AuthContract
import AutomationContract
import AutomationCore
import BillingContract
import CommonContract
import IntegrationContract
import Jobs
import Kernel
import PlannerContract
import Postgres
import RPC
import RPCTestKit
import Synchronization
import TestKit
import WriterContract

@testable import AutomationService

let account = AccountID(7)

/// The automation service over a database of its own, with services that only pretend.
struct AutomationWorld: Sendable {
  let test: TestDatabase
  let fakes: Fakes
  let clock: ShiftedTime
  private let lease: Duration
  let service: AutomationService

  /// - Parameters:
  ///   - now: what the clock shows at first; nil for what it is.
  ///   - lease: short where a replica takes over, long enough for a busy machine elsewhere.
  static func make(
    _ fakes: Fakes = Fakes(), now: Instant? = nil, lease: Duration = .seconds(5)
  ) async throws -> AutomationWorld {
    let clock = ShiftedTime(now)
    let test = try await TestDatabase.make(
      schema: AutomationMigrations.schema, migrations: AutomationMigrations.all)
    return AutomationWorld(
      test: test, fakes: fakes, clock: clock, lease: lease,
      service: service(over: test.database, fakes, clock, lease))
  }

  private static func service(
    over database: Database, _ fakes: Fakes, _ clock: ShiftedTime, _ lease: Duration
  ) -> AutomationService {
    var settings = AutomationSettings()
    settings.retry = Backoff(base: .milliseconds(1), limit: .milliseconds(2))
    settings.round = Backoff(base: .milliseconds(1), limit: .milliseconds(2))
    settings.watchEvery = .milliseconds(5)
    settings.standingAge = .zero
    var jobs = JobSettings()
    jobs.poll = .milliseconds(50)
    jobs.lease = lease
    jobs.backoff = Backoff(base: .milliseconds(2), limit: .milliseconds(10))
    let caller = InProcessTransport(fakes.routes)
    return AutomationService(
      settings: settings,
      peers: Peers(
        auth: caller, planner: caller, writer: caller, integration: caller, billing: caller),
      database: database, redis: nil, time: clock, chance: SeededChance(seed: 5),
      log: quietLog, jobs: jobs)
  }

  /// Another process over the same database, and how to make it be heard of no more.
  func replica() -> (service: AutomationService, database: Database) {
    let database = Database(settings: test.settings, time: RealTime(), log: quietLog)
    return (Self.service(over: database, fakes, clock, lease), database)
  }

  var pipeline: PipelineClient { PipelineClient(InProcessTransport(service.routes)) }
  var tasks: AITasksClient { AITasksClient(InProcessTransport(service.routes)) }

  func call(key: String? = nil, account: AccountID = account) -> OutgoingCall {
    OutgoingCall(
      context: CallContext(
        requestID: "test", actor: .user, account: account, user: UserID(5), role: .owner),
      deadline: Deadline(in: .seconds(300), of: RealTime()), idempotencyKey: key)
  }

  /// Keeps the runner running while `body` runs.
  func working<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    let runner = Task { await service.runner.run() }
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    runner.cancel()
    await runner.value
    return try result.get()
  }

  func start(key: String? = nil) async throws -> Automation.Run {
    try await pipeline.runNow(Automation.SiteRequest(siteID: 1), call(key: key))
  }

  func run(_ id: Int64) async throws -> Automation.Run {
    try await pipeline.getRun(Common.IdRequest(id: id), call())
  }

  /// The run once it is in a state.
  func reaches(_ status: String, _ id: Int64) async throws -> Automation.Run {
    for _ in 0..<4_000 {
      let run = try await run(id)
      if run.status == status { return run }
      try await RealTime().sleep(for: .milliseconds(3))
    }
    throw NeverHappened()
  }

  /// The task once it has ended.
  func ends(_ id: String) async throws -> Automation.TaskProgress {
    for _ in 0..<4_000 {
      let now = try await tasks.getTaskProgress(Automation.TaskRequest(taskID: id), call())
      if now.finishedAt != nil { return now }
      try await RealTime().sleep(for: .milliseconds(3))
    }
    throw NeverHappened()
  }

  func until(_ isSo: () -> Bool) async throws {
    for _ in 0..<4_000 {
      if isSo() { return }
      try await RealTime().sleep(for: .milliseconds(3))
    }
    throw NeverHappened()
  }
}

struct NeverHappened: Error {}

/// The machine's clock, which a test may set forward.
final class ShiftedTime: TimeSource {
  private let shift: Mutex<Duration>

  init(_ now: Instant?) { shift = Mutex(now.map { $0 - RealTime().now() } ?? .zero) }

  func now() -> Instant { RealTime().now() + shift.withLock { $0 } }
  func monotonic() -> Duration { RealTime().monotonic() }
  func sleep(for duration: Duration) async throws { try await RealTime().sleep(for: duration) }

  func advance(to now: Instant) { shift.withLock { $0 = now - RealTime().now() } }
}

/// What a call was refused with; nil when it went through.
func refusal(_ body: () async throws -> some Any) async throws -> RPCError? {
  do {
    _ = try await body()
    return nil
  } catch let error as RPCError {
    return error
  }
}

import AutomationContract
import CommonContract
import JSON
import Jobs
import Kernel
import Postgres
import RPC
import Resources

/// Queued work as an account's people see it: listed, explained, tried again.
struct ScheduledTaskHandlers: Sendable {
  let database: Database
  let queue: JobQueue

  func register(in routes: inout RPCRoutes) {
    routes.answer(AITasksMethods.listScheduledTasks, list)
    routes.answer(AITasksMethods.getScheduledTask, get)
    routes.answer(AITasksMethods.retryScheduledTask, retry)
  }

  private func list(
    _ request: Automation.ListScheduledTasksRequest, _ call: IncomingCall
  ) async throws -> Automation.ListScheduledTasksReply {
    let account = try call.requireAccount()
    let page = try Page(request.page, size: request.pageSize)
    let filter: [SQLValue] = [
      .id(account), .text(request.function.map(ScheduledFunction.kind)), .text(request.status),
    ]
    let rows = try await database.runAll(
      [
        (TaskQueries.count, filter),
        (TaskQueries.list, filter + [.int(page.size), .int(page.offset)]),
      ], in: .account(account), deadline: call.deadline)
    return Automation.ListScheduledTasksReply(
      count: try rows[0].one().int(0),
      results: try rows[1].map { try Automation.ScheduledTask(row: $0, account: account) })
  }

  private func get(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Automation.ScheduledTask {
    let account = try call.requireAccount()
    let rows = try await database.run(
      TaskQueries.get, [.id(account), .int(request.id)], in: .account(account),
      deadline: call.deadline)
    guard let row = rows.first else { throw RPCError.missing }
    var task = try Automation.ScheduledTask(row: row, account: account)
    task.history = try await queue.history(JobID(request.id), of: account).map { event in
      Automation.TaskEvent(
        at: event.at, kind: event.kind.rawValue, attempt: Int32(event.attempt),
        detail: event.detail)
    }
    return task
  }

  /// A run is over for good; what it left is for the next one.
  private func retry(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Automation.ScheduledTask {
    let task = try await get(request, call)
    guard task.function != ScheduledFunction.run,
      try await queue.retry(JobID(request.id), of: try call.requireAccount())
    else {
      throw RPCError(
        .failedPrecondition, "Only a task that failed or was cancelled can be tried again",
        reason: "task_state")
    }
    return try await get(request, call)
  }
}

/// What jobs are called for people.
private enum ScheduledFunction {
  static let run = "run"
  static let schedule = "schedule"

  static func name(ofKind kind: String) -> String {
    switch kind {
    case PipelineJob.kind: run
    case ScheduleJob.kind: schedule
    default: AITask(kind: kind)?.rawValue ?? kind
    }
  }

  static func kind(_ name: String) -> String {
    switch name {
    case run: PipelineJob.kind
    case schedule: ScheduleJob.kind
    default: AITask(rawValue: name)?.kind ?? name
    }
  }
}

extension Automation.ScheduledTask {
  /// Reads the columns of `TaskQueries`.
  fileprivate init(row: Row, account: AccountID) throws {
    let result = try row.optionalJSON(6).map(JSONValue.init(parsing:))
    let failures = Int32(try row.int(4))
    let hasFailed = try row.text(13) == JobState.failed.rawValue
    self.init(
      id: try row.int(0), accountID: account.value,
      function: ScheduledFunction.name(ofKind: try row.text(1)), status: try row.text(2),
      reason: try row.optionalText(3), attempt: hasFailed ? max(1, failures) : failures + 1,
      maxAttempts: Int32(try row.int(5)), result: result?["result"]?.text,
      creditsUsed: result?["credits_used"]?.int ?? 0, error: try row.optionalText(7),
      errorType: try row.optionalText(8), runAt: try row.optionalInstant(9),
      startedAt: try row.optionalInstant(10), finishedAt: try row.optionalInstant(11),
      createdAt: try row.instant(12))
  }
}

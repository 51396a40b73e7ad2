import AutomationCore
import CommonContract
import JSON
import Jobs
import Kernel
import RPC

/// Does a task. A try after the first asks for everything again under the same keys, and is given
/// what was done before.
struct AITaskJob: Sendable {
  /// Calls in flight.
  static let concurrency = 3

  let work: ItemWork

  func run(_ job: JobRun) async throws -> String {
    guard let task = AITask(kind: job.kind) else { return "{}" }
    let order = try AITaskOrder(task, json: job.payload)
    let board = TaskBoard(order: order, job: job)
    try await board.show()
    let principal = Principal(
      account: job.account, user: order.user, requestID: order.requestID)
    let units = order.units
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, unit) in units.enumerated() {
        if index >= Self.concurrency { try await group.next() }
        if await board.mustStop { break }
        group.addTask {
          try await perform(index, unit.unit, key: job.key(unit.step), as: principal, board)
        }
      }
      try await group.waitForAll()
    }
    return try await board.end()
  }

  /// A failing item is noted, not thrown: the others go on.
  private func perform(
    _ index: Int, _ unit: WorkUnit, key: String, as principal: Principal, _ board: TaskBoard
  ) async throws {
    do {
      try await board.began(index)
      let result = try await work.perform(unit, as: principal, key: key) {
        try await board.note(index, phase: $0.phase, percentage: Int($0.percentage), $0.message)
      }
      try await board.ended(index, .success(result))
    } catch let error as RPCError {
      try Task.checkCancellation()
      try await board.ended(index, .failure(error))
    }
  }
}

/// What readers are shown of a task, and what it has given so far.
actor TaskBoard {
  private struct Entry {
    var status = "pending"
    var outcome: Result<WorkResult, RPCError>?
  }

  private let order: AITaskOrder
  private let job: JobRun
  private var sum: TaskProgressSum
  private var entries: [Entry]

  init(order: AITaskOrder, job: JobRun) {
    (self.order, self.job) = (order, job)
    let count = order.units.count
    (sum, entries) = (TaskProgressSum(items: count), Array(repeating: Entry(), count: count))
  }

  /// The account cannot pay or may not go on: nothing further is begun.
  var mustStop: Bool { failures.contains { $0.pauseReason != nil } }

  private var failures: [RPCError] {
    entries.compactMap { if case .failure(let error) = $0.outcome { error } else { nil } }
  }

  private var results: [WorkResult] { entries.compactMap { try? $0.outcome?.get() } }

  func began(_ index: Int) async throws {
    entries[index].status = "running"
    try await show()
  }

  func note(_ index: Int, phase: String, percentage: Int, _ message: String) async throws {
    sum.note(index, phase: phase, percentage: percentage)
    try await show(message)
  }

  func ended(_ index: Int, _ outcome: Result<WorkResult, RPCError>) async throws {
    entries[index].outcome = outcome
    if case .success = outcome {
      entries[index].status = "done"
    } else {
      entries[index].status = "failed"
    }
    sum.note(index, phase: "DONE", percentage: 100)
    try await show()
  }

  func show(_ message: String = "") async throws {
    let ended = entries.filter { $0.outcome != nil }.count
    try await job.progress(
      sum.phase, sum.percentage, message, current: Int64(ended), total: Int64(entries.count),
      items: items.text)
  }

  /// The items as the contract has them; keywords that are clustered by one call end together.
  private var items: JSONValue {
    .array(
      order.items.indices.map { index in
        let entry = entries[min(index, entries.count - 1)]
        var members: [JSONValue.Member] = [
          .init("id", .int(order.items[index].id)),
          .init("label", .string(order.items[index].label)),
          .init("status", .string(entry.status)),
        ]
        switch entry.outcome {
        case .success(let result) where index < entries.count:
          members.append(.init("credits", .int(result.credits)))
        case .failure(let error): members.append(.init("error", .string(error.message)))
        default: break
        }
        return .object(members)
      })
  }

  /// The job's result.
  /// - Throws: when the account cannot go on or nothing was done: the reason, which decides whether
  ///   the task is tried again.
  func end() throws -> String {
    if let error = failures.first(where: { $0.pauseReason != nil }) { throw error }
    if results.isEmpty, let error = failures.first { throw error }
    let credits = results.reduce(0) { $0 + $1.credits }
    let value: JSONValue = [
      "credits_used": .int(credits), "items": items, "result": try result(),
    ]
    return value.text
  }

  private func result() throws -> JSONValue {
    let parsed = try results.map { try $0.result.map(JSONValue.init(parsing:)) ?? .null }
    if entries.count == 1, let only = parsed.first { return only }
    return [
      "done": .int(Int64(results.count)), "failed": .int(Int64(failures.count)),
      "results": .array(parsed),
    ]
  }
}

import AutomationCore
import Jobs
import Kernel
import Postgres
import RPC

/// A call that is still to be made, with the items that it stands for.
struct PendingUnit: Sendable {
  let unit: WorkUnit
  let ids: [Int64]
  let label: String
  /// Credits that it will take at most, where a run has a cap.
  let estimate: Int64
  let key: String
}

/// What came of one look at a stage's pending items.
struct Round: Sendable {
  /// Units that were done or failed for good.
  var ended = 0
  /// What could not be reached; nil where it is the stage as a whole.
  var unreachable: [(unit: PendingUnit?, error: RPCError)] = []
  /// The run must pause.
  var stop: PauseReason?
  /// Unreachable ones since the last that ended.
  var inARow = 0
}

extension StageWork {
  fileprivate enum Outcome: Sendable {
    case ended
    case unreachable(PendingUnit, RPCError)
    case stopped(PauseReason)
  }

  /// Does units, several at once, until all are done or one says to stop. What is in flight then is
  /// brought to its end.
  func perform(_ units: [PendingUnit]) async throws -> Round {
    try await withThrowingTaskGroup(of: (Outcome, Int64).self) { group in
      var round = Round()
      var rest = units[...]
      var (inFlight, promised): (Int, Int64) = (0, 0)
      while true {
        while inFlight < stage.concurrency, let unit = rest.first {
          guard round.stop == nil, round.inARow < RetryRule.mostInARow,
            try await mayStart(unit, promised: promised, &round)
          else {
            rest = []
            break
          }
          rest = rest.dropFirst()
          (inFlight, promised) = (inFlight + 1, promised + unit.estimate)
          group.addTask { (try await self.perform(unit), unit.estimate) }
        }
        guard let (outcome, estimate) = try await group.next() else { return round }
        (inFlight, promised) = (inFlight - 1, promised - estimate)
        round.note(outcome)
      }
    }
  }

  /// Whether the run still runs, may, and can afford it.
  private func mayStart(
    _ unit: PendingUnit, promised: Int64, _ round: inout Round
  ) async throws -> Bool {
    guard let now = try await runs.get(run.id, of: account) else { return false }
    guard now.machine.state == .running || now.machine.state == .created else { return false }
    if let reason = try await work.standing(of: principal).pauseReason {
      round.stop = reason
      return false
    }
    guard let cap = config.creditCap, stage.operation != nil else { return true }
    let spent = try await database.run(
      ItemQueries.spent, [.id(account), .id(run.id)], in: .account(account)
    ).one().int(0)
    if spent + promised + unit.estimate <= cap { return true }
    round.stop = .creditCap
    return false
  }

  private func perform(_ unit: PendingUnit) async throws -> Outcome {
    let point = SavePoint(isSaving: stage == .tasks)
    return try await point.run { try await self.perform(unit, point) }
  }

  private func perform(_ unit: PendingUnit, _ point: SavePoint) async throws -> Outcome {
    do {
      let result = try await work.perform(unit.unit, as: principal, key: unit.key) {
        try point.note($0)
      }
      try await settle(unit, .success(result))
      return .ended
    } catch let error as RPCError {
      try Task.checkCancellation()
      if let reason = error.pauseReason { return .stopped(reason) }
      if !error.isPermanent { return .unreachable(unit, error) }
      try await settle(unit, .failure(error))
      return .ended
    }
  }

  /// Writes down how a unit ended.
  func settle(_ unit: PendingUnit, _ result: Result<WorkResult, RPCError>) async throws {
    let ids: SQLValue = .ints(unit.ids)
    switch result {
    case .success(let result):
      try await write(
        [(ItemQueries.settle, place + [ids, "done", .int(result.credits), .null])],
        log: LogLine("\(unit.label): done, \(result.credits) credits"))
    case .failure(let error):
      try await write(
        [(ItemQueries.settle, place + [ids, "failed", 0, .text(error.message)])],
        log: LogLine("\(unit.label): \(error.message)", .warning))
    }
  }
}

extension Round {
  fileprivate mutating func note(_ outcome: StageWork.Outcome) {
    switch outcome {
    case .ended: (ended, inARow) = (ended + 1, 0)
    case .unreachable(let unit, let error):
      unreachable.append((unit, error))
      inARow += 1
    case .stopped(let reason): stop = reason
    }
  }
}

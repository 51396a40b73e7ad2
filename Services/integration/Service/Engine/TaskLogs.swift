import IntegrationContract
import Kernel
import Logging
import Postgres
import RPC

/// Does AI work with the engine that the account has chosen, and keeps a row about each piece.
struct TaskLogs: Sendable {
  let engines: EngineChoice
  let database: Database
  let time: any TimeSource
  let log: Logger

  /// - Throws: `RPCError`; what failed is logged and charged to nobody.
  func run<Result: Sendable>(
    _ job: EngineJob, _ work: @Sendable (any Engine, EngineJob) async throws -> Result
  ) async throws -> (result: Result, usage: Integration.Usage) {
    let began = time.monotonic()
    let chosen = try await engines.engine(for: job)
    do {
      let result = try await work(chosen.engine(), job)
      let id = try await note(job, chosen, nil, since: began)
      return (result, usage(job, chosen, id))
    } catch let failure as AIFailure {
      await noteFailure(failure, job, chosen, since: began)
      throw failure.rpcError
    } catch let error as CancellationError {
      await noteFailure(.abandoned, job, chosen, since: began)
      throw error
    }
  }

  private func usage(_ job: EngineJob, _ chosen: ChosenEngine, _ id: Int64) -> Integration.Usage {
    let spent = job.tally.now
    return Integration.Usage(
      provider: chosen.provider, model: chosen.model, tokensInput: spent.tokensInput,
      tokensOutput: spent.tokensOutput, costMicros: spent.costMicros,
      promptVersion: spent.promptVersion, logID: id)
  }

  private func noteFailure(
    _ failure: AIFailure, _ job: EngineJob, _ chosen: ChosenEngine, since began: Duration
  ) async {
    log.warning(
      "an AI function failed",
      metadata: [
        "function": "\(job.function.rawValue)", "account": "\(job.account)",
        "provider": "\(chosen.provider)", "code": "\(failure.code)",
        "tries": "\(job.tally.now.tries)",
      ])
    do {
      _ = try await note(job, chosen, failure, since: began)
    } catch {
      log.error("the AI function's row is lost", metadata: ["error": "\(error)"])
    }
  }

  /// Keeps the row even when the call is given up meanwhile: what was used was used.
  private func note(
    _ job: EngineJob, _ chosen: ChosenEngine, _ failure: AIFailure?, since began: Duration
  ) async throws -> Int64 {
    let took = time.monotonic() - began
    let (spent, assignment) = (job.tally.now, job.assignment)
    let values: [SQLValue] = [
      .id(job.account), .text(job.function.rawValue), .text(assignment.taskID),
      .int(assignment.holdID), .int(assignment.siteID), .int(assignment.sectorID),
      .text(chosen.provider), .text(chosen.model), .int(spent.promptVersion),
      .bool(failure == nil), .text(failure?.code), .text(failure?.message),
      .int(spent.tries), .bool(spent.wasRepaired), .bool(spent.wasAskedAgain),
      .int(spent.tokensInput), .int(spent.tokensOutput), .int(spent.costMicros),
      .int(took.milliseconds), .instant(time.now()),
    ]
    return try await Task {
      try await database.run(TaskLogQueries.insert, values, in: .account(job.account))
        .one().int(0)
    }.value
  }
}

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
      let result = try await work(chosen.engine, job)
      let id = try await note(job, chosen, nil, since: began)
      return (result, usage(job, chosen, id))
    } catch let failure as AIFailure {
      try await note(job, chosen, failure, since: began)
      throw failure.rpcError
    }
  }

  private func usage(_ job: EngineJob, _ chosen: ChosenEngine, _ id: Int64) -> Integration.Usage {
    let spent = job.tally.now
    return Integration.Usage(
      provider: chosen.provider, model: chosen.model, tokensInput: spent.tokensInput,
      tokensOutput: spent.tokensOutput, costMicros: spent.costMicros,
      promptVersion: spent.promptVersion, logID: id)
  }

  @discardableResult
  private func note(
    _ job: EngineJob, _ chosen: ChosenEngine, _ failure: AIFailure?, since began: Duration
  ) async throws -> Int64 {
    let spent = job.tally.now
    let assignment = job.assignment
    if let failure {
      log.warning(
        "an AI function failed",
        metadata: [
          "function": "\(job.function.rawValue)", "account": "\(job.account)",
          "provider": "\(chosen.provider)", "code": "\(failure.code)", "tries": "\(spent.tries)",
        ])
    }
    let rows = try await database.run(
      TaskLogQueries.insert,
      [
        .id(job.account), .text(job.function.rawValue), .text(assignment.taskID),
        .int(assignment.holdID), .int(assignment.siteID), .int(assignment.sectorID),
        .text(chosen.provider), .text(chosen.model), .int(spent.promptVersion),
        .bool(failure == nil), .text(failure?.code), .text(failure?.message),
        .int(spent.tries), .bool(spent.wasRepaired), .bool(spent.wasAskedAgain),
        .int(spent.tokensInput), .int(spent.tokensOutput), .int(spent.costMicros),
        .int((time.monotonic() - began).milliseconds), .instant(time.now()),
      ], in: .account(job.account))
    return try rows.one().int(0)
  }
}

import CommonContract
import Events
import IntegrationContract
import JSON
import Jobs
import Kernel
import Metering
import PlannerContract
import Postgres
import RPC

/// The jobs of the simulation: what they are called, what they do and what must be there when they
/// have succeeded.
enum Work {
  /// One paid piece.
  static let paid = "paid"
  /// Three paid pieces with a checkpoint after each.
  static let batch = "batch"
  /// Three writes of the runner's own, each under the fence.
  static let fenced = "fenced"
  /// Sets itself aside once, then writes as `fenced`.
  static let parking = "parking"
  static let kinds = [paid, batch, fenced, parking]

  static let pieces = 3

  /// The effects that a job of a kind has once it has succeeded.
  static func keys(of id: Int64, _ row: JobRow) -> [String] {
    switch row.kind {
    case paid: ["planner/job/\(id)/1"]
    case batch: (1...pieces).map { "planner/job/\(id)/\($0)" }
    default: (1...pieces).map { "automation/job/\(id)/\($0)" }
    }
  }

  /// The hold that a charge in the outbox is about.
  static func hold(in payload: String) -> Int64? {
    (try? JSONValue(parsing: payload))?["hold_id"]?.int
  }
}

/// What runs the jobs of a worker.
struct WorkHandlers: Sendable {
  let process: Process
  let database: Database
  let makers: any RPCCaller

  var all: [String: JobHandler] {
    [
      Work.paid: { run in
        try await buy(1, run)
        return "{}"
      },
      Work.batch: { run in
        for piece in next(run)..<(Work.pieces + 1) {
          try await buy(piece, run)
          try await run.checkpoint("{\"done\":\(piece)}")
        }
        return "{}"
      },
      Work.fenced: { run in try await write(run) },
      Work.parking: { run in
        if run.checkpoint == nil {
          try await run.checkpoint("{\"done\":0}")
          // Half of them wait for somebody to wake them.
          let until = process.chance.below(2) == 0 ? process.time.now() + .seconds(5) : nil
          try run.park(until: until)
        }
        return try await write(run)
      },
    ]
  }

  /// The piece that a job goes on with.
  private func next(_ run: JobRun) -> Int {
    let done = run.checkpoint.flatMap { try? JSONValue(parsing: $0) }?["done"]?.int ?? 0
    return Int(done) + 1
  }

  /// Has one piece of work made by a maker, who charges for it.
  private func buy(_ piece: Int, _ run: JobRun) async throws {
    let context = CallContext(
      requestID: "job-\(run.id)", actor: .job, account: run.account, role: .systemBot)
    let call = OutgoingCall(
      context: context, deadline: Deadline(in: .seconds(60), of: process.time),
      idempotencyKey: run.key("\(piece)"))
    let request = Planner.ClusterBatchRequest(ids: [Int64(piece)], siteID: 1, sectorID: 1)
    var isDone = false
    for try await item in makers.stream(PlanningMethods.clusterBatch, request, call) {
      isDone = item.phase == "DONE"
      try await run.progress(item.phase, Int(item.percentage))
    }
    guard isDone else { throw RPCError(.unavailable, "The stream ended early") }
  }

  /// Writes the pieces that are missing, each in one transaction with the checkpoint that says so.
  private func write(_ run: JobRun) async throws -> String {
    for piece in next(run)..<(Work.pieces + 1) {
      try await process.time.sleep(for: .milliseconds(process.chance.below(300)))
      if process.chance.below(50) == 0 { throw RPCError(.unavailable, "Something was away") }
      try await database.transaction(in: .account(run.account)) { transaction in
        let values: [SQLValue] = [.id(run.account), .text(run.key("\(piece)")), .int(0)]
        _ = try await transaction.run(EffectQueries.insert, values)
        try await run.checkpoint("{\"done\":\(piece)}", in: transaction)
      }
    }
    return "{}"
  }
}

/// What makes the paid pieces, through `Metering`.
struct MakerService: Sendable {
  let process: Process
  let metering: Metering

  var routes: RPCRoutes {
    var routes = RPCRoutes()
    routes.stream(PlanningMethods.clusterBatch) { request, call, sender in
      let key = call.idempotencyKey ?? ""
      let account = try call.requireAccount()
      try await metering.run(
        PlanningMethods.clusterBatch, request, call, sender,
        PaidWork<String, Int64>(
          load: { .work(key, Charge("clustering", reference: key, site: SiteID(1))) },
          ask: { _, hold in
            try await think()
            return Made(hold, usage: nil)
          },
          save: { key, hold, transaction in
            let values: [SQLValue] = [.id(account), .text(key), .int(hold)]
            _ = try await transaction.run(EffectQueries.insert, values)
            let event = OutboxMessage.event(
              "cluster_created", account: account, payload: "{}", key: key)
            return Saved(
              result: "{}", relatedType: "cluster", relatedID: hold, messages: [event])
          }))
    }
    return routes
  }

  /// The AI function: slow, and away now and then.
  private func think() async throws {
    let chance = process.chance
    try await process.time.sleep(for: .milliseconds(20 + chance.below(1_500)))
    switch chance.below(60) {
    case 0: throw RPCError(.unavailable, "The provider is away")
    case 1:
      throw RPCError(
        .resourceExhausted, "Too many requests",
        details: ErrorDetails(retryAfter: .seconds(2)))
    case 2: throw RPCError(.invalidArgument, "The provider refuses this")
    default: return
    }
  }
}

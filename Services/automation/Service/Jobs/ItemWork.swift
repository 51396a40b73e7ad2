import AutomationCore
import CommonContract
import IntegrationContract
import JSON
import Kernel
import PlannerContract
import RPC
import WriterContract

/// One call of a service that does a piece of work.
enum WorkUnit: Sendable, Equatable {
  case cluster([Int64], site: Int64, sector: Int64, withOutliers: Bool)
  case ideas(Int64)
  case queue([Int64])
  case content(Int64)
  case imagePrompts(Int64)
  case image(Int64, anew: Bool)
  case publish(Int64, destinations: [String])
}

/// On whose behalf work is done.
struct Principal: Sendable {
  let account: AccountID
  let user: UserID?
  /// Leads from the services' logs to the job.
  let requestID: String
}

/// What a piece of work gave.
struct WorkResult: Sendable, Equatable {
  /// JSON text.
  var result: String?
  var credits: Int64 = 0
}

/// Does pieces of work through the services that own them.
struct ItemWork: Sendable {
  typealias Report = @Sendable (Common.ProgressItem) async throws -> Void

  /// Tries of one piece before it counts as unreachable.
  static let tries = 4

  let peers: Peers
  let standings: Standings
  let settings: AutomationSettings
  let time: any TimeSource
  let chance: any Chance

  func standing(of principal: Principal) async throws -> Standing {
    try await standings.standing(of: principal.account, requestID: principal.requestID)
  }

  /// A call of a job, which may what its account may now.
  /// - Throws: `RPCError` when `auth` cannot say.
  func call(
    _ principal: Principal, key: String? = nil, timeout: Duration
  ) async throws -> OutgoingCall {
    let standing = try await standing(of: principal)
    return OutgoingCall(
      context: CallContext(
        requestID: principal.requestID, actor: .job, account: principal.account,
        user: principal.user, role: .systemBot, accountSuspended: standing.isSuspended,
        modulesOff: standing.modulesOff),
      deadline: Deadline(in: timeout, of: time), idempotencyKey: key)
  }

  /// Does a piece of work. The same key does it once, however often it is asked.
  /// - Throws: `RPCError`, transient only after several tries; `CancellationError`.
  func perform(
    _ unit: WorkUnit, as principal: Principal, key: String, report: Report = { _ in }
  ) async throws -> WorkResult {
    var attempt = 1
    while true {
      do {
        return try await once(unit, as: principal, key: key, report: report)
      } catch let error as RPCError {
        try Task.checkCancellation()
        guard !error.isPermanent, attempt < Self.tries else { throw error }
        let wait = settings.retry.delay(attempt: attempt, chance: chance)
        try await time.sleep(for: max(wait, error.details.retryAfter ?? .zero))
        attempt += 1
      }
    }
  }

  private func once(
    _ unit: WorkUnit, as principal: Principal, key: String, report: Report
  ) async throws -> WorkResult {
    let call = try await call(principal, key: key, timeout: unit.timeout)
    switch unit {
    case .cluster(let ids, let site, let sector, let withOutliers):
      let request = Planner.ClusterBatchRequest(
        ids: ids, siteID: site, sectorID: sector, withOutliers: withOutliers)
      return try await follow(peers.planning.clusterBatch(request, call), report)
    case .ideas(let id):
      return try await follow(peers.planning.generateIdeas(Common.IdRequest(id: id), call), report)
    case .content(let id):
      return try await follow(peers.writing.generateContent(Common.IdRequest(id: id), call), report)
    case .imagePrompts(let id):
      return try await follow(
        peers.writing.generateImagePrompts(Common.IdRequest(id: id), call), report)
    case .image(let id, let anew):
      let request = Writer.GenerateImageRequest(id: id, anew: anew)
      return try await follow(peers.writing.generateImage(request, call), report)
    case .queue(let ids):
      let reply = try await peers.planner.queueIdeas(Common.IdsRequest(ids: ids), call)
      let tasks = reply.taskIDs.map { "\($0)" }.joined(separator: ",")
      return WorkResult(result: #"{"created":\#(reply.created),"task_ids":[\#(tasks)]}"#)
    case .publish(let id, let destinations):
      return try await publish(id, destinations, call)
    }
  }

  private func follow(
    _ items: RPCItems<Common.ProgressItem>, _ report: Report
  ) async throws -> WorkResult {
    var result = WorkResult()
    for try await item in items {
      result = WorkResult(result: item.result ?? result.result, credits: item.creditsUsed)
      try await report(item)
    }
    return result
  }

  private func publish(
    _ id: Int64, _ destinations: [String], _ call: OutgoingCall
  ) async throws -> WorkResult {
    let reply = try await peers.publishing.publish(
      Integration.PublishRequest(contentID: id, destinations: destinations), call)
    if let failed = reply.records.first(where: { $0.status == "failed" }) {
      throw RPCError(
        .failedPrecondition, failed.lastError ?? "Publishing failed", reason: "upstream")
    }
    let urls = reply.records.map { record -> JSONValue in
      [
        "record_id": .int(record.id), "destination": .string(record.destination),
        "status": .string(record.status),
        "external_url": record.externalURL.map(JSONValue.string) ?? .null,
      ]
    }
    return WorkResult(result: JSONValue.object([.init("records", .array(urls))]).text)
  }
}

extension WorkUnit {
  /// The longest that one try may take.
  fileprivate var timeout: Duration {
    switch self {
    case .content: .seconds(300)
    case .cluster, .ideas, .imagePrompts, .image: .seconds(180)
    case .publish: .seconds(120)
    case .queue: .seconds(30)
    }
  }
}

extension RPCError {
  /// The account cannot pay, or may not: what is true of one item is true of the others.
  var pauseReason: PauseReason? {
    switch (code, details.reason) {
    case (.failedPrecondition, "insufficient_credits"): .insufficientCredits
    case (.permissionDenied, "suspended"): .suspended
    case (.permissionDenied, "module_off"): .moduleOff
    default: nil
    }
  }
}

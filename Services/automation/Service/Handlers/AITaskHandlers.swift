import AutomationContract
import AutomationCore
import BillingContract
import CommonContract
import Events
import JSON
import Jobs
import Kernel
import PlannerContract
import Postgres
import Protobuf
import RPC
import Resources
import WriterContract

/// Tasks: asked for, watched, cancelled.
struct AITaskHandlers: Sendable {
  let peers: Peers
  let database: Database
  let queue: JobQueue
  let settings: AutomationSettings
  let time: any TimeSource

  func register(in routes: inout RPCRoutes) {
    start(AITasksMethods.startClustering, in: &routes, clustering)
    start(AITasksMethods.startIdeas, in: &routes, ideas)
    start(AITasksMethods.startContent, in: &routes) { request, call in
      try await writing(.content, request.ids, call)
    }
    start(AITasksMethods.startImagePrompts, in: &routes) { request, call in
      try await writing(.imagePrompts, request.ids, call)
    }
    start(AITasksMethods.startImages, in: &routes) { request, call in
      try await writing(.images, request.ids, call)
    }
    start(AITasksMethods.startContentImages, in: &routes, contentImages)
    start(AITasksMethods.regenerateImage, in: &routes) { request, call in
      var order = try await writing(.images, [request.id], call)
      order.anew = true
      return order
    }
    start(AITasksMethods.startPublishing, in: &routes, publishing)
    routes.answer(AITasksMethods.getTaskProgress) { request, call in
      try await progress(request, call)
    }
    routes.answer(AITasksMethods.cancelTask, cancel)
    routes.stream(AITasksMethods.watchTaskProgress, watch)
  }

  // MARK: Orders

  /// Answers a method that starts a task: checks, quotes, and puts the job in once for a key.
  private func start<Request: ContractMessage>(
    _ method: Method<Request, Automation.TaskAccepted>, in routes: inout RPCRoutes,
    _ order: @escaping @Sendable (Request, IncomingCall) async throws -> AITaskOrder
  ) {
    routes.answer(method) { request, call in
      let keyed = try KeyedRequest(call, method, request)
      if let known = try await database.knownAnswer(keyed, as: Automation.TaskAccepted.self) {
        return known
      }
      let order = try await order(request, call)
      let cost = try await quote(order, call)
      let account = try call.requireAccount()
      return try await database.transaction(in: .account(account)) { transaction in
        try await IdempotencyKeys.once(keyed, in: transaction) {
          let job = try await queue.enqueue(
            JobRequest(
              kind: order.task.kind, account: account, payload: order.json,
              priority: .interactive, maxAttempts: 5), in: transaction)
          return Automation.TaskAccepted(taskID: "\(job)", estimatedCredits: cost)
        }
      }
    }
  }

  private func order(
    _ task: AITask, site: Int64 = 0, items: [StageItem], destinations: [String] = [],
    _ call: IncomingCall
  ) -> AITaskOrder {
    AITaskOrder(
      task: task, user: call.context.user, requestID: call.context.requestID, site: site,
      items: items, destinations: destinations)
  }

  private func clustering(
    _ request: Automation.StartClusteringRequest, _ call: IncomingCall
  ) async throws -> AITaskOrder {
    let ids = request.ids.distinct
    try require(ids, atMost: 50)
    let checked = try await peers.planning.checkClustering(
      Planner.CheckClusteringRequest(ids: ids, sectorID: request.sectorID), call.outgoingInternal())
    return order(
      .cluster, site: checked.siteID, items: checked.items.map(StageItem.init), call)
  }

  private func ideas(
    _ request: Automation.StartIdeasRequest, _ call: IncomingCall
  ) async throws -> AITaskOrder {
    let ids = request.ids.distinct
    try require(ids, atMost: 5)
    let checked = try await peers.planning.checkIdeas(
      Common.IdsRequest(ids: ids), call.outgoingInternal())
    return order(.ideas, site: checked.siteID, items: checked.items.map(StageItem.init), call)
  }

  private func writing(
    _ task: AITask, _ wanted: [Int64], _ call: IncomingCall, destinations: [String] = []
  ) async throws -> AITaskOrder {
    let ids = wanted.distinct
    try require(ids, atMost: task == .images ? 6 : 50)
    let reply = try await peers.writing.checkWork(
      Writer.CheckWorkRequest(operation: task.operation ?? "publishing", ids: ids),
      call.outgoingInternal())
    return order(
      task, site: reply.siteID, items: reply.items.map(StageItem.init),
      destinations: destinations, call)
  }

  private func contentImages(
    _ request: Automation.StartContentImagesRequest, _ call: IncomingCall
  ) async throws -> AITaskOrder {
    guard let content = request.contentID else { throw RPCError(required: "content_id") }
    let reply = try await peers.writing.checkWork(
      Writer.CheckWorkRequest(operation: AITask.images.operation ?? "", contentID: content),
      call.outgoingInternal())
    return order(.images, site: reply.siteID, items: reply.items.map(StageItem.init), call)
  }

  private func publishing(
    _ request: Automation.StartPublishingRequest, _ call: IncomingCall
  ) async throws -> AITaskOrder {
    guard let content = request.contentID else { throw RPCError(required: "content_id") }
    let destinations =
      request.destinations.isEmpty ? PipelineConfig().destinations : request.destinations
    return try await writing(.publish, [content], call, destinations: destinations)
  }

  private func require(_ ids: [Int64], atMost limit: Int) throws {
    if ids.isEmpty { throw RPCError(required: "ids") }
    if ids.count > limit {
      throw RPCError(field: "ids", "No more than \(limit) at once")
    }
  }

  /// What it will cost.
  /// - Throws: `RPCError` `insufficient_credits` when the account cannot pay that.
  private func quote(_ order: AITaskOrder, _ call: IncomingCall) async throws -> Int64 {
    guard let operation = order.task.operation else { return 0 }
    let amounts = order.task == .cluster ? [1] : order.items.map(\.amount)
    let quotes = try await peers.billing.quoteAll(
      Billing.QuoteAllRequest(
        items: amounts.map { Billing.EstimateRequest(operation: operation, amount: $0) }),
      call.outgoingInternal())
    guard quotes.enough else {
      throw insufficientCredits(required: quotes.total, available: quotes.availableCredits)
    }
    return quotes.total
  }

  // MARK: Progress

  private func progress(
    _ request: Automation.TaskRequest, _ call: IncomingCall
  ) async throws -> Automation.TaskProgress {
    guard let id = request.taskID.flatMap(Int64.init) else { throw RPCError.missing }
    let account = try call.requireAccount()
    guard let (job, progress) = try await queue.progress(JobID(id), of: account),
      let task = AITask(kind: job.kind), try call.reaches(AITaskOrder(task, json: job.payload))
    else { throw RPCError.missing }
    return try Automation.TaskProgress(task, job, progress)
  }

  private func watch(
    _ request: Automation.TaskRequest, _ call: IncomingCall,
    _ sender: ItemSender<Automation.TaskProgress>
  ) async throws {
    var shown: Automation.TaskProgress?
    while true {
      let now = try await progress(request, call)
      if now != shown { try await sender.send(now) }
      shown = now
      if now.finishedAt != nil { return }
      try await time.sleep(for: settings.watchEvery)
    }
  }

  private func cancel(
    _ request: Automation.TaskRequest, _ call: IncomingCall
  ) async throws -> Automation.TaskProgress {
    let before = try await progress(request, call)
    if before.finishedAt == nil, let id = Int64(before.taskID) {
      try await queue.cancel(JobID(id), of: try call.requireAccount())
    }
    return try await progress(request, call)
  }
}

extension IncomingCall {
  /// Whether the task works on a site that the caller may see.
  fileprivate func reaches(_ order: AITaskOrder) -> Bool {
    context.sites?.contains(SiteID(order.site)) ?? true
  }
}

extension Automation.TaskProgress {
  fileprivate init(_ task: AITask, _ job: Job, _ progress: JobProgress) throws {
    let result = try job.result.map(JSONValue.init(parsing:))
    let items = try progress.items.map(JSONValue.init(parsing:))
    let list = result?["items"] ?? items
    self.init(
      taskID: "\(job.id)", function: task.rawValue, state: job.state.taskState,
      phase: job.state == .succeeded ? "DONE" : progress.phase,
      percentage: Int32(job.state == .succeeded ? 100 : progress.percentage),
      message: progress.message, current: progress.current, total: progress.total,
      items: (list?.array ?? []).map(Automation.TaskItem.init), result: result?["result"]?.text,
      creditsUsed: result?["credits_used"]?.int ?? 0, createdAt: job.createdAt,
      finishedAt: job.finishedAt)
    if job.state == .failed { (error, errorType) = (job.error, job.errorCode) }
    if creditsUsed == 0 { creditsUsed = self.items.reduce(0) { $0 + $1.credits } }
  }
}

extension Automation.TaskItem {
  fileprivate init(_ value: JSONValue) {
    self.init(
      id: value["id"]?.int ?? 0, label: value["label"]?.string ?? "",
      status: value["status"]?.string ?? "", error: value["error"]?.string,
      credits: value["credits"]?.int ?? 0)
  }
}

extension JobState {
  fileprivate var taskState: String {
    switch self {
    case .queued: "PENDING"
    case .running, .waiting: "PROGRESS"
    case .succeeded: "SUCCESS"
    case .failed: "FAILURE"
    case .cancelled: "CANCELLED"
    }
  }
}

extension [Int64] {
  /// Each once, in the order of their first appearance.
  fileprivate var distinct: [Int64] {
    var seen: Set<Int64> = []
    return filter { seen.insert($0).inserted }
  }
}

import AuthContract
import BillingContract
import CommonContract
import IntegrationContract
import Kernel
import PlannerContract
import RPC
import Synchronization
import TestKit
import WriterContract

/// The other services, as far as automation sees them: items before each stage, a done list kept by
/// key, and a purse.
final class Fakes: Sendable {
  struct State {
    /// Items before each stage; a stage's work takes its items away.
    var items: [Int32: [Int64]] = [
      1: [1, 2, 3], 2: [11, 12], 3: [21, 22], 4: [31, 32], 5: [41], 6: [51, 52], 7: [61],
    ]
    var available: Int64 = 1_000
    /// Effects by key: a repeat is not done again.
    var effects: [String: Int] = [:]
    /// Calls by key, repeats too.
    var calls: [String: Int] = [:]
    /// What the call for an item is refused with, as often as it says.
    var faults: [Int64: (error: RPCError, times: Int)] = [:]
    var isOpen = true
    /// The results wait to be saved.
    var holdsSaving = false
    var isSiteActive = true
    var isSuspended = false
    var modulesOff: [String] = []
    var isAuthAway = false
    var published: [Int64] = []
  }

  let state = Mutex(State())

  init(_ change: (inout State) -> Void = { _ in }) { state.withLock { change(&$0) } }

  var effects: [String: Int] { state.withLock { $0.effects } }
  var calls: [String: Int] { state.withLock { $0.calls } }

  /// Lets calls through, or makes them wait.
  func open(_ isOpen: Bool) { state.withLock { $0.isOpen = isOpen } }

  func fail(_ id: Int64, with error: RPCError, times: Int = .max) {
    state.withLock { $0.faults[id] = (error, times) }
  }

  /// Does the work of some items once for a key.
  private func work(
    on ids: [Int64], stage: Int32, price: Int64, _ call: IncomingCall
  ) async throws -> Int64 {
    let key = call.idempotencyKey ?? "none"
    state.withLock { $0.calls[key, default: 0] += 1 }
    while !state.withLock({ $0.isOpen }) { try await RealTime().sleep(for: .milliseconds(2)) }
    return try state.withLock { state in
      for id in ids {
        if let (error, times) = state.faults[id], times > 0 {
          state.faults[id] = (error, times - 1)
          throw error
        }
      }
      if state.effects[key] != nil { return price }
      guard state.available >= price else {
        throw RPCError(
          .failedPrecondition, "Insufficient credits",
          details: ErrorDetails(
            required: price, available: state.available, reason: "insufficient_credits"))
      }
      state.available -= price
      state.effects[key] = 1
      state.items[stage]?.removeAll { ids.contains($0) }
      return price
    }
  }

  private func steps(
    on ids: [Int64], stage: Int32, price: Int64, _ call: IncomingCall,
    _ sender: ItemSender<Common.ProgressItem>
  ) async throws {
    try await sender.send(Common.ProgressItem(phase: "PREP", percentage: 10))
    let credits = try await work(on: ids, stage: stage, price: price, call)
    try await sender.send(Common.ProgressItem(phase: "SAVE", percentage: 85))
    while state.withLock({ $0.holdsSaving }) {
      try await RealTime().sleep(for: .milliseconds(2))
    }
    try await sender.send(
      Common.ProgressItem(
        phase: "DONE", percentage: 100, result: #"{"ids":[\#(ids[0])]}"#, creditsUsed: credits))
  }

  private func page(
    _ stage: Int32, after: Int64, limit: Int32
  ) -> (ids: [Int64], total: Int64) {
    let all = state.withLock { $0.items[stage] ?? [] }
    return (Array(all.filter { $0 > after }.prefix(Int(limit))), Int64(all.count))
  }

  var routes: RPCRoutes {
    var routes = RPCRoutes()
    plannerRoutes(&routes)
    writerRoutes(&routes)
    routes.handle(TenancyMethods.checkPlace) { [self] request, _ in
      guard request.siteID < 100 else { throw RPCError(.notFound, "Resource not found") }
      guard !request.forWriting || state.withLock({ $0.isSiteActive }) else {
        throw RPCError(
          invalid: [FieldError(name: "site_id", messages: ["Site is not active"])])
      }
      return Auth.Place(siteID: request.siteID)
    }
    routes.handle(AuthMethods.resolvePrincipal) { [self] request, _ in
      try state.withLock { state in
        if state.isAuthAway { throw RPCError(.unavailable, "auth is away") }
        return Auth.Principal(
          accountID: request.accountID ?? 0, isActive: true, accountSuspended: state.isSuspended,
          modulesOff: state.modulesOff)
      }
    }
    routes.handle(PublishingMethods.publish) { [self] request, call in
      _ = try await work(on: [request.contentID], stage: 7, price: 0, call)
      return Integration.PublishReply(records: [
        Integration.PublishingRecord(
          id: 1, contentID: request.contentID, destination: request.destinations[0],
          status: "published")
      ])
    }
    routes.handle(BillingMethods.getBalance) { [self] _, _ in
      Billing.Balance(availableCredits: state.withLock { $0.available })
    }
    routes.handle(BillingMethods.quoteAll) { [self] request, _ in
      let items = request.items.map { item in
        Billing.Quote(
          operation: item.operation, amount: item.amount,
          cost: item.operation == "content_generation" ? item.amount / 100 : 10)
      }
      let (total, available) = (
        items.reduce(0) { $0 + $1.cost }, state.withLock { $0.available }
      )
      return Billing.Quotes(
        items: items, total: total, availableCredits: available, enough: available >= total)
    }
    return routes
  }

  private func plannerRoutes(_ routes: inout RPCRoutes) {
    routes.handle(PlanningMethods.listStageItems) { [self] request, _ in
      let (ids, total) = page(request.stage, after: request.afterID, limit: request.limit)
      return Planner.StageItems(
        items: ids.map { Planner.StageItem(id: $0, sectorID: 1 + $0 % 2, label: "item \($0)") },
        total: total)
    }
    routes.handle(PlanningMethods.checkClustering) { request, _ in
      guard !request.ids.contains(404) else { throw RPCError(.notFound, "Resource not found") }
      return Planner.CheckedItems(
        items: request.ids.map { Planner.StageItem(id: $0, sectorID: 1, label: "item \($0)") },
        siteID: 1)
    }
    routes.handle(PlanningMethods.checkIdeas) { request, _ in
      Planner.CheckedItems(items: request.ids.map { Planner.StageItem(id: $0) }, siteID: 1)
    }
    routes.stream(PlanningMethods.clusterBatch) { [self] request, call, sender in
      try await steps(on: request.ids, stage: 1, price: 10, call, sender)
    }
    routes.stream(PlanningMethods.generateIdeas) { [self] request, call, sender in
      try await steps(on: [request.id], stage: 2, price: 10, call, sender)
    }
    routes.handle(IdeasMethods.queueIdeas) { [self] request, call in
      _ = try await work(on: request.ids, stage: 3, price: 0, call)
      return Planner.QueueIdeasReply(created: Int64(request.ids.count), taskIDs: request.ids)
    }
  }

  private func writerRoutes(_ routes: inout RPCRoutes) {
    routes.handle(WritingMethods.listStageItems) { [self] request, _ in
      let (ids, total) = page(request.stage, after: request.afterID, limit: request.limit)
      return Writer.StageItems(items: ids.map { item($0, request.stage) }, total: total)
    }
    routes.handle(WritingMethods.checkWork) { [self] request, _ in
      let stage: Int32 = request.operation == "content_generation" ? 4 : 6
      return Writer.CheckWorkReply(items: request.ids.map { item($0, stage) }, siteID: 1)
    }
    routes.stream(WritingMethods.generateContent) { [self] request, call, sender in
      try await steps(on: [request.id], stage: 4, price: 10, call, sender)
    }
    routes.stream(WritingMethods.generateImagePrompts) { [self] request, call, sender in
      try await steps(on: [request.id], stage: 5, price: 10, call, sender)
    }
    routes.stream(WritingMethods.generateImage) { [self] request, call, sender in
      try await steps(on: [request.id], stage: 6, price: 10, call, sender)
    }
  }

  private func item(_ id: Int64, _ stage: Int32) -> Writer.StageItem {
    Writer.StageItem(id: id, sectorID: 1, label: "item \(id)", amount: stage == 4 ? 1_000 : 1)
  }
}

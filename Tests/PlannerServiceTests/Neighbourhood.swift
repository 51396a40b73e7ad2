import AuthContract
import BillingContract
import CommonContract
import IntegrationContract
import Kernel
import RPC
import RPCTestKit
import Synchronization
import TestKit
import WriterContract

@testable import PlannerService

/// Stand-ins of the services that planner calls; a test says what they do and sees what they were
/// asked.
final class Neighbourhood: Sendable {
  struct State {
    var holds: [String: Billing.Hold] = [:]
    var captures: [Billing.CaptureRequest] = []
    var credits: Int64 = 1_000
    var tasks: [Int64: Int64] = [:]
    var aiCalls = 0
    var aiFailure: RPCError?
    var clusters: [Integration.ClusterOutput] = []
    var shown: [Integration.ClusterInput] = []
    var asked: [Int64] = []
    var ideas: [Integration.IdeaOutput] = []
    var loseTaskReplies = false
    /// Holds are placed and their answers wait.
    var delaysHolds = false
    /// The AI function is asked and does not answer yet.
    var delaysAI = false
  }

  let state = Mutex(State())

  /// Site 1 has the sectors 10 and 11; nothing else is the account's.
  var neighbours: Neighbours {
    Neighbours(
      auth: InProcessTransport(auth), billing: InProcessTransport(billing),
      integration: InProcessTransport(integration), writer: InProcessTransport(writer))
  }

  private var auth: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(TenancyMethods.checkPlace) { request, _ in
      guard request.siteID == 1 else {
        throw RPCError(invalid: [
          FieldError(name: "site_id", messages: ["Site must belong to your account"])
        ])
      }
      guard [10, 11].contains(request.sectorID ?? 10) else {
        throw RPCError(invalid: [
          FieldError(name: "sector_id", messages: ["Sector must belong to the selected site"])
        ])
      }
      return Auth.Place(
        siteID: 1, siteName: "Coffee", siteSlug: "coffee", industryName: "Food",
        sectorID: request.sectorID, sectorName: "Brewing")
    }
    routes.handle(ReferenceMethods.getSeedKeywords) { request, _ in
      let known = request.ids.filter { (100..<110).contains($0) }
      return Auth.ListSeedKeywordsReply(
        count: Int64(known.count),
        results: known.map {
          Auth.SeedKeyword(
            id: $0, keyword: "Seed \($0)", volume: 70, difficulty: 7, intent: "commercial")
        })
    }
    return routes
  }

  private var billing: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(BillingMethods.authorize) { request, _ in
      let hold = try self.state.withLock { state -> Billing.Hold in
        if let hold = state.holds[request.key] { return hold }
        guard state.credits >= 10 else {
          throw RPCError(
            .failedPrecondition, "Insufficient credits",
            details: ErrorDetails(
              required: 10, available: state.credits, reason: "insufficient_credits"))
        }
        let hold = Billing.Hold(
          id: Int64(state.holds.count + 1), state: "open", operation: request.operation,
          credits: 10, key: request.key, reference: request.reference)
        state.holds[request.key] = hold
        return hold
      }
      while self.state.withLock({ $0.delaysHolds }) {
        try await RealTime().sleep(for: .milliseconds(2))
      }
      return hold
    }
    routes.handle(BillingMethods.release) { request, _ in
      try self.close(request.holdID, as: "released")
    }
    routes.handle(BillingMethods.capture) { request, _ in
      let hold = try self.close(request.holdID, as: "captured")
      self.state.withLock { $0.captures.append(request) }
      return Billing.Captured(hold: hold, charged: hold.credits)
    }
    return routes
  }

  private func close(_ id: Int64, as outcome: String) throws -> Billing.Hold {
    try state.withLock { state in
      guard var hold = state.holds.values.first(where: { $0.id == id }) else {
        throw RPCError(.notFound, "No such hold")
      }
      hold.state = outcome
      state.holds[hold.key] = hold
      return hold
    }
  }

  private var integration: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(AIMethods.clusterKeywords) { request, _ in
      let reply = try self.state.withLock { state in
        try state.countCall()
        state.shown = request.existing
        state.asked = request.keywords.map(\.id)
        return Integration.ClusterKeywordsReply(clusters: state.clusters, usage: .sample)
      }
      while self.state.withLock({ $0.delaysAI }) {
        try await RealTime().sleep(for: .milliseconds(2))
      }
      return reply
    }
    routes.handle(AIMethods.generateIdeas) { _, _ in
      try self.state.withLock { state in
        try state.countCall()
        return Integration.GenerateIdeasReply(ideas: state.ideas, usage: .sample)
      }
    }
    return routes
  }

  private var writer: RPCRoutes {
    var routes = RPCRoutes()
    routes.handle(WritingMethods.queueTasks) { request, _ in
      let (tasks, isLost) = self.state.withLock { state in
        let tasks = request.ideas.map { idea in
          let known = state.tasks[idea.ideaID]
          let task = known ?? Int64(500 + state.tasks.count)
          state.tasks[idea.ideaID] = task
          return Writer.QueuedTask(ideaID: idea.ideaID, taskID: task, created: known == nil)
        }
        return (tasks, state.loseTaskReplies)
      }
      if isLost { throw RPCError(.unavailable, "The connection was lost") }
      return Writer.QueueTasksReply(tasks: tasks)
    }
    return routes
  }
}

extension Neighbourhood.State {
  fileprivate mutating func countCall() throws {
    aiCalls += 1
    if let aiFailure { throw aiFailure }
  }
}

extension Integration.Usage {
  static let sample = Integration.Usage(
    provider: "local", model: "local/draft", tokensInput: 12, tokensOutput: 34,
    costMicros: 250_000, promptVersion: 3, logID: 9)
}

import CommonContract
import IntegrationContract
import Kernel
import Metering
import PlannerContract
import RPC

/// The AI functions of planner.
struct PaidHandlers: Sendable {
  /// How long an AI function may take.
  static let patience: Duration = .seconds(150)

  let planning: Planning
  let metering: Metering
  let integration: any RPCCaller

  func register(in routes: inout RPCRoutes) {
    routes.stream(PlanningMethods.clusterBatch) { request, call, sender in
      try await metering.run(
        PlanningMethods.clusterBatch, request, call, sender,
        ClusteringWork(
          planning: planning, ai: AIClient(integration), request: request, call: call
        ).parts)
    }
    routes.stream(PlanningMethods.generateIdeas) { request, call, sender in
      try await metering.run(
        PlanningMethods.generateIdeas, request, call, sender,
        IdeaWork(
          planning: planning, ai: AIClient(integration), cluster: request.id, call: call
        ).parts)
    }
  }
}

import Events
import Kernel
import PlannerContract
import Postgres
import RPC
import Resources

/// Clusters: the resource, and what belongs to them.
struct ClusterHandlers: Sendable {
  /// Most keywords that one call may move.
  private static let mostKeywords = 1_000
  private static let resource = PlannerResources.clusters

  let planning: Planning

  func register(in routes: inout RPCRoutes) throws {
    try Self.resource.routes(
      &routes, database: planning.database, time: planning.time, hooks: hooks,
      ResourceMethods(
        list: ClustersMethods.listClusters, retrieve: ClustersMethods.getCluster,
        create: ClustersMethods.createCluster, update: ClustersMethods.updateCluster,
        delete: ClustersMethods.deleteCluster, bulkDelete: ClustersMethods.bulkDeleteClusters,
        bulkUpdate: ClustersMethods.bulkUpdateClusters))
    routes.answer(ClustersMethods.addKeywords) { request, call in
      try await move(request, call) { account, now, transaction in
        let misplaced = try await transaction.run(
          KeywordQueries.misplaced, [.id(account), .ints(request.keywordIDs), .int(request.id)])
        if try misplaced.one().bool(0) {
          throw RPCError(field: "keyword_ids", "Keywords must belong to the cluster's sector")
        }
        _ = try await transaction.run(
          ClusterQueries.join, [.id(account), .int(request.id), .ints(request.keywordIDs), now])
      }
    }
    routes.answer(ClustersMethods.removeKeywords) { request, call in
      try await move(request, call) { account, now, transaction in
        _ = try await transaction.run(
          ClusterQueries.leave, [.id(account), .int(request.id), .ints(request.keywordIDs), now])
      }
    }
  }

  private var hooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.check = { change, values, call in
      guard case .create = change else { return }
      try await planning.places.check(
        site: values.int("site_id"), sector: values.int("sector_id"), call)
    }
    hooks.after = { change, values, call, transaction in
      guard case .create(let id) = change else { return }
      let message = PlannerEvents.created(
        cluster: id, name: values.text("name") ?? "", keywords: 0,
        site: values.int("site_id") ?? 0, sector: values.int("sector_id") ?? 0,
        of: try call.requireAccount())
      Outbox.add(message, in: transaction)
    }
    hooks.committed = planning.messagesWaiting
    return hooks
  }

  /// Changes which keywords a cluster has; answers the cluster as it is then.
  private func move(
    _ request: Planner.ClusterKeywordsRequest, _ call: IncomingCall,
    _ change: @Sendable (AccountID, SQLValue, Transaction) async throws -> Void
  ) async throws -> Planner.Cluster {
    guard !request.keywordIDs.isEmpty else {
      throw RPCError(required: "keyword_ids")
    }
    guard request.keywordIDs.count <= Self.mostKeywords else {
      throw RPCError(
        field: "keyword_ids", "Ensure this field has no more than \(Self.mostKeywords) elements")
    }
    let account = try call.requireAccount()
    return try await planning.transaction(for: call) { transaction in
      let found = try await transaction.run(
        ClusterQueries.find, [.id(account), .ints([request.id]), call.reach])
      guard !found.isEmpty else { throw RPCError.missing }
      let keywords = try await transaction.run(
        KeywordQueries.batch, [.id(account), .ints(request.keywordIDs), call.reach])
      guard keywords.count == Set(request.keywordIDs).count else { throw RPCError.missing }
      try await change(account, .instant(planning.time.now()), transaction)
      let clusters = try await Self.resource.fetch([request.id], of: account, in: transaction)
      guard let cluster = clusters.first else { throw RPCError.missing }
      return cluster
    }
  }
}

import CommonContract
import Kernel
import PlannerContract
import Postgres
import RPC
import Resources

/// What automation asks before it begins: may this be done, and what is there to do.
struct StageHandlers: Sendable {
  static let mostKeywords = 50
  static let mostClusters = 5
  private static let mostItems: Int64 = 10_000

  let planning: Planning

  func register(in routes: inout RPCRoutes) {
    routes.answer(PlanningMethods.checkClustering, checkClustering)
    routes.answer(PlanningMethods.checkIdeas, checkIdeas)
    routes.answer(PlanningMethods.listStageItems, listItems)
  }

  private func checkClustering(
    _ request: Planner.CheckClusteringRequest, _ call: IncomingCall
  ) async throws -> Planner.CheckedItems {
    try checkCount(request.ids, atMost: Self.mostKeywords)
    let rows = try await planning.run(
      KeywordQueries.batch, [.ints(request.ids), call.reach], for: call)
    let keywords = try rows.map(BatchKeyword.init(row:))
    guard keywords.count == Set(request.ids).count else { throw RPCError.missing }
    let sectors = Set(keywords.map(\.sector))
    if let sector = request.sectorID, sector != 0, sectors != [sector] {
      throw RPCError(field: "sector_id", "Keywords must belong to the selected sector")
    }
    guard sectors.count == 1 else {
      throw RPCError(field: "ids", "Keywords must belong to one sector")
    }
    let waiting = keywords.filter(\.isWaiting)
    guard let first = waiting.first else {
      throw RPCError(field: "ids", "No keyword is active and without a cluster")
    }
    try await planning.places.check(site: first.site, sector: first.sector, call)
    return Planner.CheckedItems(
      items: waiting.map { Planner.StageItem(id: $0.id, sectorID: $0.sector, label: $0.text) },
      siteID: first.site)
  }

  private func checkIdeas(
    _ request: Common.IdsRequest, _ call: IncomingCall
  ) async throws -> Planner.CheckedItems {
    try checkCount(request.ids, atMost: Self.mostClusters)
    let rows = try await planning.run(
      ClusterQueries.find, [.ints(request.ids), call.reach], for: call)
    guard rows.count == Set(request.ids).count else { throw RPCError.missing }
    var places: Set<[Int64]> = []
    let items = try rows.map { row in
      let item = Planner.StageItem(
        id: try row.int(0), sectorID: try row.int(2), label: try row.text(3))
      guard try row.bool(5) else {
        throw RPCError(field: "ids", "“\(item.label)” (\(item.id)) has no active keywords")
      }
      places.insert([try row.int(1), item.sectorID])
      return item
    }
    for place in places {
      try await planning.places.check(site: place[0], sector: place[1], call)
    }
    return Planner.CheckedItems(items: items, siteID: try rows.first?.int(1) ?? 0)
  }

  private func checkCount(_ ids: [Int64], atMost limit: Int) throws {
    guard !ids.isEmpty else { throw RPCError(required: "ids") }
    guard ids.count <= limit else {
      throw RPCError(field: "ids", "Ensure this field has no more than \(limit) elements")
    }
  }

  private func listItems(
    _ request: Planner.StageItemsRequest, _ call: IncomingCall
  ) async throws -> Planner.StageItems {
    let statement =
      switch request.stage {
      case 1: StageQueries.keywords
      case 2: StageQueries.clusters
      case 3: StageQueries.ideas
      default: throw RPCError(field: "stage", "Must be 1, 2 or 3")
      }
    let limit = min(max(Int64(request.limit), 1), Self.mostItems)
    let rows = try await planning.run(
      statement, [.int(request.siteID), .int(request.afterID), .int(limit)], for: call)
    return Planner.StageItems(
      items: try rows.map {
        Planner.StageItem(
          id: try $0.int(0), sectorID: try $0.int(1), label: try $0.text(2))
      }, total: try rows.first?.int(3) ?? 0)
  }
}

/// A row of `planner.keyword.batch`.
struct BatchKeyword: Sendable {
  let id: Int64
  let text: String
  let volume: Int64
  let difficulty: Int64
  let intent: String
  let site: Int64
  let sector: Int64
  /// Active and without a cluster.
  let isWaiting: Bool

  init(row: Row) throws {
    (id, text) = (try row.int(0), try row.text(1))
    (volume, difficulty, intent) = (try row.int(2), try row.int(3), try row.text(4))
    (site, sector, isWaiting) = (try row.int(5), try row.int(6), try row.bool(7))
  }
}

import CommonContract
import IntegrationContract
import Kernel
import PlannerContract
import Postgres
import RPC
import RPCTestKit
import TestKit

@testable import PlannerService

/// The planner service over a database of its own.
struct PlannerWorld: Sendable {
  let test: TestDatabase
  let around = Neighbourhood()
  let caller: InProcessTransport

  static func make() async throws -> PlannerWorld {
    try await PlannerWorld(
      test: TestDatabase.make(
        schema: PlannerMigrations.schema, migrations: PlannerMigrations.all))
  }

  private init(test: TestDatabase) throws {
    self.test = test
    caller = InProcessTransport(
      try PlannerService(
        database: test.database, neighbours: around.neighbours, time: RealTime(), log: quietLog
      ).routes)
  }

  var database: Database { test.database }
  var keywords: KeywordsClient { KeywordsClient(caller) }
  var clusters: ClustersClient { ClustersClient(caller) }
  var ideas: IdeasClient { IdeasClient(caller) }
  var planning: PlanningClient { PlanningClient(caller) }

  func call(_ account: Int64 = 1, sites: [SiteID]? = nil) -> OutgoingCall {
    call(.user, account, role: .editor, sites: sites)
  }

  func job(_ account: Int64 = 1, key: String? = nil) -> OutgoingCall {
    call(.job, account, role: .systemBot, key: key)
  }

  private func call(
    _ actor: CallContext.Actor, _ account: Int64, role: Role, sites: [SiteID]? = nil,
    key: String? = nil
  ) -> OutgoingCall {
    let context = CallContext(
      requestID: "test", actor: actor, account: AccountID(account), user: UserID(5), role: role,
      sites: sites)
    return OutgoingCall(
      context: context, deadline: Deadline(in: .seconds(300), of: RealTime()),
      idempotencyKey: key)
  }

  // MARK: Steps

  @discardableResult
  func add(
    _ texts: String..., sector: Int64 = 10, account: Int64 = 1
  ) async throws -> [Int64] {
    var ids: [Int64] = []
    for text in texts {
      let request = Planner.CreateKeywordRequest(
        keyword: text, siteID: 1, sectorID: sector, volume: 100, difficulty: 40)
      ids.append(try await keywords.createKeyword(request, call(account)).id)
    }
    return ids
  }

  func addCluster(_ name: String, sector: Int64 = 10) async throws -> Int64 {
    try await clusters.createCluster(
      Planner.CreateClusterRequest(name: name, siteID: 1, sectorID: sector), call()
    ).id
  }

  /// A cluster with one keyword.
  func filledCluster(_ name: String) async throws -> Int64 {
    let cluster = try await addCluster(name)
    let ids = try await add("\(name) beans")
    _ = try await clusters.addKeywords(.init(id: cluster, keywordIDs: ids), call())
    return cluster
  }

  func addIdea(_ title: String, cluster: Int64? = nil) async throws -> Int64 {
    try await ideas.createIdea(
      Planner.CreateIdeaRequest(title: title, siteID: 1, sectorID: 10, clusterID: cluster),
      call()
    ).id
  }

  func importing(
    _ text: String, site: Int64 = 1, _ call: OutgoingCall? = nil
  ) async throws -> Planner.ImportKeywordsReply {
    try await keywords.importKeywords(
      Planner.ImportKeywordsRequest(siteID: site, sectorID: 10, csv: Array(text.utf8)),
      call ?? self.call())
  }

  /// Clusters a batch as automation would; the last item.
  @discardableResult
  func cluster(
    _ ids: [Int64], withOutliers: Bool = false, key: String
  ) async throws -> [Common.ProgressItem] {
    try await all(
      planning.clusterBatch(
        Planner.ClusterBatchRequest(
          ids: ids, siteID: 1, sectorID: 10, withOutliers: withOutliers), job(key: key)))
  }

  func generateIdeas(
    _ cluster: Int64, key: String
  ) async throws -> [Common.ProgressItem] {
    try await all(planning.generateIdeas(Common.IdRequest(id: cluster), job(key: key)))
  }

  func items(_ stage: Int32) async throws -> [Int64] {
    try await planning.listStageItems(
      Planner.StageItemsRequest(siteID: 1, stage: stage), job()
    ).items.map(\.id)
  }

  private func all<Item>(_ stream: RPCItems<Item>) async throws -> [Item] {
    var items: [Item] = []
    for try await item in stream { items.append(item) }
    return items
  }

  /// A number from the tables, across all accounts.
  func number(_ sql: String) async throws -> Int64 {
    try await database.run(Statement("test.number", sql), in: .allAccounts).one().int(0)
  }
}

/// What a call was refused with; nil when it went through.
func refusal(_ body: () async throws -> some Any) async -> RPCError? {
  do {
    _ = try await body()
    return nil
  } catch { return error as? RPCError }
}

extension RPCError {
  subscript(field: String) -> [String]? {
    details.fields.first { $0.name == field }?.messages
  }
}

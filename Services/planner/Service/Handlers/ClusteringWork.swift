import AuthContract
import Events
import IntegrationContract
import JSON
import Kernel
import Metering
import PlannerContract
import PlannerCore
import Postgres
import RPC
import Resources

/// Clusters one batch of keywords of one sector, seeing the sector's clusters so far and, where it
/// is asked to, the keywords that earlier batches found no cluster for: nobody pays for these
/// again.
struct ClusteringWork: Sendable {
  /// Clusters that the AI function is shown, the latest ones.
  private static let shownClusters: Int64 = 1_000
  /// Outliers that the AI function is shown, those with words of the batch first.
  private static let shownOutliers: Int64 = 100

  let planning: Planning
  let ai: AIClient
  let request: Planner.ClusterBatchRequest
  let call: IncomingCall

  struct Input: Sendable {
    /// The batch.
    let keywords: [BatchKeyword]
    /// Of earlier batches.
    let outliers: [BatchKeyword]
    let existing: [Integration.ClusterInput]
    let place: Auth.Place
    let site: Int64
    let sector: Int64
  }

  var parts: PaidWork<Input, [ClusterProposal]> {
    PaidWork(
      load: load, ask: ask,
      save: { input, proposals, transaction in
        try await ClusterWriting(
          input: input, account: call.requireAccount(), now: planning.time.now(),
          transaction: transaction
        ).save(proposals)
      })
  }

  /// Keywords that are gone, put aside or in a cluster by now are not worked on.
  @Sendable
  private func load() async throws -> Prepared<Input> {
    let rows = try await planning.run(
      KeywordQueries.batch, [.ints(request.ids), call.reach], for: call)
    let keywords = try rows.map(BatchKeyword.init(row:)).filter(\.isWaiting)
    guard let first = keywords.first else {
      return .nothing(result: ClusterWriting.Outcome().json)
    }
    let isElsewhere = keywords.contains { $0.sector != first.sector || $0.site != first.site }
    guard !isElsewhere, [0, first.sector].contains(request.sectorID) else {
      throw RPCError(field: "ids", "Keywords must belong to one sector")
    }
    let place = try await planning.places.check(site: first.site, sector: first.sector, call)
    let existing = try await planning.run(
      ClusterQueries.ofSector, [.int(first.sector), .int(Self.shownClusters)], for: call)
    let input = Input(
      keywords: keywords, outliers: try await outliers(beside: keywords, in: first.sector),
      existing: try existing.map(Integration.ClusterInput.init(row:)),
      place: place, site: first.site, sector: first.sector)
    let charge = Charge(
      "clustering", reference: "clustering of \(keywords.count) keywords",
      site: SiteID(first.site))
    return .work(input, charge)
  }

  private func outliers(
    beside batch: [BatchKeyword], in sector: Int64
  ) async throws -> [BatchKeyword] {
    guard request.withOutliers else { return [] }
    let words = Set(batch.flatMap { $0.text.lowercased().split(separator: " ") }.map(String.init))
    return try await planning.run(
      KeywordQueries.outliers,
      [.int(sector), .ints(request.ids), .texts(words.sorted()), .int(Self.shownOutliers)],
      for: call
    ).map(BatchKeyword.init(row:))
  }

  @Sendable
  private func ask(_ input: Input, hold: Int64) async throws -> Made<[ClusterProposal]> {
    let reply = try await ai.clusterKeywords(
      Integration.ClusterKeywordsRequest(
        assignment: Integration.Assignment(hold: hold, input.place, call),
        keywords: (input.keywords + input.outliers).map {
          Integration.KeywordInput(
            id: $0.id, keyword: $0.text, volume: $0.volume, difficulty: $0.difficulty,
            intent: $0.intent)
        }, existing: input.existing),
      call.outgoingInternal(key: call.idempotencyKey, timeout: PaidHandlers.patience))
    let proposals = reply.clusters.map {
      ClusterProposal(
        existing: $0.existingID, name: $0.name, description: $0.description, terms: $0.terms,
        keywords: $0.keywordIDs)
    }
    return Made(proposals, usage: reply.usage)
  }
}

/// Writes what came of a batch.
struct ClusterWriting {
  let input: ClusteringWork.Input
  let account: AccountID
  let now: Instant
  let transaction: Transaction

  /// What came of a batch, for people and the log.
  struct Outcome {
    var created: [Int64] = []
    var extended: [Int64] = []
    var clustered = 0
    var outliers: [Int64] = []

    var json: String {
      let value: JSONValue = [
        "clusters_created": .int(Int64(created.count)),
        "clusters_updated": .int(Int64(extended.count)),
        "keywords_clustered": .int(Int64(clustered)), "outliers": .int(Int64(outliers.count)),
        "cluster_ids": .array((created + extended).map { .int($0) }),
        "outlier_ids": .array(outliers.map { .int($0) }),
      ]
      return value.text
    }
  }

  func save(_ proposals: [ClusterProposal]) async throws -> Saved {
    let answer = ClusteringAnswer(
      proposals, batch: (input.keywords + input.outliers).map(\.id),
      existing: try await existing())
    var outcome = Outcome()
    var (messages, keywords, clusters): ([OutboxMessage], [Int64], [Int64]) = ([], [], [])
    let rows = try await transaction.runAll(answer.clusters.map(command))
    for (cluster, rows) in zip(answer.clusters, rows) {
      let id = try cluster.existing ?? rows.one().int(0)
      keywords += cluster.keywords
      clusters += cluster.keywords.map { _ in id }
      if cluster.existing == nil {
        outcome.created.append(id)
        messages.append(
          PlannerEvents.created(
            cluster: id, name: cluster.name, keywords: cluster.keywords.count,
            site: input.site, sector: input.sector, of: account))
      } else {
        outcome.extended.append(id)
      }
    }
    let assigned = try await transaction.run(
      KeywordQueries.assign, [.id(account), .ints(keywords), .ints(clusters), .instant(now)])
    outcome.clustered = assigned.rowsAffected
    let left = try await transaction.run(
      KeywordQueries.markOutliers, [.id(account), .ints(input.keywords.map(\.id)), .instant(now)])
    outcome.outliers = try left.map { try $0.int(0) }.sorted()
    return Saved(
      result: outcome.json, relatedType: "cluster",
      relatedID: outcome.created.first ?? outcome.extended.first, messages: messages)
  }

  /// The clusters that the AI function saw and that are still there, kept there until the commit.
  private func existing() async throws -> [Int64: String] {
    let rows = try await transaction.run(
      ClusterQueries.lock, [.id(account), .ints(input.existing.map(\.id))])
    let present = Set(try rows.map { try $0.int(0) })
    let seen = input.existing.filter { present.contains($0.id) }.map { ($0.id, $0.name) }
    return Dictionary(seen) { first, _ in first }
  }

  private func command(_ cluster: ClusterProposal) -> (Statement, [SQLValue]) {
    if let id = cluster.existing {
      return (
        ClusterQueries.extend, [.id(account), .int(id), .texts(cluster.terms), .instant(now)]
      )
    }
    return (
      ClusterQueries.insert,
      [
        .id(account), .int(input.site), .int(input.sector), .text(cluster.name),
        .text(cluster.description), .texts(cluster.terms), .instant(now),
      ]
    )
  }
}

extension Integration.ClusterInput {
  /// A row of `planner.cluster.of_sector`.
  init(row: Row) throws {
    self.init(
      id: try row.int(0), name: try row.text(1), terms: try row.texts(2),
      keywords: try row.texts(3))
  }
}

extension Integration.Assignment {
  init(hold: Int64, _ place: Auth.Place, _ call: IncomingCall) {
    self.init(
      holdID: hold, taskID: call.idempotencyKey ?? "", siteID: place.siteID,
      sectorID: place.sectorID, siteName: place.siteName, sectorName: place.sectorName,
      industryName: place.industryName)
  }
}

import AuthContract
import CommonContract
import Events
import Kernel
import PlannerContract
import PlannerCore
import Postgres
import RPC
import Resources

/// Keywords: the resource, its figures, and the list as a file.
struct KeywordHandlers: Sendable {
  private static let resource = PlannerResources.keywords

  let planning: Planning

  func register(in routes: inout RPCRoutes) throws {
    try Self.resource.routes(
      &routes, database: planning.database, time: planning.time, hooks: hooks,
      ResourceMethods(
        list: KeywordsMethods.listKeywords, retrieve: KeywordsMethods.getKeyword,
        create: KeywordsMethods.createKeyword, update: KeywordsMethods.updateKeyword,
        delete: KeywordsMethods.deleteKeyword, bulkDelete: KeywordsMethods.bulkDeleteKeywords,
        bulkUpdate: KeywordsMethods.bulkUpdateKeywords))
    routes.answer(KeywordsMethods.getKeywordStats, stats)
    routes.stream(KeywordsMethods.exportKeywords) { request, call, sender in
      try await answeringPostgres { try await export(request, call, sender) }
    }
  }

  // MARK: The resource

  private var hooks: ResourceHooks {
    var hooks = ResourceHooks()
    hooks.check = { change, values, call in
      if case .create = change { try await complete(&values, call) }
      if let text = values.text("keyword") {
        let keyword = try KeywordText(field: text)
        values["keyword"] = .text(keyword.text)
        values["folded"] = .text(keyword.folded)
      }
      if case .update = change, values["keyword"] != nil || values.int("cluster_id") != nil {
        values["outlier_at"] = .null
      }
    }
    hooks.before = { change, values, call, transaction in
      try await checkCluster(
        values, change, KeywordQueries.misplaced, in: transaction, of: call.requireAccount())
    }
    hooks.after = { change, values, call, transaction in
      guard case .create(let id) = change else { return }
      let messages = PlannerEvents.added(
        keywords: [id], site: values.int("site_id") ?? 0, sector: values.int("sector_id") ?? 0,
        of: try call.requireAccount())
      Outbox.add(messages, in: transaction)
    }
    hooks.committed = planning.messagesWaiting
    return hooks
  }

  /// A new keyword lies in a place of the account's and has a text: its own or its seed's.
  private func complete(_ values: inout ResourceValues, _ call: IncomingCall) async throws {
    try await planning.places.check(
      site: values.int("site_id"), sector: values.int("sector_id"), call)
    if let id = values.int("seed_keyword_id") {
      guard let seed = try await planning.places.seeds([id], field: "seed_keyword_id", call).first
      else { return }
      values["keyword"] = values["keyword"] ?? .text(seed.keyword)
      values["volume"] = values["volume"] ?? .int(seed.volume)
      values["difficulty"] = values["difficulty"] ?? .int(seed.difficulty)
      if KeywordIntent(rawValue: seed.intent) != nil {
        values["intent"] = values["intent"] ?? .text(seed.intent)
      }
    }
    if values["keyword"] == nil { throw RPCError(required: "keyword") }
  }

  // MARK: Figures

  private func stats(
    _ request: Planner.KeywordStatsRequest, _ call: IncomingCall
  ) async throws -> Planner.KeywordStats {
    let rows = try await planning.run(
      KeywordQueries.stats, [.int(request.siteID), .int(request.sectorID), call.reach], for: call)
    var stats = Planner.KeywordStats()
    for row in rows {
      let count = try row.int(2)
      if let status = try row.optionalText(0) {
        stats.byStatus.append(Planner.CountBy(value: status, count: count))
      } else if let intent = try row.optionalText(1) {
        stats.byIntent.append(Planner.CountBy(value: intent, count: count))
      } else {
        stats.total = count
        stats.clustered = try row.int(3)
        stats.unclustered = count - stats.clustered
        stats.totalVolume = try row.int(4)
        stats.averageDifficulty = try row.double(5)
        stats.outliers = try row.int(6)
      }
    }
    return stats
  }

  // MARK: The list as a file

  private static let header = [
    "keyword", "volume", "difficulty", "intent", "status", "cluster", "created_at",
  ]

  private func export(
    _ request: Planner.ListKeywordsRequest, _ call: IncomingCall,
    _ sender: ItemSender<Common.RawBody>
  ) async throws {
    func send(_ text: String) async throws {
      try await sender.send(
        Common.RawBody(
          contentType: "text/csv; charset=utf-8", body: Array(text.utf8),
          fileName: "keywords.csv"))
    }
    // The first line goes with the first rows: what is wrong with the request is said before.
    var head = CSVText.line(Self.header)
    try await Self.resource.each(request, call, on: planning.database, time: planning.time) {
      try await send(head + $0.map(Self.line).joined())
      head = ""
    }
    if !head.isEmpty { try await send(head) }
  }

  private static func line(_ keyword: Planner.Keyword) -> String {
    CSVText.line([
      keyword.keyword, String(keyword.volume), String(keyword.difficulty), keyword.intent,
      keyword.status, keyword.clusterName ?? "", keyword.createdAt.rfc3339,
    ])
  }
}

extension KeywordText {
  /// - Throws: `RPCError` that says what is wrong with the text.
  init(field text: String) throws {
    guard !Self.words(text).isEmpty else { throw RPCError(required: "keyword") }
    guard let keyword = KeywordText(text) else {
      throw RPCError(field: "keyword", "Keyword is too long or has control characters")
    }
    self = keyword
  }
}

import Postgres
import RPC
import Resources
import WriterContract
import WriterCore

/// What there is to do, for runs and before jobs are queued.
struct StageHandlers: Sendable {
  let library: Library

  private static let mostItems: Int32 = 10_000

  func register(in routes: inout RPCRoutes) {
    routes.answer(WritingMethods.listStageItems, items)
    routes.answer(WritingMethods.checkWork, check)
  }

  private func items(
    _ request: Writer.StageItemsRequest, _ call: IncomingCall
  ) async throws -> Writer.StageItems {
    guard let stage = PipelineStage(rawValue: request.stage) else {
      throw RPCError(field: "stage", "The writer has the stages 4 to 7")
    }
    try call.mustSee(site: request.siteID)
    let limit = Int64(min(max(request.limit, 0), Self.mostItems))
    let account = try call.requireAccount()
    let site: [SQLValue] = [.id(account), .int(request.siteID)]
    let givenUp = stage == .tasksToContent ? [library.givenUp] : []
    let answers = try await library.database.runAll(
      [
        (StageQueries.list(stage), site + [.int(request.afterID), .int(limit)] + givenUp),
        (StageQueries.count(stage), site + givenUp),
      ], in: .account(account), deadline: call.deadline)
    return Writer.StageItems(
      items: try answers[0].map(Writer.StageItem.init(row:)), total: try answers[1].one().int(0))
  }

  private func check(
    _ request: Writer.CheckWorkRequest, _ call: IncomingCall
  ) async throws -> Writer.CheckWorkReply {
    guard let kind = WorkKind(rawValue: request.operation) else {
      throw RPCError(field: "operation", "Unknown operation")
    }
    let ids = try await ids(of: request, kind, call)
    guard !ids.isEmpty else { throw RPCError(required: "ids") }
    let givenUp = kind == .content ? [library.givenUp] : []
    let rows = try await library.run(
      StageQueries.check(kind), [.ints(ids)] + givenUp, call)
    var found: [Int64: Row] = [:]
    for row in rows { found[try row.int(0)] = row }
    var items: [Writer.StageItem] = []
    var sites: Set<Int64> = []
    for id in ids {
      guard let row = found[id] else { throw RPCError.missing }
      let site = try row.int(4)
      try call.mustSee(site: site)
      sites.insert(site)
      let item = try Writer.StageItem(row: row)
      if let fault = try row.optionalText(5) {
        throw RPCError(field: "ids", "“\(item.label)” (\(id)) \(fault)")
      }
      items.append(item)
    }
    guard sites.count == 1, let site = sites.first else {
      throw RPCError(field: "ids", "All must belong to one site")
    }
    return Writer.CheckWorkReply(items: items, siteID: site)
  }
}

extension StageHandlers {
  private func ids(
    of request: Writer.CheckWorkRequest, _ kind: WorkKind, _ call: IncomingCall
  ) async throws -> [Int64] {
    guard kind == .image, let content = request.contentID else { return request.ids }
    _ = try await library.content(content, call)
    let rows = try await library.run(ImageQueries.unmade, [.int(content)], call)
    guard !rows.isEmpty else {
      throw RPCError(field: "content_id", "The content has no image prompts without a picture")
    }
    return try rows.map { try $0.int(0) }
  }
}

extension Writer.StageItem {
  /// Reads id, sector, label and amount.
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.int(0), sectorID: try row.int(1), label: try row.text(2),
      amount: try row.int(3))
  }
}

import Kernel
import Postgres
import RPC
import Resources
import WriterContract

/// Earlier texts of articles.
struct RevisionHandlers: Sendable {
  let library: Library

  func register(in routes: inout RPCRoutes) {
    routes.answer(ContentsMethods.listRevisions, list)
    routes.answer(ContentsMethods.restoreRevision, restore)
  }

  private func list(
    _ request: Writer.ListRevisionsRequest, _ call: IncomingCall
  ) async throws -> Writer.ListRevisionsReply {
    _ = try await library.content(request.id, call)
    let page = try Page(request.page, size: request.pageSize)
    let account = try call.requireAccount()
    let content: [SQLValue] = [.id(account), .int(request.id)]
    let answers = try await library.database.runAll(
      [
        (RevisionQueries.list, content + [.int(page.size), .int(page.offset)]),
        (RevisionQueries.count, content),
      ], in: .account(account), deadline: call.deadline)
    return Writer.ListRevisionsReply(
      count: try answers[1].one().int(0),
      results: try answers[0].map(Writer.Revision.init(row:)))
  }

  private func restore(
    _ request: Writer.RestoreRevisionRequest, _ call: IncomingCall
  ) async throws -> Writer.Content {
    guard let revision = request.revision else {
      throw RPCError(required: "revision")
    }
    let account = try call.requireAccount()
    let now = library.time.now()
    try await library.change(call) { transaction in
      try await transaction.mustSee(content: request.id, call)
      let rows = try await transaction.run(
        ContentQueries.restore,
        [.id(account), .int(request.id), .int(revision), .instant(now)])
      guard !rows.isEmpty else { throw RPCError.missing }
      try await Revisions.snapshot(request.id, "restored", call, transaction)
    }
    return try await library.content(request.id, call)
  }
}

extension Writer.Revision {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.int("id"), contentID: try row.int("content_id"),
      revision: try row.int("revision"), title: try row.text("title"),
      htmlContent: try row.text("html_content"), wordCount: try row.int("word_count"),
      reason: try row.text("reason"), userID: try row.optionalInt("user_id"),
      createdAt: try row.instant("created_at"))
  }
}

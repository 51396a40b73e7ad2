import CommonContract
import Events
import Kernel
import Postgres
import RPC
import Resources
import WriterContract

/// What destinations get, and what they say they show.
struct PublicationHandlers: Sendable {
  let library: Library
  let wake: @Sendable () -> Void

  func register(in routes: inout RPCRoutes) {
    routes.answer(WritingMethods.getPublication, publication)
    routes.answer(WritingMethods.markPublished, markPublished)
    routes.answer(ContentsMethods.unpublish, unpublish)
  }

  private func publication(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Writer.Publication {
    let content = try await library.content(request.id, call)
    let rows = try await library.run(PublicationQueries.taskTitle, [.int(request.id)], call)
    return Writer.Publication(content: content, taskTitle: try rows.first?.text(0) ?? "")
  }

  private func markPublished(
    _ request: Writer.MarkPublishedRequest, _ call: IncomingCall
  ) async throws -> Writer.Content {
    let account = try call.requireAccount()
    let now = library.time.now()
    try await library.change(call) { transaction in
      try await transaction.mustSee(content: request.id, call)
      let row = try await transaction.run(
        PublicationQueries.markPublished,
        [
          .id(account), .int(request.id), .text(request.externalID), .text(request.externalURL),
          .bool(request.hosted), .instant(now),
        ]
      ).one()
      if try row.bool("is_new") {
        Outbox.add(
          try WriterEvent.contentPublished(request.id, account: account, row: row),
          in: transaction)
      }
      if try row.bool("has_moved") {
        Outbox.add(
          WriterEvent.addressChanged(
            request.id, account: account, url: try row.optionalText("external_url")),
          in: transaction)
      }
      guard let task = try row.optionalInt("task_id") else { return }
      _ = try await transaction.run(
        TaskQueries.setStatus, [.id(account), .int(task), .text("completed"), .instant(now)])
    }
    wake()
    return try await library.content(request.id, call)
  }

  private func unpublish(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Writer.Content {
    let account = try call.requireAccount()
    let now = library.time.now()
    try await library.change(call) { transaction in
      try await transaction.mustSee(content: request.id, call)
      let rows = try await transaction.run(
        PublicationQueries.unpublish, [.id(account), .int(request.id), .instant(now)])
      guard let row = rows.first else { return }
      Outbox.add(
        WriterEvent.addressChanged(request.id, account: account, url: try row.optionalText(0)),
        in: transaction)
    }
    wake()
    return try await library.content(request.id, call)
  }
}

extension Transaction {
  /// Locks a content and gives the row of `ContentQueries.lock`.
  /// - Throws: `RPCError` `.notFound` when it is not there or out of the caller's reach.
  @discardableResult
  func mustSee(content: Int64, _ call: IncomingCall) async throws -> Row {
    let account = try call.requireAccount()
    let rows = try await run(ContentQueries.lock, [.id(account), .ints([content])])
    guard let row = rows.first else { throw RPCError.missing }
    try call.mustSee(site: try row.int("site_id"))
    return row
  }
}

import CommonContract
import Postgres
import RPC
import Resources
import WriterContract

/// What visitors of a hosted site see.
struct SiteHandlers: Sendable {
  let library: Library
  let settings: WriterSettings

  private static let largestPage: Int32 = 1_000

  func register(in routes: inout RPCRoutes) {
    routes.answer(WritingMethods.listPublished, list)
    routes.answer(WritingMethods.getPublished, article)
    routes.answer(WritingMethods.getPublishedImage, image)
  }

  private func list(
    _ request: Writer.ListPublishedRequest, _ call: IncomingCall
  ) async throws -> Writer.ListPublishedReply {
    let account = try call.requireAccount()
    let limit = Int64(min(max(request.pageSize, 1), Self.largestPage))
    let offset = Int64(max(request.page, 1) - 1) * limit
    let site: [SQLValue] = [.id(account), .int(request.siteID)]
    let answers = try await library.database.runAll(
      [
        (PublicationQueries.published, site + [.int(limit), .int(offset)]),
        (PublicationQueries.countPublished, site),
      ], in: .account(account), deadline: call.deadline)
    return Writer.ListPublishedReply(
      count: try answers[1].one().int(0),
      results: try answers[0].map(Writer.PublishedArticle.init(row:)))
  }

  private func article(
    _ request: Writer.GetPublishedRequest, _ call: IncomingCall
  ) async throws -> Writer.Publication {
    let rows = try await library.run(
      PublicationQueries.bySlug, [.int(request.siteID), .text(request.slug)], call)
    guard let row = rows.first else { throw RPCError.missing }
    return Writer.Publication(content: try await library.content(try row.int(0), call))
  }

  private func image(
    _ request: Writer.GetPublishedImageRequest, _ call: IncomingCall
  ) async throws -> Common.RawBody {
    let rows = try await library.run(
      ImageQueries.publishedFile, [.int(request.siteID), .int(request.imageID)], call)
    guard let row = rows.first else { throw RPCError.missing }
    return try Common.RawBody(imageRow: row, maxAge: settings.imageMaxAge)
  }
}

extension Writer.PublishedArticle {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.int("id"), title: try row.text("title"), slug: try row.text("slug"),
      excerpt: try row.text("excerpt"), wordCount: try row.int("word_count"),
      publishedAt: try row.instant("published_at"), updatedAt: try row.instant("updated_at"),
      imageID: try row.optionalInt("image_id"), imageAlt: try row.optionalText("image_alt"),
      categories: try row.texts("categories"))
  }
}

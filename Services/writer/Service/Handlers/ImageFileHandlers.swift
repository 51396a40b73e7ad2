import CommonContract
import Postgres
import RPC
import Resources
import WriterContract

/// The files of pictures, for those who work on them.
struct ImageFileHandlers: Sendable {
  let library: Library
  let settings: WriterSettings

  func register(in routes: inout RPCRoutes) {
    routes.answer(ImagesMethods.getImageFile, file)
  }

  private func file(
    _ request: Common.IdRequest, _ call: IncomingCall
  ) async throws -> Common.RawBody {
    let rows = try await library.run(ImageQueries.file, [.int(request.id)], call)
    guard let row = rows.first else { throw RPCError.missing }
    try call.mustSee(site: try row.int("site_id"))
    return try Common.RawBody(imageRow: row, maxAge: .zero)
  }
}

extension Common.RawBody {
  /// Reads `content_type`, `body` and `checksum`, which is also the entity tag.
  init(imageRow row: Row, maxAge: Duration) throws {
    self.init(
      contentType: try row.text("content_type"), body: try row.bytes("body"),
      etag: try row.optionalText("checksum"),
      maxAgeSeconds: Int32(clamping: maxAge.components.seconds))
  }
}

import CommonContract
import Postgres
import RPC
import Resources
import WriterContract

/// Pictures of articles: what is to be seen on them, and where.
struct ImageResource: Sendable {
  let places: Places

  static let declaration = Resource<Writer.Image>(
    "writer.images", table: "images",
    columns: [
      .int("site_id", .required), .int("sector_id", .required), .int("content_id", .nullable),
      .int("task_id", .nullable),
      .enumeration(
        "image_type", ["featured", "desktop", "mobile", "in_article"], .required,
        message: "Invalid image type"),
      .int("position", min: 0, max: 1_000, default: 0),
      .text("prompt", maxLength: 4_000, default: ""),
      .text("alt_text", maxLength: 500, default: ""),
      .text("caption", maxLength: 500, default: ""), .text("provider", .readOnly),
      .text("model", .readOnly),
      .enumeration(
        "status", ["pending", "failed"],
        aliases: ["completed": "generated"], default: "pending", message: "Invalid status value"),
      .int("width", .readOnly, .nullable), .int("height", .readOnly, .nullable),
      .int("bytes", .readOnly, .nullable), .text("checksum", .readOnly, .nullable),
      .text("error", .readOnly, .nullable),
    ],
    derived: [.sql("image_url", ImageQueries.fileURL)],
    filters: [
      .equal("site_id"), .equal("sector_id"), .equal("status"), .equal("image_type"),
      .equal("content_id"), .equal("task_id"),
    ],
    search: ["prompt", "alt_text", "caption"],
    orderings: ["image_type", "position", "status", "created_at", "updated_at"],
    defaultOrdering: "-created_at,-id",
    constraints: [
      .reference("images_content", field: "content_id", "Invalid content"),
      .reference("images_task", field: "task_id", "Invalid task"),
    ],
    siteColumn: "site_id")

  func register(in routes: inout RPCRoutes, _ library: Library) throws {
    var hooks = ResourceHooks()
    hooks.check = { [places] change, values, call in
      guard case .create = change, let site = values.int("site_id") else { return }
      try await places.check(site: site, sector: values.int("sector_id"), call)
    }
    hooks.before = { change, values, call, transaction in
      guard case .create = change, let content = values.int("content_id") else { return }
      let account = try call.requireAccount()
      let rows = try await transaction.run(ContentQueries.lock, [.id(account), .ints([content])])
      guard let row = rows.first, try row.int("site_id") == values.int("site_id") else {
        throw RPCError(field: "content_id", "Invalid content")
      }
    }
    try Self.declaration.routes(
      &routes, database: library.database, time: library.time, hooks: hooks,
      ResourceMethods(
        list: ImagesMethods.listImages, retrieve: ImagesMethods.getImage,
        create: ImagesMethods.createImage, update: ImagesMethods.updateImage,
        delete: ImagesMethods.deleteImage, bulkUpdate: ImagesMethods.bulkUpdateImages))
    routes.answer(ImagesMethods.listImagesByContent) { request, call in
      let content = try await library.content(request.id, call)
      return Writer.ListImagesReply(
        count: Int64(content.images.count), results: content.images)
    }
  }
}

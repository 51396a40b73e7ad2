import Events
import JSON
import Kernel
import Postgres
import Resources

/// What the writer tells the other contexts.
enum WriterEvent {
  static func taskCreated(
    _ id: Int64, account: AccountID, site: Int64, sector: Int64, title: String
  ) -> OutboxMessage {
    event(
      "task_created", account, key: "task/\(id)",
      [
        "id": .int(id), "site_id": .int(site), "sector_id": .int(sector), "title": .string(title),
        "status": "pending",
      ])
  }

  static func contentGenerated(
    _ id: Int64, revision: Int64, account: AccountID, of task: WritingTask, title: String,
    wordCount: Int64
  ) -> OutboxMessage {
    event(
      "content_generated", account, key: "content/\(id)/\(revision)",
      [
        "id": .int(id), "task_id": .int(task.id), "site_id": .int(task.site),
        "sector_id": .int(task.sector), "title": .string(title), "word_count": .int(wordCount),
        "content_type": .string(task.contentType), "status": "draft",
        "cluster_id": task.cluster.map { .int($0) } ?? .null,
      ])
  }

  static func contentCreated(
    _ id: Int64, account: AccountID, values: ResourceValues, cluster: Int64?
  ) -> OutboxMessage {
    event(
      "content.created", account, key: "content/\(id)",
      [
        "id": .int(id), "site_id": .int(values.int("site_id") ?? 0),
        "sector_id": .int(values.int("sector_id") ?? 0),
        "task_id": values.int("task_id").map { .int($0) } ?? .null,
        "cluster_id": cluster.map { .int($0) } ?? .null,
      ])
  }

  /// - Parameter row: of `writer.content.mark_published`.
  static func contentPublished(
    _ id: Int64, account: AccountID, row: Row
  ) throws -> OutboxMessage {
    event(
      "content_published", account, key: "published/\(id)/\(try row.int("revision"))",
      [
        "id": .int(id), "site_id": .int(try row.int("site_id")),
        "sector_id": .int(try row.int("sector_id")), "title": .string(try row.text("title")),
        "task_id": try row.optionalInt("task_id").map { .int($0) } ?? .null,
        "status": "published",
      ])
  }

  /// - Parameter url: where it can be read now; nil for nowhere.
  static func addressChanged(_ id: Int64, account: AccountID, url: String?) -> OutboxMessage {
    let payload: JSONValue = ["id": .int(id), "url": url.map { .string($0) } ?? .null]
    return .event("content.address_changed", account: account, payload: payload.text)
  }

  static func deleted(tasks ids: [Int64], account: AccountID) -> OutboxMessage {
    let payload: JSONValue = ["ids": .array(ids.map { .int($0) })]
    return .event("task.deleted", account: account, payload: payload.text)
  }

  static func deleted(contents ids: [Int64], account: AccountID) -> OutboxMessage {
    let payload: JSONValue = ["ids": .array(ids.map { .int($0) })]
    return .event("content.deleted", account: account, payload: payload.text)
  }

  static func imageGenerated(
    _ id: Int64, account: AccountID, of image: ImageOrder, checksum: String
  ) -> OutboxMessage {
    event(
      "image_generated", account, key: "image/\(id)/\(checksum)",
      [
        "id": .int(id), "content_id": image.content.map { .int($0) } ?? .null,
        "site_id": .int(image.site), "sector_id": .int(image.sector),
        "image_type": .string(image.type), "status": "generated",
      ])
  }

  private static func event(
    _ kind: String, _ account: AccountID, key: String, _ payload: JSONValue
  ) -> OutboxMessage {
    .event(kind, account: account, payload: payload.text, key: key)
  }
}

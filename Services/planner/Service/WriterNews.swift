import Events
import JSON
import Kernel
import Postgres
import RPC

/// What the writer tells of tasks and contents, as far as clusters and ideas show it.
enum WriterNews {
  static let handlers: [String: EventConsumer.Handler] = [
    "content_generated": written, "content.created": written,
    "content.deleted": { event, transaction in
      _ = try await transaction.run(
        WriterNewsQueries.contentsDeleted, [.id(event.account), .ints(try ids(event))])
    },
    "content_published": { event, transaction in
      guard let task = try JSONValue(parsing: event.payload)["task_id"]?.int else { return }
      _ = try await transaction.run(
        WriterNewsQueries.published, [.id(event.account), .int(task), .instant(event.createdAt)])
    },
    "task.deleted": { event, transaction in
      _ = try await transaction.run(
        WriterNewsQueries.tasksDeleted,
        [.id(event.account), .ints(try ids(event)), .instant(event.createdAt)])
    },
  ]

  @Sendable
  private static func written(_ event: Event, _ transaction: Transaction) async throws {
    let payload = try JSONValue(parsing: event.payload)
    guard let content = payload["id"]?.int, let cluster = payload["cluster_id"]?.int else { return }
    _ = try await transaction.run(
      WriterNewsQueries.written, [.id(event.account), .int(content), .int(cluster)])
  }

  private static func ids(_ event: Event) throws -> [Int64] {
    guard let ids = try JSONValue(parsing: event.payload)["ids"]?.array else {
      throw RPCError(.invalidArgument, "The event has no ids")
    }
    return ids.compactMap(\.int)
  }
}

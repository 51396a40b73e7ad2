import Events
import JSON
import Kernel
import Postgres
import RPC

/// What the writer tells of contents, as far as it explains what credits went into.
enum WriterNews {
  static let handlers: [String: EventConsumer.Handler] = [
    "content.address_changed": { event, transaction in
      let told = try JSONValue(parsing: event.payload)
      guard let content = told["id"]?.int else { throw Self.incomplete }
      try await set([content], to: told["url"]?.string, event, transaction)
    },
    "content.deleted": { event, transaction in
      guard let ids = try JSONValue(parsing: event.payload)["ids"]?.array else {
        throw Self.incomplete
      }
      try await set(ids.compactMap(\.int), to: nil, event, transaction)
    },
    "image_generated": { event, transaction in
      let told = try JSONValue(parsing: event.payload)
      guard let image = told["id"]?.int else { throw Self.incomplete }
      guard let content = told["content_id"]?.int else { return }
      _ = try await transaction.run(
        ContentQueries.image, [.id(event.account), .int(image), .int(content)])
    },
  ]

  private static let incomplete = RPCError(.invalidArgument, "The event names no object")

  private static func set(
    _ contents: [Int64], to url: String?, _ event: Event, _ transaction: Transaction
  ) async throws {
    _ = try await transaction.run(
      ContentQueries.address,
      [.id(event.account), .ints(contents), .text(url), .instant(event.createdAt)])
  }
}

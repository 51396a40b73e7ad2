import Events
import JSON
import Kernel
import Postgres
import RPC

/// When a site is deleted, its deliveries go with it; when a sector is, its strategies do. The log
/// of AI work stays: what was used was used.
enum SiteDeparture {
  static let handlers: [String: EventConsumer.Handler] = [
    "site.deleted": { event, transaction in
      try await delete("site_id", PublishingQueries.deleteOfSite, event, transaction)
    },
    "sector.deleted": { event, transaction in
      try await delete("sector_id", ThinkerQueries.deleteOfSector, event, transaction)
    },
  ]

  private static func delete(
    _ name: String, _ statement: Statement, _ event: Event, _ transaction: Transaction
  ) async throws {
    guard let place = try JSONValue(parsing: event.payload)[name]?.int else {
      throw RPCError(.invalidArgument, "The event has no \(name)")
    }
    _ = try await transaction.run(statement, [.id(event.account), .int(place)])
  }
}

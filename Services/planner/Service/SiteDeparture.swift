import Events
import JSON
import Kernel
import Postgres
import RPC

/// When a site or a sector is deleted, what was planned for it goes with it.
enum SiteDeparture {
  static let handlers: [String: EventConsumer.Handler] = [
    "site.deleted": { event, transaction in
      try await delete("site_id", SiteQueries.ofSite, event, transaction)
    },
    "sector.deleted": { event, transaction in
      try await delete("sector_id", SiteQueries.ofSector, event, transaction)
    },
  ]

  private static func delete(
    _ name: String, _ statements: [Statement], _ event: Event, _ transaction: Transaction
  ) async throws {
    guard let place = try JSONValue(parsing: event.payload)[name]?.int else {
      throw RPCError(.invalidArgument, "The event has no \(name)")
    }
    for statement in statements {
      _ = try await transaction.run(statement, [.id(event.account), .int(place)])
    }
  }
}

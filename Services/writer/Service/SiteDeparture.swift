import Events
import JSON
import Kernel
import Postgres
import RPC

/// When a site is deleted, its tasks, articles and pictures go with it.
enum SiteDeparture {
  static let handlers: [String: EventConsumer.Handler] = ["site.deleted": handle]

  @Sendable
  private static func handle(_ event: Event, _ transaction: Transaction) async throws {
    let payload = try JSONValue(parsing: event.payload)
    guard let site = payload["site_id"]?.int ?? payload["id"]?.int else {
      throw RPCError(.invalidArgument, "The event names no site")
    }
    for statement in SiteQueries.all {
      _ = try await transaction.run(statement, [.id(event.account), .int(site)])
    }
  }
}

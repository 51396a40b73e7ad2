import Events
import JSON
import Jobs
import Kernel
import Postgres
import RPC

/// When a site is deleted its runs stop, and they and its configuration go with it.
struct SiteDeparture: Sendable {
  let queue: JobQueue

  var handlers: [String: EventConsumer.Handler] {
    ["site.deleted": { try await handle($0, $1) }]
  }

  private func handle(_ event: Event, _ transaction: Transaction) async throws {
    guard let site = try JSONValue(parsing: event.payload)["site_id"]?.int else {
      throw RPCError(.invalidArgument, "The event names no site")
    }
    let place: [SQLValue] = [.id(event.account), .int(site)]
    let jobs = try await transaction.run(SiteQueries.openJobs, place)
    for statement in [SiteQueries.deleteRuns, SiteQueries.deleteConfig] {
      _ = try await transaction.run(statement, place)
    }
    // Last, as a worker does that writes down an item.
    for row in jobs { try await queue.cancel(try row.id(0), of: event.account, in: transaction) }
  }
}

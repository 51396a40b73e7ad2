import AuthContract
import IntegrationContract
import Kernel
import Metering
import Postgres
import RPC
import Resources

/// What the writer's paid functions have in common.
struct AIWork: Sendable {
  let library: Library
  let metering: Metering
  let places: Places
  let ai: AIClient

  init(library: Library, metering: Metering, places: Places, integration: any RPCCaller) {
    (self.library, self.metering, self.places) = (library, metering, places)
    ai = AIClient(integration)
  }

  /// The one row that a piece of work is about.
  /// - Throws: `RPCError` `.notFound` when it is not there or out of the caller's reach.
  func row(_ rows: Rows, _ call: IncomingCall) throws -> Row {
    guard let row = rows.first else { throw RPCError.missing }
    try call.mustSee(site: try row.int("site_id"))
    return row
  }

  /// What the AI is told besides its input.
  func assignment(
    in place: Auth.Place, hold: Int64, _ call: IncomingCall
  ) -> Integration.Assignment {
    Integration.Assignment(
      holdID: hold, taskID: call.idempotencyKey ?? "", siteID: place.siteID,
      sectorID: place.sectorID, siteName: place.siteName, sectorName: place.sectorName,
      industryName: place.industryName)
  }
}

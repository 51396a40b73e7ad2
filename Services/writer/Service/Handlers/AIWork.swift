import AuthContract
import IntegrationContract
import Kernel
import Logging
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
  let log: Logger

  init(
    library: Library, metering: Metering, places: Places, integration: any RPCCaller, log: Logger
  ) {
    (self.library, self.metering, self.places) = (library, metering, places)
    (ai, self.log) = (AIClient(integration), log)
  }

  /// The one row that a piece of work is about.
  /// - Throws: `RPCError` `.notFound` when it is not there or out of the caller's reach.
  func row(_ rows: Rows, _ call: IncomingCall) throws -> Row {
    guard let row = rows.first else { throw RPCError.missing }
    try call.mustSee(site: try row.int("site_id"))
    return row
  }

  /// Why work failed, where another try would fail too and the object is at fault; else nil.
  func reason(for error: any Error) -> String? {
    guard let error = error as? RPCError, error.isPermanent,
      error.code != .notFound, error.details.reason != "insufficient_credits"
    else { return nil }
    return error.message
  }

  /// Notes what became of work that failed, also when its call was cancelled; best effort, as a
  /// later try does without.
  func afterwards(_ statement: Statement, _ values: [SQLValue], of account: AccountID) async {
    await Task {
      do {
        _ = try await library.database.run(statement, values, in: .account(account))
      } catch {
        log.warning(
          "a failure was not noted",
          metadata: ["statement": "\(statement.name)", "error": "\(error)"])
      }
    }.value
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

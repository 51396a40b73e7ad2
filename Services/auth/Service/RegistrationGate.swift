import AuthCore
import JSON
import Postgres
import RPC

extension Registrar {
  /// - Throws: `.permissionDenied` while staff has closed the door to strangers.
  func requireOpen(_ call: IncomingCall) async throws {
    let rows = try await database.run(
      SettingQueries.list(.system), in: .none, deadline: call.deadline)
    for row in rows where try row.text("key") == SettingCatalogue.registrationOpen {
      guard try JSONValue(parsing: try row.json(1)) == false else { return }
      throw RPCError(
        .permissionDenied, "Registration is closed", reason: "registration_closed")
    }
  }
}

import AutomationContract
import Postgres
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import AutomationService
@testable import Exports

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  @Test("every column is in it or named here, with the account's rows and nobody else's")
  func contents() async throws {
    let world = try await AutomationWorld.make()
    let statements = AccountExport.statements(AccountArchive.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.test.database) == [])
    let check = ExportCheck(
      AccountArchive.tables,
      staying: Set(
        [
          "key", "payload", "result", "items", "checkpoint", "is_due", "run_at", "token",
          "failures", "max_attempts", "takeovers", "lease_owner", "lease_until",
          "cancel_requested", "wake_requested",
        ].map { "jobs.\($0)" }),
      TenantRows(world.test.database),
      AutomationExportMethods.exportAccount, InProcessTransport(world.service.routes))
    let faults = try await check.faults()
    #expect(faults == [])
  }
}

import IntegrationContract
import Postgres
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import IntegrationService
@testable import Exports

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  @Test("every column is in it or named here, with the account's rows and nobody else's")
  func contents() async throws {
    try await IntegrationWorld.run { world in
      let statements = AccountExport.statements(AccountArchive.tables)
      let failures = try await StatementCheck.failures(of: statements, on: world.database)
      #expect(failures == [])
      let check = ExportCheck(
        AccountArchive.tables,
        staying: [
          "provider_settings.api_key", "provider_settings.api_key_hint",
        ],
        TenantRows(world.database),
        IntegrationExportMethods.exportAccount, InProcessTransport(world.service.routes))
      let faults = try await check.faults()
      #expect(faults == [])
    }
  }
}

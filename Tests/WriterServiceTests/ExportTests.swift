import TestTraits
import WriterContract
import Postgres
import RPCTestKit
import TestKit
import Testing

@testable import WriterService
@testable import Exports

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  @Test("every column is in it or named here, with the account's rows and nobody else's")
  func contents() async throws {
    let world = try await WriterWorld.make()
    let statements = AccountExport.statements(AccountArchive.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.database) == [])
    let check = ExportCheck(
      AccountArchive.tables,
      staying: [
        "tasks.work_key"
      ],
      TenantRows(world.database),
      WriterExportMethods.exportAccount, InProcessTransport(world.service.routes))
    let faults = try await check.faults()
    #expect(faults == [])
  }
}

import CommonContract
import PlannerContract
import Postgres
import RPCTestKit
import TestKit
import TestTraits
import Testing

@testable import Exports
@testable import PlannerService

@Suite("The archive of an account", .inTurn, .timeLimit(.minutes(10)))
struct ExportTests {
  private func check(_ world: PlannerWorld) -> ExportCheck {
    ExportCheck(
      AccountArchive.tables, staying: ["keywords.folded"], TenantRows(world.database),
      PlannerExportMethods.exportAccount, world.caller)
  }

  @Test("every column is in it or named here, with the account's rows and nobody else's")
  func contents() async throws {
    let world = try await PlannerWorld.make()
    let statements = AccountExport.statements(AccountArchive.tables)
    #expect(try await StatementCheck.failures(of: statements, on: world.database) == [])
    let faults = try await check(world).faults()
    #expect(faults == [])
  }

  @Test("an account of many rows comes in many pieces, each row once, whoever asks for the rest")
  func many() async throws {
    let world = try await PlannerWorld.make()
    let rows = Statement(
      "test.keywords",
      """
      INSERT INTO keywords (account_id, site_id, sector_id, keyword, folded)
      SELECT a, 1, 1, 'k' || n || repeat(' x', n % 7 * 700), 'k' || n
      FROM generate_series(1, 2) a, generate_series(1, 1000) n
      """)
    _ = try await world.database.run(rows, in: .allAccounts)
    let check = check(world)
    let pieces = try await check.pieces(of: 1)
    #expect(pieces.count > 5)
    #expect(pieces.allSatisfy { $0.body.count < 600_000 && $0.file == "keywords.jsonl" })
    let lines = pieces.flatMap(\.lines)
    #expect((lines.count, Set(lines).count) == (1_000, 1_000))
    #expect(try await check.pieces(of: 1, after: pieces[2].place) == Array(pieces[3...]))
    #expect(try await check.pieces(of: 3).isEmpty)
  }

  @Test("a row that is larger than a piece should be is one", arguments: [600_000, 3_000_000])
  func large(bytes: Int) async throws {
    let world = try await PlannerWorld.make()
    let rows = Statement(
      "test.ideas",
      """
      INSERT INTO content_ideas (account_id, site_id, sector_id, title, description)
      SELECT 1, 1, 1, 'idea ' || n, repeat('"', \(bytes)) FROM generate_series(1, 3) n
      """)
    _ = try await world.database.run(rows, in: .allAccounts)
    let pieces = try await check(world).pieces(of: 1)
    #expect(pieces.map { $0.lines.count } == [1, 1, 1])
  }

  @Test(
    "a place where no piece ended is refused",
    arguments: ["x", "[]", "[\"keywords\"]", "[\"users\",\"1\"]", "[\"keywords\",\"1 OR true\"]"])
  func place(text: String) async throws {
    let world = try await PlannerWorld.make()
    await #expect(throws: (any Error).self) {
      _ = try await check(world).pieces(of: 1, after: text)
    }
  }
}

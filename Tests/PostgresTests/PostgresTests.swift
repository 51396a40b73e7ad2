import Kernel
import Postgres
import TestKit
import Testing

@Suite("running statements", .timeLimit(.minutes(1)))
struct RunningTests {
  @Test("values of every type come back as they went in")
  func roundTrip() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    let rows = try await world.database.run(
      Statement("demo.types", "SELECT $1::bigint, $2::text, $3::timestamptz, $4::numeric(10,2)"),
      [.int(7), .text("héllo"), .instant(Instant(microseconds: 1)), .text("-12.50")], in: .none)
    let row = try rows.one()
    #expect(try row.int(0) == 7)
    #expect(try row.text(1) == "héllo")
    #expect(try row.instant(2) == Instant(microseconds: 1))
    #expect(try row.hundredths(3) == -1250)
  }
}

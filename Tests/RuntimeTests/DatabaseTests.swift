import Kernel
import Postgres
import Settings
import Telemetry
import TestKit
import TestTraits
import Testing

@testable import Runtime

@Suite("a service's database", .inTurn, .timeLimit(.minutes(10)))
struct DatabaseTests {
  @Test("statements show by name how often, how long, how many rows and why they failed")
  func statements() async throws {
    let metrics = Metrics()
    let world = try await TestDatabase.make(schema: "runtime", migrations: [])
    let database = Database(
      settings: world.settings, time: RealTime(), log: quietLog,
      observer: DatabaseFigures(metrics))
    database.register(in: metrics)
    let three = Statement("figures.three", "SELECT * FROM generate_series(1, 3)")
    let broken = Statement("figures.broken", "SELECT 1 / $1::bigint")
    for _ in 0..<2 { _ = try await database.run(three, in: .none) }
    _ = try? await database.runAll([(three, []), (broken, [.int(0)])], in: .none)
    _ = try? await database.run(broken, [.text("x"), .null], in: .none)
    let text = metrics.prometheusText()
    let lines = [
      "igny8_statement_seconds_count{statement=\"figures.three\"} 3",
      "igny8_statement_rows_total{statement=\"figures.three\"} 6",
      "igny8_statement_failures_total{statement=\"figures.three\",why=\"undone\"} 1",
      "igny8_statement_failures_total{statement=\"figures.broken\",why=\"refused\"} 1",
      "igny8_statement_failures_total{statement=\"figures.broken\",why=\"value\"} 1",
      "igny8_database_sessions{state=\"in_use\"} 0", "igny8_database_sessions{state=\"idle\"} 1",
      "igny8_database_waiting 0", "igny8_database_opened_total 1",
      "igny8_database_requests_total 4", "igny8_database_lost_total 0",
    ]
    for line in lines { #expect(text.contains("\n\(line)\n"), "\(line) in \(text)") }
    await database.close()
    await world.database.close()
  }

  @Test("however many names there are, the figures stay bounded")
  func bounded() {
    let metrics = Metrics()
    let figures = DatabaseFigures(metrics)
    for number in 0..<3_000 {
      figures.statementEnded("a.n\(number)", took: .milliseconds(1), rows: 1, fault: nil)
    }
    let text = metrics.prometheusText()
    #expect(text.split(separator: "\n").count { $0.contains("_seconds_count") } <= 1_001)
    #expect(text.contains("igny8_statement_seconds_count{statement=\"other\"} 2000"))
  }

  private func faults(_ environment: [String: String]) -> [String] {
    let reader = SettingsReader(environment: environment)
    _ = StoreSettings(reading: reader)
    do {
      try reader.check()
      return []
    } catch let error as SettingsError {
      return error.faults.map(\.name)
    } catch { return ["\(error)"] }
  }

  @Test("behind a pooler the way around it must be named, too")
  func pooler() throws {
    let direct = ["IGNY8_DATABASE_URL": "postgresql://a:secret@server:1/x"]
    #expect(faults(direct) == [])
    let pooled = direct.merging(["IGNY8_DATABASE_POOLER": "transaction"]) { $1 }
    #expect(faults(pooled) == ["IGNY8_DATABASE_DIRECT_URL"])
    let wrong = pooled.merging(["IGNY8_DATABASE_DIRECT_URL": "nonsense"]) { $1 }
    #expect(faults(wrong) == ["IGNY8_DATABASE_DIRECT_URL"])
    #expect(faults(direct.merging(["IGNY8_DATABASE_POOLER": "session"]) { $1 }) != [])
    let whole = pooled.merging(["IGNY8_DATABASE_DIRECT_URL": "postgresql://a@real:2/x"]) { $1 }
    let settings = try StoreSettings(reading: SettingsReader(environment: whole))
      .database(schema: "planner")
    #expect(settings.description == "host=server port=1 dbname=x user=a")
  }
}

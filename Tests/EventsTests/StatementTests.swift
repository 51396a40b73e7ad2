import Postgres
import TestTraits
import Testing

@testable import Events

@Suite("statements", .inTurn, .timeLimit(.minutes(10)))
struct StatementTests {
  @Test("every statement fits the schema")
  func fit() async throws {
    let world = try await World.make()
    let all = OutboxQueries.all + IdempotencyQueries.all + ConsumedQueries.all
    #expect(try await StatementCheck.failures(of: all, on: world.database) == [])
  }
}

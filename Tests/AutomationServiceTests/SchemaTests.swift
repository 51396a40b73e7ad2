import Postgres
import TestKit
import TestTraits
import Testing

@testable import AutomationService

@Suite("The automation schema", .inTurn, .timeLimit(.minutes(10)))
struct SchemaTests {
  @Test("every statement fits the schema")
  func statements() async throws {
    let world = try await AutomationWorld.make()
    let failures = try await StatementCheck.failures(
      of: AutomationQueries.all, on: world.test.database)
    #expect(failures == [])
    #expect(AutomationQueries.all.count > 20)
  }
}

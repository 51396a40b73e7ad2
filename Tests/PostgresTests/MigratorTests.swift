import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("migrations", .inTurn, .timeLimit(.minutes(10)))
struct MigratorTests {
  private static let first = Migration(number: 1, name: "boxes", sql: "CREATE TABLE boxes (id int)")
  private static let second = Migration(
    number: 2, name: "labels",
    sql: "ALTER TABLE boxes ADD COLUMN label text; INSERT INTO boxes VALUES (1, 'a');")

  private func run(_ migrations: [Migration], _ world: TestDatabase) async throws -> [Int] {
    try await Migrator(schema: "demo", migrations: migrations)
      .run(on: world.settings, time: RealTime(), log: quietLog).map(\.number)
  }

  @Test("each migration runs once, in order, and is recorded")
  func once() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    #expect(try await run([Self.first], world) == [1])
    #expect(try await run([Self.first, Self.second], world) == [2])
    #expect(try await run([Self.first, Self.second], world) == [])
    #expect(try await run([Self.first], world) == [])
    #expect(try await Operator(world).count("boxes") == 1)
    #expect(try await Operator(world).count("schema_migrations") == 2)
  }

  @Test("several processes at once run each migration once")
  func concurrently() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    let ran = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<6 { group.addTask { try await run([Self.first, Self.second], world) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(ran.sorted() == [1, 2])
    #expect(try await Operator(world).count("boxes") == 1)
  }

  @Test("a migration that fails leaves nothing and is named")
  func failing() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    let broken = Migration(
      number: 2, name: "broken", sql: "CREATE TABLE half (id int); SELECT nothing;")
    let error = await failure { _ = try await run([Self.first, broken], world) }
    #expect(error?.sqlState == "42703")
    #expect(error?.statement == "demo 2 broken")
    let half = await failure { _ = try await Operator(world).count("half") }
    #expect(half?.sqlState == "42P01")
    #expect(try await run([Self.first, Self.second], world) == [2])
  }

  @Test("a migration that was changed after it ran is refused")
  func changed() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [Self.first])
    let edited = Migration(number: 1, name: "boxes", sql: "CREATE TABLE boxes (id bigint)")
    let error = await failure { _ = try await run([edited], world) }
    #expect(error?.kind == .value)
    #expect(error?.message.contains("1 boxes") == true)
  }

  @Test("numbers with a gap are refused")
  func gap() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    #expect(await failure { _ = try await run([Self.second], world) }?.kind == .value)
  }

  @Test("the service's role owns its schema and nothing else")
  func role() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    #expect(
      await failure { try await world.database.script("CREATE SCHEMA x") }?.sqlState == "42501")
    let privileged = Statement(
      "migrator.role", "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    #expect(try await world.database.run(privileged, in: .none).one().bool(0) == false)
  }

  @Test("a schema that is not there is made")
  func schema() async throws {
    let world = try await TestDatabase.make(schema: "demo", migrations: [])
    try await world.administer("GRANT CREATE ON DATABASE \(world.name) TO igny8_demo")
    let ran = try await Migrator(schema: "odd name", migrations: [Self.first])
      .run(on: world.settings, time: RealTime(), log: quietLog)
    #expect(ran == [Self.first])
  }
}

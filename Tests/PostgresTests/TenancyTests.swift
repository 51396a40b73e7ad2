import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("row-level security", .inTurn, .timeLimit(.minutes(10)))
struct TenancyTests {
  private let one = Scope.account(AccountID(1))
  private let two = Scope.account(AccountID(2))

  private func world(_ access: Demo.Access) async throws -> TestDatabase {
    let world = try await Demo.world(access, sessions: 1)
    for (account, name) in [(1, "a"), (1, "b"), (2, "c")] {
      _ = try await world.database.run(
        Demo.addItem, [.int(account), .text(name), .int(0)],
        in: .account(AccountID(Int64(account))))
    }
    return world
  }

  private func names(_ world: TestDatabase, _ scope: Scope) async throws -> [String] {
    try await world.database.run(Demo.itemNames, in: scope).map { try $0.text(0) }
  }

  @Test(
    "each account sees its own rows, all accounts see all, and no account none",
    arguments: Demo.Access.allCases)
  func reading(_ access: Demo.Access) async throws {
    let world = try await world(access)
    #expect(try await names(world, one) == ["a", "b"])
    #expect(try await names(world, two) == ["c"])
    #expect(try await names(world, .allAccounts) == ["a", "b", "c"])
    #expect(try await names(world, .none) == [])
    #expect(try await names(world, .account(AccountID(3))) == [])
  }

  @Test(
    "a row of another account cannot be written, changed or deleted",
    arguments: Demo.Access.allCases)
  func writing(_ access: Demo.Access) async throws {
    let world = try await world(access)
    let error = await failure {
      _ = try await world.database.run(
        Demo.addItem, [.int(2), .text("stolen"), .int(0)], in: one)
    }
    #expect(error?.sqlState == "42501")
    let rename = Statement("tenancy.rename", "UPDATE items SET name = name || '!'")
    #expect(try await world.database.run(rename, in: two).rowsAffected == 1)
    let move = Statement("tenancy.move", "UPDATE items SET account_id = 1 WHERE name = 'c!'")
    let moved = await failure { _ = try await world.database.run(move, in: two) }
    #expect(moved?.sqlState == "42501")
    let delete = Statement("tenancy.delete", "DELETE FROM items")
    #expect(try await world.database.run(delete, in: one).rowsAffected == 2)
    #expect(try await names(world, .allAccounts) == ["c!"])
  }

  @Test(
    "the scope ends with the statement, whether it failed or not",
    arguments: Demo.Access.allCases)
  func scopeEnds(_ access: Demo.Access) async throws {
    let world = try await world(access)
    let setting = Statement(
      "tenancy.setting", "SELECT coalesce(current_setting('app.account_id', true), '')")
    func current(_ scope: Scope) async throws -> String {
      try await world.database.run(setting, in: scope).one().text(0)
    }
    #expect(try await current(one) == "1")
    #expect(try await current(.none) == "")
    _ = await failure {
      _ = try await world.database.run(Demo.broken, [.int(0)], in: .allAccounts)
    }
    #expect(try await current(.none) == "")
    try await world.database.transaction(in: two) { transaction in
      let current = try await transaction.run(setting).one().text(0)
      #expect(current == "2")
    }
    #expect(try await current(.none) == "")
  }

  @Test("transactions are kept apart as single statements are", arguments: Demo.Access.allCases)
  func transactions(_ access: Demo.Access) async throws {
    let world = try await world(access)
    let seen = try await world.database.transaction(in: two) { transaction in
      try await transaction.run(Demo.itemNames).map { try $0.text(0) }
    }
    #expect(seen == ["c"])
  }

  @Test(
    "an index that begins with the account serves the policy, in both forms of the query",
    arguments: Demo.Access.allCases)
  func plan(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    try await world.administer(
      """
      INSERT INTO demo.items (account_id, name)
      SELECT n % 1000, 'n' || n FROM generate_series(1, 50000) n
      """, "ANALYZE demo.items")
    let bare = Statement("tenancy.bare", "EXPLAIN SELECT * FROM items")
    let named = Statement("tenancy.named", "EXPLAIN SELECT * FROM items WHERE account_id = 5")
    for statement in [bare, named] {
      let lines = try await world.database.run(statement, in: .account(AccountID(5)))
      let plan = try lines.map { try $0.text(0) }.joined(separator: "\n")
      #expect(plan.contains("items_name_key"), "\(plan)")
    }
  }
}

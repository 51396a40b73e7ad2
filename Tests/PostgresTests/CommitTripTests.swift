import Kernel
import Postgres
import Synchronization
import TestKit
import TestTraits
import Testing

@Suite("statements that go with the commit", .inTurn, .timeLimit(.minutes(10)))
struct CommitTripTests {
  private let scope = Scope.account(AccountID(1))

  private func item(_ name: String, amount: Int64 = 0) -> (Statement, [SQLValue]) {
    (Demo.addItem, [.int(1), .text(name), .int(amount)])
  }

  private func names(_ world: TestDatabase) async throws -> [String] {
    try await world.database.run(Demo.itemNames, in: scope).map { try $0.text(0) }
  }

  @Test("what may wait goes ahead of the next statement", arguments: Demo.Access.allCases)
  func ahead(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    try await world.database.transaction(in: scope) { transaction in
      transaction.runLater([item("a"), item("b")])
      let rows = try await transaction.runAll([(Demo.countItems, []), (Demo.itemNames, [])])
      #expect(rows.count == 2)
      #expect(try rows[0].one().int(0) == 2)
      transaction.runLater([item("c")])
    }
    #expect(try await names(world) == ["a", "b", "c"])
  }

  @Test("what waited at the end goes with the commit, with or without statements before it")
  func alone() async throws {
    let world = try await Demo.world(sessions: 1)
    try await world.database.transaction(in: scope) { $0.runLater([item("a"), item("b")]) }
    #expect(try await names(world) == ["a", "b"])
  }

  @Test("what waits is dropped when the body throws", arguments: Demo.Access.allCases)
  func dropped(_ access: Demo.Access) async throws {
    struct Refused: Error {}
    let world = try await Demo.world(access, sessions: 1)
    await #expect(throws: Refused.self) {
      try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.runAll([item("a")])
        transaction.runLater([item("b")])
        throw Refused()
      }
    }
    #expect(try await names(world).isEmpty)
  }

  @Test(
    "a refusal of what went with the commit undoes all, and the session serves the next",
    arguments: Demo.Access.allCases)
  func refused(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    let error = await failure {
      try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.runAll([item("a")])
        transaction.runLater([item("b", amount: -1), item("c")])
      }
    }
    #expect(error?.constraint == "items_amount_positive")
    #expect(error?.statement == Demo.addItem.name)
    #expect(try await names(world).isEmpty)
  }

  @Test("a value that does not fit is told, and nothing is lost unsaid")
  func misfit() async throws {
    let world = try await Demo.world(sessions: 1)
    let error = await failure {
      try await world.database.transaction(in: scope) { transaction in
        transaction.runLater([item("a")])
        let unfit = await failure { _ = try await transaction.run(Demo.addNote, [.int(1)]) }
        #expect(unfit?.kind == .value)
      }
    }
    #expect(error == nil)
    #expect(try await names(world) == ["a"])
  }

  @Test("the last statements answer, and are committed", arguments: Demo.Access.allCases)
  func last(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    let committed = Mutex(0)
    let count = try await world.database.transaction(in: scope) { transaction in
      transaction.afterCommit { committed.withLock { $0 += 1 } }
      _ = try await transaction.runAll([item("a")])
      transaction.runLater([item("b")])
      let rows = try await transaction.runLast([item("c"), (Demo.countItems, [])])
      #expect(rows.count == 2)
      #expect(committed.withLock { $0 } == 1)
      return try rows[1].one().int(0)
    }
    #expect(count == 3)
    #expect(try await names(world) == ["a", "b", "c"])
    #expect(committed.withLock { $0 } == 1)
  }

  @Test("nothing may follow the last statements")
  func over() async throws {
    let world = try await Demo.world(sessions: 1)
    try await world.database.transaction(in: scope) { transaction in
      _ = try await transaction.runLast([item("a")])
      let error = await failure { _ = try await transaction.runAll([item("b")]) }
      #expect(error?.kind == .closed)
    }
    #expect(try await names(world) == ["a"])
  }

  @Test("a body that swallows the refusal of its last statements has not committed")
  func swallowed() async throws {
    let world = try await Demo.world(sessions: 1)
    let error = await failure {
      try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.runAll([item("a")])
        _ = try? await transaction.runLast([item("a")])
      }
    }
    #expect(error?.kind == .closed)
    #expect(try await names(world).isEmpty)
  }

  @Test("a refusal at the commit itself is told, and the session serves the next")
  func deferred() async throws {
    let world = try await Demo.world(sessions: 1)
    let error = await failure {
      try await world.database.transaction(in: scope) { transaction in
        transaction.runLater([(Demo.addLater, [.int(1)])])
        _ = try await transaction.runLast([(Demo.addLater, [.int(1)])])
      }
    }
    #expect(error?.isUniqueViolation(of: "later_id_key") == true)
    #expect(try await names(world).isEmpty)
  }
}

import Kernel
import Postgres
import Synchronization
import TestKit
import TestTraits
import Testing

@Suite("transactions", .inTurn, .timeLimit(.minutes(10)))
struct TransactionTests {
  private struct Refused: Error {}

  private static let names = Demo.itemNames
  private let scope = Scope.account(AccountID(1))

  private func item(_ name: String) -> [SQLValue] { [.int(1), .text(name), .int(0)] }

  @Test("what the body did is there once it returned", arguments: Demo.Access.allCases)
  func commits(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access)
    let id = try await world.database.transaction(in: scope) { transaction in
      let first = try await transaction.run(Demo.addItem, item("a")).one().int(0)
      let more = try await transaction.runAll(
        [(Demo.addItem, item("b")), (Demo.countItems, [])])
      #expect(try more[1].one().int(0) == 2)
      return first
    }
    #expect(id == 1)
    let names = try await world.database.run(Self.names, in: scope).map { try $0.text(0) }
    #expect(names == ["a", "b"])
  }

  @Test(
    "when the body throws nothing stays, and the session serves the next",
    arguments: Demo.Access.allCases)
  func rollsBack(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    await #expect(throws: Refused.self) {
      try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.run(Demo.addItem, item("a"))
        throw Refused()
      }
    }
    #expect(try await world.database.run(Demo.countItems, in: scope).one().int(0) == 0)
  }

  @Test("a transaction without statements needs no server")
  func empty() async throws {
    let settings = try DatabaseSettings(url: "host=127.0.0.1 port=1", schema: "demo")
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    #expect(try await database.transaction(in: .none) { _ in 7 } == 7)
    await database.close()
  }

  @Test("a body that swallows a refusal cannot commit by mistake", arguments: Demo.Access.allCases)
  func swallowed(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    let error = await failure {
      try await world.database.transaction(in: scope) { transaction in
        _ = try await transaction.run(Demo.addItem, item("a"))
        _ = try? await transaction.run(Demo.addItem, item("a"))
      }
    }
    #expect(error?.sqlState == "25P02")
    #expect(try await world.database.run(Demo.countItems, in: scope).one().int(0) == 0)
  }

  @Test("statements of child tasks run one after the other", arguments: Demo.Access.allCases)
  func concurrent(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    try await world.database.transaction(in: scope) { transaction in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask { _ = try await transaction.run(Demo.addItem, item("n\(number)")) }
        }
        try await group.waitForAll()
      }
    }
    #expect(try await world.database.run(Demo.countItems, in: scope).one().int(0) == 20)
  }

  @Test("a transaction that is over refuses", arguments: Demo.Access.allCases)
  func over(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access)
    let kept = Mutex<Transaction?>(nil)
    try await world.database.transaction(in: .none) { transaction in
      kept.withLock { $0 = transaction }
      _ = try await transaction.run(Demo.one)
    }
    let old = try #require(kept.withLock { $0 })
    let error = await failure { _ = try await old.run(Demo.one) }
    #expect(error?.kind == .closed)
  }

  @Test(
    "a cancelled body is rolled back, and its session is free again",
    arguments: Demo.Access.allCases)
  func cancelled(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 1)
    let look = try Operator(world)
    let task = Task {
      try await world.database.transaction(in: .none) { transaction in
        _ = try await transaction.run(Demo.addNote, [.int(1), .text("a")])
        _ = try await transaction.run(Demo.sleep, [.double(600)])
      }
    }
    try await eventually { try await look.running("%pg_sleep($1)%") == 1 }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await world.database.run(Demo.countNotes, in: .none).one().int(0) == 0)
  }

  @Test("a deadline ends a transaction that waits for a lock", arguments: Demo.Access.allCases)
  func deadline(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 2)
    let lock = Statement("transaction.lock", "SELECT pg_advisory_xact_lock(7)")
    try await world.database.transaction(in: .none) { holder in
      _ = try await holder.run(lock)
      let error = await failure {
        let deadline = Deadline(in: .milliseconds(50), of: RealTime())
        try await world.database.transaction(in: .none, deadline: deadline) { waiter in
          _ = try await waiter.run(Demo.one)
          _ = try await waiter.run(lock)
        }
      }
      #expect(error?.kind == .timedOut)
      _ = try await holder.run(Demo.one)
    }
  }

  @Test(
    "a deadlock is resolved by repeating the body, when the caller allows it",
    arguments: Demo.Access.allCases)
  func deadlock(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access, sessions: 4)
    for id in 1...2 {
      _ = try await world.database.run(Demo.addNote, [.int(id), .text("")], in: .none)
    }
    let update = Statement("transaction.note", "UPDATE notes SET text = text || 'x' WHERE id = $1")
    let meeting = Meeting()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for order in [[1, 2], [2, 1]] {
        group.addTask {
          try await world.database.transaction(in: .none, retrying: 3) { transaction in
            _ = try await transaction.run(update, [.int(order[0])])
            await meeting.arrive()
            _ = try await transaction.run(update, [.int(order[1])])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await meeting.count >= 3)
    let texts = Statement("transaction.texts", "SELECT text FROM notes ORDER BY id")
    let rows = try await world.database.run(texts, in: .none)
    #expect(try rows.map { try $0.text(0) } == ["xx", "xx"])
  }

  @Test(
    "a serialization failure is repeated as often as allowed, then thrown",
    arguments: Demo.Access.allCases)
  func serialization(_ access: Demo.Access) async throws {
    let world = try await Demo.world(access)
    let runs = Mutex(0)
    let error = await failure {
      try await world.database.transaction(in: .none, retrying: 2) { transaction in
        runs.withLock { $0 += 1 }
        try await transaction.script(
          "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
      }
    }
    #expect(error?.isConflict == true)
    #expect(runs.withLock { $0 } == 3)
  }
}

/// Lets the first two who arrive go on together; everybody after them passes.
private actor Meeting {
  private(set) var count = 0
  private var waiting: CheckedContinuation<Void, Never>?

  func arrive() async {
    count += 1
    if count == 1 { await withCheckedContinuation { waiting = $0 } }
    waiting?.resume()
    waiting = nil
  }
}

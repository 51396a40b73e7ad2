import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("running statements", .inTurn, .timeLimit(.minutes(10)))
struct RunTests {
  @Test("two hundred statements at once share four sessions")
  func many() async throws {
    let world = try await Demo.world(sessions: 4)
    let seen = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
      let statement = Statement("run.echo", "SELECT $1::bigint, pg_backend_pid()")
      for number in 0..<200 {
        group.addTask {
          let row = try await world.database.run(
            statement, [.int(number)], in: .account(AccountID(1))
          ).one()
          #expect(try row.int(0) == Int64(number))
          return (try row.int(0), try row.int(1))
        }
      }
      return try await group.reduce(into: [(Int64, Int64)]()) { $0.append($1) }
    }
    #expect(Set(seen.map(\.0)).count == 200)
    #expect((1...4).contains(Set(seen.map(\.1)).count))
  }

  @Test("a refused statement does not touch its neighbours, nor the session after it")
  func isolation() async throws {
    let world = try await Demo.world(sessions: 1)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<60 {
        group.addTask {
          let divisor = number % 3
          let error = await failure {
            _ = try await world.database.run(Demo.broken, [.int(divisor)], in: .allAccounts)
          }
          #expect(error?.sqlState == (divisor == 0 ? "22012" : nil))
        }
      }
    }
  }

  @Test("a refusal names the statement, the state and the constraint")
  func refusal() async throws {
    let world = try await Demo.world()
    let values: [SQLValue] = [.int(1), .text("twice"), .int(0)]
    let scope = Scope.account(AccountID(1))
    _ = try await world.database.run(Demo.addItem, values, in: scope)
    let error = await failure { _ = try await world.database.run(Demo.addItem, values, in: scope) }
    #expect(error?.isUniqueViolation(of: "items_name_key") == true)
    #expect(error?.isUniqueViolation(of: "another") == false)
    #expect(error?.statement == "demo.item.insert")
    #expect(error?.table == "items")
    let negative = await failure {
      _ = try await world.database.run(
        Demo.addItem, [.int(1), .text("debt"), .int(-1)], in: scope)
    }
    #expect(negative?.isCheckViolation(of: "items_amount_positive") == true)
  }

  @Test("several statements in one trip are all done or none")
  func allOrNone() async throws {
    let world = try await Demo.world()
    let rows = try await world.database.runAll(
      [(Demo.addNote, [.int(1), .text("a")]), (Demo.countNotes, [])], in: .none)
    #expect(try rows[1].one().int(0) == 1)
    let error = await failure {
      _ = try await world.database.runAll(
        [(Demo.addNote, [.int(2), .text("b")]), (Demo.addNote, [.int(1), .text("c")])], in: .none)
    }
    #expect(error?.isUniqueViolation() == true)
    let count = try await world.database.run(Demo.countNotes, in: .none)
    #expect(try count.one().int(0) == 1)
  }

  @Test("a constraint that is checked at the commit is reported, and nothing stays")
  func deferred() async throws {
    let world = try await Demo.world(sessions: 1)
    let alone = await failure {
      _ = try await world.database.runAll(
        [(Demo.addLater, [.int(1)]), (Demo.addLater, [.int(1)])], in: .none)
    }
    #expect(alone?.isUniqueViolation(of: "later_id_key") == true)
    let inTransaction = await failure {
      try await world.database.transaction(in: .none) { transaction in
        _ = try await transaction.run(Demo.addLater, [.int(1)])
        _ = try await transaction.run(Demo.addLater, [.int(1)])
      }
    }
    #expect(inTransaction?.isUniqueViolation(of: "later_id_key") == true)
    #expect(try await Operator(world).count("later") == 0)
  }

  @Test("a cancelled task returns, and the server stops its statement")
  func cancellation() async throws {
    let world = try await Demo.world(sessions: 1)
    let look = try Operator(world)
    let task = Task { try await world.database.run(Demo.sleep, [.double(600)], in: .none) }
    try await eventually { try await look.running("%pg_sleep($1)%") == 1 }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await eventually { try await look.running("%pg_sleep($1)%") == 0 }
    #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
  }

  @Test("a task cancelled while it waits for a session gives up its place")
  func cancelledWait() async throws {
    let world = try await Demo.world(sessions: 1)
    try await world.database.transaction(in: .none) { transaction in
      _ = try await transaction.run(Demo.one)
      let task = Task { try await world.database.run(Demo.one, in: .none) }
      try await RealTime().sleep(for: .milliseconds(20))
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
  }

  @Test("a statement past its deadline is given up here and stopped there")
  func deadline() async throws {
    let world = try await Demo.world(sessions: 1)
    let look = try Operator(world)
    let error = await failure {
      let deadline = Deadline(in: .milliseconds(50), of: RealTime())
      _ = try await world.database.run(Demo.sleep, [.double(600)], in: .none, deadline: deadline)
    }
    #expect(error?.kind == .timedOut)
    #expect(error?.statement == "demo.sleep")
    try await eventually { try await look.running("%pg_sleep($1)%") == 0 }
    #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
  }

  @Test("a deadline that has passed already sends nothing")
  func lateFromTheStart() async throws {
    let world = try await Demo.world()
    let error = await failure {
      let deadline = Deadline(in: .milliseconds(-1), of: RealTime())
      _ = try await world.database.run(
        Demo.addNote, [.int(1), .text("late")], in: .none, deadline: deadline)
    }
    #expect(error?.kind == .timedOut)
    #expect(try await Operator(world).count("notes") == 0)
  }

  @Test("when every session stays busy, callers are told so after a bounded wait")
  func exhausted() async throws {
    let world = try await Demo.world(sessions: 1) { settings in
      settings.longestWait = .milliseconds(30)
      settings.maxWaiters = 2
    }
    try await eventually { await failure { try await world.database.ping() } == nil }
    try await world.database.transaction(in: .none) { transaction in
      _ = try await transaction.run(Demo.one)
      let kinds = await withTaskGroup(of: PostgresError.Kind?.self) { group in
        for _ in 0..<4 {
          group.addTask {
            await failure { _ = try await world.database.run(Demo.one, in: .none) }?.kind
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(kinds == [.exhausted, .exhausted, .exhausted, .exhausted])
    }
    #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
  }

  @Test("a closed database refuses, after what ran has finished")
  func closing() async throws {
    let world = try await Demo.world()
    let look = try Operator(world)
    let lock = Statement("run.lock", "SELECT pg_advisory_xact_lock(1)")
    let (task, closing) = try await look.database.transaction(in: .none) { transaction in
      _ = try await transaction.run(lock)
      let task = Task { try await world.database.run(lock, in: .none) }
      try await eventually { try await look.running("%pg_advisory_xact_lock%") == 1 }
      return (task, Task { await world.database.close() })
    }
    await closing.value
    #expect(try await task.value.count == 1)
    let error = await failure { try await world.database.ping() }
    #expect(error?.kind == .closed)
  }

  @Test("a result of many megabytes and a value of many megabytes pass")
  func large() async throws {
    let world = try await Demo.world()
    let text = String(repeating: "0123456789abcdef", count: 500_000)
    let statement = Statement("run.large", "SELECT $1::text || $1::text, length($1::text)")
    let row = try await world.database.run(statement, [.text(text)], in: .none).one()
    #expect(try row.int(1) == 8_000_000)
    #expect(try row.text(0) == text + text)
  }
}

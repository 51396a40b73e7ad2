import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("lost connections", .inTurn, .timeLimit(.minutes(10)))
struct LossTests {
  private static let sleepAndWrite = Statement(
    "loss.write", "INSERT INTO notes SELECT 1, 'x' FROM pg_sleep($1)")

  @Test("a session that was ended while idle is replaced and nobody notices")
  func idle() async throws {
    let world = try await Demo.world(sessions: 2)
    let look = try Operator(world)
    for _ in 0..<100 {
      try await look.terminate("%")
      #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
    }
  }

  @Test("a statement whose connection is ended in the middle is unavailable, and nothing stays")
  func middle() async throws {
    let world = try await Demo.world(sessions: 1)
    let look = try Operator(world)
    let task = Task {
      await failure {
        _ = try await world.database.run(Self.sleepAndWrite, [.double(600)], in: .none)
      }
    }
    try await eventually { try await look.running("%pg_sleep($1)%") == 1 }
    try await look.terminate("%pg_sleep($1)%")
    let error = await task.value
    #expect(error?.kind == .unavailable)
    #expect(error?.sqlState == "57P01")
    #expect(try await look.count("notes") == 0)
    #expect(try await world.database.run(Demo.one, in: .none).one().int(0) == 1)
  }

  @Test("a transaction whose connection is ended between statements is unavailable")
  func between() async throws {
    let world = try await Demo.world(sessions: 1)
    let look = try Operator(world)
    let error = await failure {
      try await world.database.transaction(in: .none) { transaction in
        _ = try await transaction.run(Demo.addNote, [.int(1), .text("a")])
        try await look.terminate("INSERT INTO notes%")
        try await RealTime().sleep(for: .milliseconds(20))
        _ = try await transaction.run(Demo.addNote, [.int(2), .text("b")])
      }
    }
    #expect(error?.kind == .unavailable)
    #expect(try await world.database.run(Demo.countNotes, in: .none).one().int(0) == 0)
  }

  @Test("a connection that is ended during the commit leaves the outcome unknown")
  func commit() async throws {
    let world = try await Demo.world(sessions: 1)
    let look = try Operator(world)
    let task = Task {
      await failure {
        try await world.database.transaction(in: .none) { transaction in
          _ = try await transaction.run(Demo.addSlow, [.int(1)])
        }
      }
    }
    try await eventually { try await look.running("COMMIT") == 1 }
    try await look.terminate("COMMIT")
    #expect(await task.value?.kind == .outcomeUnknown)
  }

  @Test("the same for a writing statement that commits by itself, not for a reading one")
  func implicitCommit() async throws {
    let world = try await Demo.world(sessions: 2)
    let look = try Operator(world)
    let writing = Task {
      await failure { _ = try await world.database.run(Demo.addSlow, [.int(1)], in: .none) }
    }
    try await eventually { try await look.running("INSERT INTO slow%") == 1 }
    try await look.terminate("INSERT INTO slow%")
    #expect(await writing.value?.kind == .outcomeUnknown)
    let reading = Task {
      await failure { _ = try await world.database.run(Demo.sleep, [.double(600)], in: .none) }
    }
    try await eventually { try await look.running("%pg_sleep($1)%") == 1 }
    try await look.terminate("%pg_sleep($1)%")
    #expect(await reading.value?.kind == .unavailable)
  }

  @Test("a commit that the deadline cuts off leaves the outcome unknown")
  func lateCommit() async throws {
    let time = ManualTime()
    let world = try await TestDatabase.make(
      schema: "demo", migrations: Demo.migrations, time: time)
    let error = await failure {
      let deadline = Deadline(in: .seconds(60), of: time)
      try await world.database.transaction(in: .none, deadline: deadline) { transaction in
        _ = try await transaction.run(Demo.addSlow, [.int(1)])
        // Little is left for the commit, which takes long.
        time.advance(by: .milliseconds(59_700))
      }
    }
    #expect(error?.kind == .outcomeUnknown)
  }

  @Test("a server that is not there is unavailable after a bounded wait")
  func nobody() async throws {
    var settings = try DatabaseSettings(url: "host=127.0.0.1 port=1 user=x", schema: "demo")
    settings.longestWait = .milliseconds(50)
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    let error = await failure { try await database.ping() }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains("refused") == true)
    let deadline = Deadline(in: .milliseconds(20), of: RealTime())
    let late = await failure { try await database.ping(deadline: deadline) }
    #expect(late?.kind == .timedOut)
    await database.close()
  }

  @Test("an unknown server name is unavailable")
  func unknownName() async throws {
    var settings = try DatabaseSettings(url: "host=nowhere.invalid user=x", schema: "demo")
    settings.longestWait = .milliseconds(500)
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    #expect(await failure { try await database.ping() }?.kind == .unavailable)
    await database.close()
  }

  @Test("a restart of the server in the middle of work costs only the work that was under way")
  func restart() async throws {
    let cluster = try await TestCluster.apart()
    defer { cluster.stop() }
    var settings = try cluster.settings(database: "postgres", schema: "public")
    settings.maxSessions = 4
    let database = Database(settings: settings, time: RealTime(), log: quietLog)
    try await database.ping()
    for abruptly in [false, true] {
      let workers = Task {
        await withTaskGroup(of: [PostgresError?].self) { group in
          for _ in 0..<8 {
            group.addTask {
              var results: [PostgresError?] = []
              while !Task.isCancelled {
                results.append(
                  await failure { _ = try await database.run(Demo.one, in: .allAccounts) })
              }
              return results
            }
          }
          return await group.reduce(into: []) { $0 += $1 }
        }
      }
      try await RealTime().sleep(for: .milliseconds(50))
      cluster.stop(abruptly: abruptly)
      try cluster.start()
      #expect(try await database.run(Demo.one, in: .none).one().int(0) == 1)
      workers.cancel()
      let errors = await workers.value.compactMap { $0 }
      #expect(errors.count <= 8)
      #expect(errors.allSatisfy { $0.kind == .unavailable }, "\(Set(errors.map(\.description)))")
    }
    await database.close()
  }
}

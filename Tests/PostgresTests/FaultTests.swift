import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("broken and silent connections", .inTurn, .timeLimit(.minutes(10)))
struct FaultTests {
  private static let values: [SQLValue] = [.int(1), .text("a")]
  private static let large = Statement(
    "fault.large", "SELECT repeat('x', 1000) FROM generate_series(1, 1000)")

  @Test("a statement that did not get through whole has no effect, and its outcome is in doubt")
  func cutOnTheWay() async throws {
    let wire = try await Wire()
    _ = try await wire.database.run(Demo.countNotes, in: .none)
    wire.cutNext(.toServer, after: 20)
    let reading = await failure { _ = try await wire.database.run(Demo.countNotes, in: .none) }
    #expect(reading?.kind == .unavailable)
    _ = try await wire.database.run(Demo.addNote, [.int(0), .text("warm")], in: .none)
    wire.cutNext(.toServer, after: 20)
    let writing = await failure {
      _ = try await wire.database.run(Demo.addNote, Self.values, in: .none)
    }
    #expect(writing?.kind == .outcomeUnknown)
    #expect(try await Operator(wire.world).count("notes") == 1)
    _ = try await wire.database.run(Demo.addNote, Self.values, in: .none)
    await wire.stop()
  }

  @Test("an answer that breaks off says nothing about the effect of a write, which stays")
  func cutOnTheWayBack() async throws {
    let wire = try await Wire()
    _ = try await wire.database.run(Demo.addNote, [.int(0), .text("warm")], in: .none)
    wire.cutNext(.toClient, after: 8)
    let writing = await failure {
      _ = try await wire.database.run(Demo.addNote, Self.values, in: .none)
    }
    #expect(writing?.kind == .outcomeUnknown)
    #expect(try await Operator(wire.world).count("notes") == 2)
    _ = try await wire.database.run(Self.large, in: .none)
    wire.cutNext(.toClient, after: 5_000)
    let reading = await failure { _ = try await wire.database.run(Self.large, in: .none) }
    #expect(reading?.kind == .unavailable)
    #expect(try await wire.database.run(Self.large, in: .none).count == 1_000)
    await wire.stop()
  }

  @Test(
    "a commit that is cut off is in doubt, whether it took effect or not",
    arguments: [(ChaosProxy.Direction.toServer, Int64(0)), (.toClient, 1)])
  func cutCommit(_ direction: ChaosProxy.Direction, _ count: Int64) async throws {
    let wire = try await Wire()
    let error = await failure {
      try await wire.database.transaction(in: .none) { transaction in
        _ = try await transaction.run(Demo.addNote, Self.values)
        wire.cutNext(direction, after: 0)
      }
    }
    #expect(error?.kind == .outcomeUnknown)
    let look = try Operator(wire.world)
    try await eventually { try await look.count("notes") == count }
    #expect(try await wire.database.run(Demo.countNotes, in: .none).one().int(0) == count)
    await wire.stop()
  }

  @Test("a transaction that is cut before its commit is unavailable and leaves nothing")
  func cutBefore() async throws {
    let wire = try await Wire()
    for direction in [ChaosProxy.Direction.toServer, .toClient] {
      let error = await failure {
        try await wire.database.transaction(in: .none) { transaction in
          _ = try await transaction.run(Demo.one)
          wire.cutNext(direction, after: 0)
          _ = try await transaction.run(Demo.addNote, Self.values)
        }
      }
      #expect(error?.kind == .unavailable)
    }
    #expect(try await wire.database.run(Demo.countNotes, in: .none).one().int(0) == 0)
    await wire.stop()
  }

  @Test("a silent connection is given up when the deadline passes, and never used again")
  func silentDeadline() async throws {
    let wire = try await Wire(sessions: 2)
    _ = try await wire.database.run(Demo.countNotes, in: .none)
    wire.proxy.silenceThoseOpen()
    let soon = { Deadline(in: .milliseconds(100), of: RealTime()) }
    let reading = await failure {
      _ = try await wire.database.run(Demo.countNotes, in: .none, deadline: soon())
    }
    #expect(reading?.kind == .timedOut)
    let commit = await failure {
      try await wire.database.transaction(in: .none, deadline: soon()) { transaction in
        _ = try await transaction.run(Demo.addNote, Self.values)
        wire.proxy.silenceThoseOpen()
      }
    }
    #expect([.outcomeUnknown, .timedOut].contains(commit?.kind))
    #expect(try await wire.database.run(Demo.one, in: .none).one().int(0) == 1)
    #expect(wire.database.figures.inUse == 0)
    await wire.stop()
  }

  @Test("without a deadline a silent connection is given up when the server had answered by now")
  func silentForever() async throws {
    let wire = try await Wire { settings in
      (settings.statementTimeout, settings.longestWait) = (.milliseconds(100), .milliseconds(100))
      settings.connectTimeout = .seconds(2)
    }
    try await eventually { await failure { try await wire.database.ping() } == nil }
    wire.proxy.silenceThoseOpen()
    let error = await failure { try await wire.database.ping() }
    #expect(error?.kind == .timedOut)
    try await eventually { await failure { try await wire.database.ping() } == nil }
    await wire.stop()
  }

  @Test("a server that takes the connection and says nothing is unavailable after a bounded wait")
  func silentFromTheStart() async throws {
    let wire = try await Wire { settings in
      (settings.connectTimeout, settings.longestWait) = (.milliseconds(500), .milliseconds(800))
    }
    wire.proxy.judge { _, _ in .silence }
    try await eventually { wire.database.figures.failed > 0 || wire.database.figures.idle > 0 }
    let look = Database(settings: wire.database.settings, time: RealTime(), log: quietLog)
    #expect(await failure { try await look.ping() }?.kind == .unavailable)
    wire.proxy.heal()
    try await eventually { await failure { try await look.ping() } == nil }
    await look.close()
    await wire.stop()
  }

  @Test("a statement whose request to cancel was lost ends when the server misses its client")
  func lostCancel() async throws {
    let wire = try await Wire { $0.clientCheckInterval = .milliseconds(200) }
    let look = try Operator(wire.world)
    let task = Task { try await wire.database.run(Demo.sleep, [.double(600)], in: .none) }
    try await eventually { try await look.running("%pg_sleep($1)%") == 1 }
    wire.proxy.accept(false)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await eventually { try await look.running("%pg_sleep($1)%") == 0 }
    wire.proxy.accept(true)
    #expect(try await wire.database.run(Demo.one, in: .none).one().int(0) == 1)
    await wire.stop()
  }

  @Test("while the server is away many callers cause few attempts; then all are served")
  func noHerd() async throws {
    let wire = try await Wire(sessions: 8) { $0.longestWait = .seconds(30) }
    try await wire.database.ping()
    wire.proxy.accept(false)
    wire.proxy.judge { _, _ in .reset(after: 0) }
    let callers = Task {
      await withTaskGroup(of: PostgresError?.self) { group in
        for _ in 0..<200 {
          group.addTask {
            await failure { _ = try await wire.database.run(Demo.one, in: .none) }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
    try await eventually { wire.database.figures.waiting >= 190 }
    try await RealTime().sleep(for: .seconds(2))
    // 50 ms, doubled up to 2 s, each half at least: six in two seconds; eight sessions at first.
    #expect(wire.proxy.counts.refused <= 16)
    wire.proxy.heal()
    wire.proxy.accept(true)
    let errors = await callers.value.compactMap { $0 }
    #expect(errors.allSatisfy { $0.kind == .unavailable } && errors.count <= 8)
    #expect(wire.database.figures.inUse == 0 && wire.database.figures.waiting == 0)
    await wire.stop()
  }
}

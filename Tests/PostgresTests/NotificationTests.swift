import Kernel
import Postgres
import TestKit
import TestTraits
import Testing

@Suite("notifications", .inTurn, .timeLimit(.minutes(10)))
struct NotificationTests {
  private static let notify = Statement("notification.send", "SELECT pg_notify($1, $2)")

  private func notify(_ world: TestDatabase, _ channel: String, _ payload: String) async throws {
    _ = try await world.database.run(Self.notify, [.text(channel), .text(payload)], in: .none)
  }

  @Test("a listener hears its channel, after a word that it listens")
  func hears() async throws {
    let world = try await Demo.world()
    var jobs = world.database.notifications(channel: "jobs").makeAsyncIterator()
    var odd = world.database.notifications(channel: "Odd \"name\"").makeAsyncIterator()
    #expect(await jobs.next() == .resumed)
    #expect(await odd.next() == .resumed)
    try await notify(world, "jobs", "1")
    try await notify(world, "other", "2")
    try await notify(world, "Odd \"name\"", "3")
    try await notify(world, "jobs", "")
    #expect(await jobs.next() == .received("1"))
    #expect(await jobs.next() == .received(""))
    #expect(await odd.next() == .received("3"))
  }

  @Test("two listeners of one channel both hear; one that comes late hears what follows")
  func both() async throws {
    let world = try await Demo.world()
    var first = world.database.notifications(channel: "jobs").makeAsyncIterator()
    #expect(await first.next() == .resumed)
    var second = world.database.notifications(channel: "jobs").makeAsyncIterator()
    #expect(await second.next() == .resumed)
    try await notify(world, "jobs", "1")
    #expect(await first.next() == .received("1"))
    #expect(await second.next() == .received("1"))
  }

  @Test("after a lost connection it listens again and says so")
  func reconnects() async throws {
    let world = try await Demo.world()
    let look = try Operator(world)
    var jobs = world.database.notifications(channel: "jobs").makeAsyncIterator()
    #expect(await jobs.next() == .resumed)
    for number in 1...3 {
      try await look.terminate("LISTEN%")
      #expect(await jobs.next() == .resumed)
      try await notify(world, "jobs", "\(number)")
      #expect(await jobs.next() == .received("\(number)"))
    }
  }

  @Test("the stream ends when the database is closed, also one that is asked for after that")
  func ends() async throws {
    let world = try await Demo.world()
    var jobs = world.database.notifications(channel: "jobs").makeAsyncIterator()
    #expect(await jobs.next() == .resumed)
    await world.database.close()
    #expect(await jobs.next() == nil)
    var late = world.database.notifications(channel: "jobs").makeAsyncIterator()
    #expect(await late.next() == nil)
  }

  @Test("what is asked for in the very moment of the end gets an answer", arguments: 0..<4)
  func lastMoment(_ lane: Int) async throws {
    let nowhere = try DatabaseSettings(url: "host=127.0.0.1 port=1 user=x", schema: "demo")
    for _ in 0..<1_000 {
      let database = Database(settings: nowhere, time: RealTime(), log: quietLog)
      await database.close()
      var late = database.notifications(channel: "jobs").makeAsyncIterator()
      #expect(await late.next() == nil)
      #expect(await failure { try await database.ping() }?.kind == .closed)
    }
  }
}

import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("calls of the outbox", .inTurn, .timeLimit(.minutes(10)))
struct CallLaneTests {
  private func capture(_ number: Int) -> OutboxMessage {
    .call(
      "billing.capture", account: account, payload: #"{"hold": \#(number)}"#, key: "hold/\(number)")
  }

  @Test("a committed call is made with its key, and once")
  func delivered() async throws {
    let world = try await World.make()
    let seen = Seen<OutboxMessage>()
    let relay = world.relay(handlers: ["billing.capture": { seen.add($0) }])
    try await during({ await relay.run() }) {
      try await world.add(capture(1))
      relay.wake()
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 1 }
    }
    #expect(seen.all.map(\.key) == ["hold/1"])
    #expect(seen.all.map(\.payload) == [#"{"hold": 1}"#])
    #expect(seen.all.map(\.account) == [account])
  }

  @Test("a call whose transaction is undone is never made")
  func undone() async throws {
    struct Undone: Error {}
    let world = try await World.make()
    await #expect(throws: Undone.self) {
      try await world.database.transaction(in: .account(account)) { transaction in
        Outbox.add(capture(1), in: transaction)
        let stored = Statement("test.stored", "SELECT count(*) FROM outbox")
        #expect(try await transaction.run(stored).one().int(0) == 1)
        throw Undone()
      }
    }
    #expect(try await world.count("outbox") == 0)
  }

  @Test("the same fact told twice is one message")
  func sameKey() async throws {
    let world = try await World.make()
    try await world.add(capture(1), capture(1))
    try await world.add(capture(1), capture(2))
    #expect(try await world.count("outbox") == 2)
  }

  @Test("of two facts about one thing the later has the later time and the higher number")
  func order() async throws {
    let world = try await World.make()
    let lock = Statement("test.lock", "SELECT pg_advisory_xact_lock(7)")
    let begin = Statement("test.begin", "SELECT 1")
    try await world.database.transaction(in: .account(account)) { early in
      // Its transaction begins first, its turn comes second.
      _ = try await early.run(begin)
      try await world.database.transaction(in: .account(account)) { late in
        _ = try await late.run(lock)
        Outbox.add(.call("first", account: account, payload: "{}"), in: late)
      }
      _ = try await early.run(lock)
      Outbox.add(.call("second", account: account, payload: "{}"), in: early)
    }
    let kinds = Statement("test.kinds", "SELECT kind FROM outbox ORDER BY created_at")
    let numbers = Statement("test.numbers", "SELECT kind FROM outbox ORDER BY id")
    for order in [kinds, numbers] {
      let found = try await world.database.run(order, in: .allAccounts)
      #expect(try found.map { try $0.text(0) } == ["first", "second"])
    }
  }

  @Test("messages without a key are all kept")
  func noKey() async throws {
    let world = try await World.make()
    let message = OutboxMessage.call("x", account: account, payload: "{}")
    try await world.add(message, message)
    #expect(try await world.count("outbox") == 2)
  }

  @Test("a call that fails for the moment is made again until it succeeds")
  func retried() async throws {
    let world = try await World.make()
    let seen = Seen<Int>()
    let relay = world.relay(handlers: [
      "billing.capture": { message in
        seen.add(message.attempt)
        if message.attempt < 4 { throw RPCError(.unavailable, "billing is away") }
      }
    ])
    try await world.add(capture(1))
    try await during({ await relay.run() }) {
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 1 }
    }
    #expect(seen.all == [1, 2, 3, 4])
  }

  @Test("a call that is refused for good is parked with the error, and can be tried again by hand")
  func parked() async throws {
    let world = try await World.make()
    let seen = Seen<Int>()
    let relay = world.relay(handlers: [
      "billing.capture": { message in
        seen.add(message.attempt)
        if message.attempt == 1 { throw RPCError(.failedPrecondition, "The hold has expired") }
      }
    ])
    try await world.add(capture(1))
    try await during({ await relay.run() }) {
      try await until { try await !relay.parked().isEmpty }
      let parked = try await relay.parked()
      #expect(parked.map(\.message.key) == ["hold/1"])
      #expect(parked.first?.error.contains("The hold has expired") == true)
      #expect(seen.all == [1])
      #expect(try await relay.retry(parked[0].message.id, of: account))
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 1 }
    }
    #expect(try await relay.parked().isEmpty)
    #expect(seen.all == [1, 2])
  }

  @Test("a call that keeps failing for unforeseen reasons is parked in the end")
  func unforeseen() async throws {
    let world = try await World.make()
    let relay = world.relay(handlers: ["billing.capture": { _ in throw RPCError(.internal, "bug") }]
    ) {
      $0.unforeseenFailures = 3
    }
    try await world.add(capture(1))
    try await during({ await relay.run() }) {
      try await until { try await !relay.parked().isEmpty }
    }
    #expect(try await relay.parked().map(\.message.attempt) == [3])
  }

  @Test("what a relay that died had begun is delivered by another when the lease ends")
  func takenOver() async throws {
    let world = try await World.make()
    let dead = world.relay { $0.lease = .milliseconds(50) }
    try await world.add(capture(1))
    #expect(try await dead.claim(.call, kinds: nil, atMost: 10).count == 1)
    let seen = Seen<Int>()
    let relay = world.relay(handlers: ["billing.capture": { seen.add($0.attempt) }])
    try await during({ await relay.run() }) { try await until { !seen.all.isEmpty } }
    #expect(seen.all == [2])
  }

  @Test("a delivery that outlived its lease does not settle the message of its successor")
  func late() async throws {
    let world = try await World.make()
    let relay = world.relay { $0.lease = .zero }
    try await world.add(capture(1))
    let first = try await relay.claim(.call, kinds: nil, atMost: 1)
    let second = try await relay.claim(.call, kinds: nil, atMost: 1)
    await relay.finish(first, generation: nil)
    #expect(try await world.count("outbox WHERE done_at IS NOT NULL") == 0)
    await relay.finish(second, generation: nil)
    #expect(try await world.count("outbox WHERE done_at IS NOT NULL") == 1)
  }

  @Test("two relays share the work without doing anything twice")
  func shared() async throws {
    let world = try await World.make()
    let seen = Seen<String?>()
    let relays = (0..<2).map { _ in
      world.relay(handlers: ["billing.capture": { seen.add($0.key) }])
    }
    try await world.database.transaction(in: .account(account)) { transaction in
      Outbox.add((1...200).map(capture), in: transaction)
    }
    try await during({ await relays[0].run() }, { await relays[1].run() }) {
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 200 }
    }
    #expect(seen.all.count == 200)
    #expect(Set(seen.all).count == 200)
  }

  @Test("messages of kinds without a handler here wait for a relay that has one")
  func otherKinds() async throws {
    let world = try await World.make()
    let relay = world.relay(handlers: ["other": { _ in }])
    try await world.add(capture(1), .call("other", account: account, payload: "{}"))
    try await during({ await relay.run() }) {
      try await until { try await world.count("outbox WHERE done_at IS NOT NULL") == 1 }
    }
    #expect(try await world.count("outbox WHERE attempts = 0") == 1)
  }
}

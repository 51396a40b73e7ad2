import Redis
import TestKit
import TestTraits
import Testing

@Suite("Redis streams", .inTurn, .timeLimit(.minutes(10)))
struct RedisStreamTests {
  @Test("entries come once to a group, in order, and are gone from pending when acknowledged")
  func reading() async throws {
    let redis = try await RedisWorld.make().client
    try await redis.streamCreateGroup("s", group: "g")
    try await redis.streamCreateGroup("s", group: "g")
    var ids: [String] = []
    for number in 0..<5 {
      ids.append(
        try await redis.streamAdd("s", [("number", .init(number)), ("bytes", .init([0, 13, 10]))]))
    }
    let first = try await redis.streamRead(["s"], group: "g", consumer: "a", count: 3)
    let second = try await redis.streamRead(["s"], group: "g", consumer: "b", count: 3)
    #expect(first["s"]?.map(\.id) == Array(ids[..<3]))
    #expect(second["s"]?.map(\.id) == Array(ids[3...]))
    #expect(first["s"]?.first?.text("number") == "0")
    #expect(first["s"]?.first?["bytes"] == [0, 13, 10])
    #expect(try await redis.streamRead(["s"], group: "g", consumer: "a", count: 3).isEmpty)
    #expect(try await redis.streamAcknowledge("s", group: "g", ids: Array(ids[..<2])) == 2)
    #expect(try await redis.streamAcknowledge("s", group: "g", ids: ids) == 3)
    #expect(try await redis.streamAcknowledge("s", group: "g", ids: []) == 0)
    #expect(try await redis.streamLength("s") == 5)
    await redis.close()
  }

  @Test("a reader that blocks gets what is added meanwhile, on a connection of its own")
  func blocking() async throws {
    let redis = try await RedisWorld.make().client
    let reader = redis.another()
    try await redis.streamCreateGroup("s", group: "g")
    let reading = Task {
      try await reader.streamRead(
        ["s"], group: "g", consumer: "a", count: 10, block: .seconds(20))
    }
    // The reader's connection is blocked, this one is not.
    while try await redis.command(["CLIENT", "LIST"]).text?.contains("cmd=xreadgroup") != true {}
    let id = try await redis.streamAdd("s", [("x", "y")])
    #expect(try await reading.value["s"]?.map(\.id) == [id])
    let nothing = try await reader.streamRead(
      ["s"], group: "g", consumer: "a", count: 10, block: .milliseconds(30))
    #expect(nothing.isEmpty)
    await reader.close()
    await redis.close()
  }

  @Test("what a dead consumer left is claimed by another")
  func claiming() async throws {
    let redis = try await RedisWorld.make().client
    try await redis.streamCreateGroup("s", group: "g")
    for number in 0..<3 { _ = try await redis.streamAdd("s", [("number", .init(number))]) }
    _ = try await redis.streamRead(["s"], group: "g", consumer: "dead", count: 10)
    let none = try await redis.streamClaim(
      "s", group: "g", consumer: "alive", idle: .seconds(60), count: 10)
    #expect(none.entries.isEmpty)
    let some = try await redis.streamClaim(
      "s", group: "g", consumer: "alive", idle: .zero, count: 2)
    #expect(some.entries.map { $0.text("number") } == ["0", "1"])
    #expect(some.next != "0-0")
    let rest = try await redis.streamClaim(
      "s", group: "g", consumer: "alive", idle: .zero, from: some.next, count: 2)
    #expect(rest.entries.map { $0.text("number") } == ["2"])
    #expect(rest.next == "0-0")
    let own = try await redis.streamRead(
      ["s"], group: "g", consumer: "alive", count: 10, after: "0")
    #expect(own["s"]?.count == 3)
    await redis.close()
  }

  @Test("an entry that was trimmed while pending has no fields")
  func trimmedPending() async throws {
    let redis = try await RedisWorld.make().client
    try await redis.streamCreateGroup("s", group: "g")
    let id = try await redis.streamAdd("s", [("x", "y")])
    _ = try await redis.streamRead(["s"], group: "g", consumer: "a", count: 1)
    _ = try await redis.command(["XTRIM", "s", "MAXLEN", 0])
    let own = try await redis.streamRead(["s"], group: "g", consumer: "a", count: 1, after: "0")
    #expect(own["s"] == [RedisStreamEntry(id: id, fields: [])])
    await redis.close()
  }

  @Test("reading for a group that is not there is the server's error")
  func noGroup() async throws {
    let redis = try await RedisWorld.make().client
    let error = await #expect(throws: RedisError.self) {
      try await redis.streamRead(["s"], group: "g", consumer: "a", count: 1)
    }
    #expect(error?.isServer(code: "NOGROUP") == true)
    await redis.close()
  }
}

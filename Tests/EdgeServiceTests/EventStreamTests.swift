import AutomationContract
import EdgeCore
import JSON
import Kernel
import NIOCore
import RPC
import Synchronization
import TestKit
import TestTraits
import Testing

@testable import EdgeService

@Suite("Server-sent events", .inTurn, .timeLimit(.minutes(10)))
struct EventStreamTests {
  private let path = "/api/v1/system/settings/task_progress/7/"

  private func world(
    _ watch: @escaping @Sendable (ItemSender<Automation.TaskProgress>) async throws -> Void
  ) throws -> EdgeWorld {
    var routes = RPCRoutes()
    routes.stream(AITasksMethods.watchTaskProgress) { _, _, sender in try await watch(sender) }
    return try EdgeWorld(automation: routes)
  }

  private func threeStates() throws -> EdgeWorld {
    try world { sender in
      for percentage in [10, 50, 100] as [Int32] {
        try await sender.send(Automation.TaskProgress(taskID: "7", percentage: percentage))
      }
    }
  }

  private func watch(_ world: EdgeWorld, seen: String? = nil) async throws -> Reply {
    var headers = ["accept": "text/event-stream"]
    headers["last-event-id"] = seen
    return try await world.ask("GET", path, headers: headers)
  }

  private func ids(_ reply: Reply) -> [String] {
    reply.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map {
      String($0.dropFirst(4))
    }
  }

  @Test("each state is an event with a name, and the last event says that it is over")
  func events() async throws {
    let reply = try await watch(try threeStates())
    #expect(reply.status == 200)
    #expect(reply.header("Content-Type") == "text/event-stream; charset=utf-8")
    #expect(reply.header("Connection") == "close")
    let named = ids(reply)
    #expect(named.count == 4)
    #expect(Set(named).count == 4)
    #expect(reply.text.hasSuffix("id: end\nevent: end\ndata: {}\n\n"))
    #expect(reply.text.contains(#""percentage":50"#))
  }

  @Test("who comes again is spared the state that it has seen last, and nothing else")
  func again() async throws {
    let world = try threeStates()
    let first = ids(try await watch(world))[0]
    let reply = try await watch(world, seen: first)
    #expect(ids(reply).count == 3)
    #expect(!reply.text.contains(#""percentage":10,"#))
    #expect(ids(try await watch(world, seen: "unknown")).count == 4)
  }

  @Test("who has seen the end is told not to come again")
  func end() async throws {
    let reply = try await watch(try threeStates(), seen: EventStream.endID)
    #expect(reply.status == 204)
  }

  @Test("a refusal before the first event is an answer, a later one an event")
  func refusals() async throws {
    let missing = try await watch(
      try world { _ in throw RPCError(.notFound, "Resource not found") })
    #expect(missing.status == 404)
    #expect(try missing.json["error"] == "Resource not found")
    let late = try await watch(
      try world { sender in
        try await sender.send(Automation.TaskProgress(taskID: "7"))
        throw RPCError(.unavailable, "away")
      })
    #expect(late.status == 200)
    #expect(late.text.contains("event: error\ndata: {\"success\":false"))
    #expect(!ids(late).contains(EventStream.endID))
  }

  @Test("a client that goes away ends the call behind its stream")
  func leaving() async throws {
    let hasEnded = Held(false)
    let world = try world { sender in
      defer { hasEnded.value = true }
      try await sender.send(Automation.TaskProgress(taskID: "7"))
      try await RealTime().sleep(for: .seconds(3_600))
    }
    var ask = Ask(
      method: "GET", path: path, query: .init(parsing: ""),
      headers: [
        "authorization": "Bearer \(try await world.token())", "accept": "text/event-stream",
      ])
    ask.body = { _ in ByteBuffer() }
    guard case .events(let events) = await world.gateway.answer(ask).body else {
      throw RPCError(.internal, "no events")
    }
    let client = Task { for await _ in events {} }
    while !hasEnded.value {
      client.cancel()
      try await RealTime().sleep(for: .milliseconds(5))
    }
    await client.value
  }
}

import Kernel
import NIOCore
import RPC
import RPCTestKit
import TestKit
import Testing

@Suite("transports for tests", .timeLimit(.minutes(10)))
struct TransportTests {
  private let calls = Counter()
  private let time = RealTime()

  private var routes: RPCRoutes {
    var routes = RPCRoutes()
    let calls = calls
    routes.handleRaw(Methods.echo) { body, _ in
      calls.add()
      return body
    }
    routes.handleRaw(Methods.wait) { body, _ in
      try await RealTime().sleep(for: .seconds(50))
      return body
    }
    routes.handleRaw(Methods.info("Owners", .unsafe, role: .role(.owner))) { body, _ in body }
    routes.handleRaw(
      Methods.count,
      .stream { _, _, sink in
        for number in 0..<5 { try await sink.send(ByteBuffer(string: "\(number)")) }
        calls.add()
      })
    return routes
  }

  private var inner: InProcessTransport { InProcessTransport(routes) }

  private func call(_ timeout: Duration = .seconds(20)) -> OutgoingCall {
    OutgoingCall(context: .user, deadline: Deadline(in: timeout, of: time))
  }

  private func items(_ caller: some RPCCaller) async throws -> [String] {
    var items: [String] = []
    for try await item in caller.stream(Methods.count, ByteBuffer(), call()) {
      items.append(item.text)
    }
    return items
  }

  @Test("in process a call gets its answer, a stream its items")
  func inProcess() async throws {
    let body = ByteBuffer(string: "x")
    #expect(try await inner.call(Methods.echo, body, call()) == body)
    #expect(try await items(inner) == ["0", "1", "2", "3", "4"])
  }

  @Test("in process the same checks and deadlines hold")
  func checks() async {
    let owners = Methods.info("Owners", .unsafe, role: .role(.owner))
    #expect(
      await code { _ = try await inner.call(owners, ByteBuffer(), call()) } == .permissionDenied)
    #expect(
      await code { _ = try await inner.call(Methods.fail, ByteBuffer(), call()) }
        == .unimplemented)
    #expect(
      await code {
        _ = try await inner.call(Methods.wait, ByteBuffer(), call(.milliseconds(5)))
      } == .deadlineExceeded)
  }

  @Test("a dropped reply is an error after the work was done")
  func dropsReply() async throws {
    let transport = DropsReply(inner, .first(1))
    #expect(
      await code { _ = try await transport.call(Methods.echo, ByteBuffer(), call()) }
        == .unavailable)
    #expect(calls.value == 1)
    _ = try await transport.call(Methods.echo, ByteBuffer(), call())
    let losing = DropsReply(inner)
    #expect(await code { _ = try await items(losing) } == .unavailable)
    #expect(calls.value == 3)
  }

  @Test("a duplicated request does the work twice and answers once")
  func duplicatesRequest() async throws {
    let transport = DuplicatesRequest(inner)
    _ = try await transport.call(Methods.echo, ByteBuffer(), call())
    #expect(calls.value == 2)
    #expect(try await items(transport).count == 5)
    #expect(calls.value == 4)
  }

  @Test("a stalled call ends with its deadline and never arrives")
  func stalls() async {
    let transport = Stalls(inner)
    #expect(
      await code {
        _ = try await transport.call(Methods.echo, ByteBuffer(), call(.milliseconds(5)))
      } == .deadlineExceeded)
    #expect(calls.value == 0)
  }

  @Test("an unreachable service is unavailable, for the chosen methods only")
  func unavailable() async throws {
    let transport = Unavailable(inner, .of(Methods.echo))
    let caught = await error { _ = try await transport.call(Methods.echo, ByteBuffer(), call()) }
    #expect(caught?.code == .unavailable)
    #expect(caught?.isUnstarted == true)
    #expect(try await items(transport).count == 5)
    #expect(await code { _ = try await items(Unavailable(inner)) } == .unavailable)
  }
}

import Kernel
import NIOCore
import TestKit
import Testing

@testable import RPC

@Suite("tasks that serve call after call", .timeLimit(.minutes(10)))
struct WorkerTests {
  private func request(
    _ method: MethodInfo, call: UInt32, deadline: UInt32? = nil, to bytes: inout ByteBuffer
  ) {
    let context = ContextSigner(key: World.key).sign(.user)
    let header = RequestHeader(method: method.number, deadlineMilliseconds: deadline)
    bytes.writeFrame(.request, call: call) { frame in
      frame.writeParts(header: { header.write(to: &$0, context: context) }, body: ByteBuffer())
    }
  }

  private var preface: ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writePreface(Preface(maxMessageBytes: 1 << 20, streamWindowBytes: 1 << 18))
    return bytes
  }

  /// The numbers of the calls that were answered, in their order.
  private static func answered(_ bytes: ByteBuffer) -> [UInt32] {
    var decoder = FrameDecoder(maxMessageBytes: 1 << 20)
    decoder.append(bytes)
    var numbers: [UInt32] = []
    while let output = try? decoder.next() {
      if case .frame(let header, _) = output, header.type == .response {
        numbers.append(header.call)
      }
    }
    return numbers
  }

  @Test("a handler is not told to stop because an earlier one was")
  func cancellationStays() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    routes.handleRaw(Methods.echo) { _, _ in ByteBuffer(string: "\(Task.isCancelled)") }
    try await World.with(routes, threads: 1) { world in
      let client = try world.client()
      for round in 1...5 {
        let task = Task { try await client.call(Methods.wait, ByteBuffer(), world.outgoing()) }
        await turnstile.hasEntered(round)
        task.cancel()
        _ = try? await task.value
        await turnstile.hasStopped(round)
        let told = try await client.call(Methods.echo, ByteBuffer(), world.outgoing())
        #expect(told.text == "false")
      }
    }
  }

  @Test("calls that wait do not keep others from being served, however many they are")
  func waiting() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes, threads: 1) { world in
      let client = try world.client()
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<300 {
          group.addTask {
            let body = ByteBuffer(string: "\(number)")
            return try await client.call(Methods.wait, body, world.outgoing()).text
          }
        }
        await turnstile.hasEntered(300)
        let reply = try await client.call(
          Methods.echo, ByteBuffer(string: "still here"), world.outgoing())
        #expect(reply.text == "still here")
        turnstile.open()
        var answers: Set<String> = []
        for try await answer in group { answers.insert(answer) }
        #expect(answers.count == 300)
      }
    }
  }

  @Test("a call that its caller takes back in the same breath never starts")
  func takenBack() async throws {
    let turnstile = Turnstile()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.wait) { body, _ in
      try await turnstile.pass()
      return body
    }
    routes.handleRaw(Methods.echo) { body, _ in body }
    try await World.with(routes, threads: 1) { world in
      var bytes = preface
      request(Methods.wait, call: 1, to: &bytes)
      bytes.writeFrameHeader(FrameHeader(length: 0, type: .cancel, call: 1))
      request(Methods.echo, call: 2, to: &bytes)
      let answer = try await RawPeer.connect(to: world).exchange(bytes) {
        Self.answered($0).contains(2)
      }
      #expect(Self.answered(answer) == [2])
      #expect(turnstile.entered == 0)
      #expect(world.server.counters.figures.started == 1)
      #expect(world.server.counters.figures.stopped == 1)
    }
  }

  /// Ten seconds pass from one look at it to the next.
  private final class RushingTime: TimeSource {
    private let looks = Counter()

    func now() -> Instant { Instant(seconds: 0) }

    func monotonic() -> Duration {
      looks.add()
      return .seconds(10 * looks.value)
    }

    func sleep(for duration: Duration) async throws {}
  }

  @Test("a call whose deadline passes before the pool has time for it never starts")
  func latePool() async throws {
    let started = Counter()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.heavy, on: .pool) { body, _ in
      started.add()
      return body
    }
    let loops = RPCLoops(threads: 1)
    let server = RPCServer(
      settings: RPCServerSettings(), routes: routes, signer: ContextSigner(key: World.key),
      loops: loops, time: RushingTime(), chance: SeededChance(seed: 1), log: World.quiet)
    let port = try await server.start()
    var bytes = preface
    request(Methods.heavy, call: 1, deadline: 5_000, to: &bytes)
    let answer = try await RawPeer.connect(port: port, on: loops).exchange(bytes) {
      Self.answered($0).count == 1
    }
    #expect(answer.text.contains("The deadline has passed"))
    #expect(started.value == 0)
    #expect(server.counters.figures.started == 0)
    #expect(server.counters.figures.refused == [.expired: 1])
    await server.drain(grace: .zero)
    try await loops.shutDown()
  }

  @Test("a call whose deadline passes while it waits for its turn never starts")
  func lateInLine() async throws {
    let time = ManualTime()
    var routes = RPCRoutes()
    routes.handleRaw(Methods.echo) { body, _ in
      time.advance(by: .seconds(10))
      return body
    }
    let loops = RPCLoops(threads: 1)
    let server = RPCServer(
      settings: RPCServerSettings(), routes: routes, signer: ContextSigner(key: World.key),
      loops: loops, time: time, chance: SeededChance(seed: 1), log: World.quiet)
    let port = try await server.start()
    var bytes = preface
    request(Methods.echo, call: 1, deadline: 20_000, to: &bytes)
    request(Methods.echo, call: 2, deadline: 5_000, to: &bytes)
    let answer = try await RawPeer.connect(port: port, on: loops).exchange(bytes) {
      Self.answered($0).count == 2
    }
    #expect(Self.answered(answer) == [1, 2])
    #expect(server.counters.figures.started == 1)
    #expect(server.counters.figures.refused == [.expired: 1])
    await server.drain(grace: .zero)
    try await loops.shutDown()
  }
}

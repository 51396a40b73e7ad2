import Kernel
import NIOCore
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import Jobs

@Suite("cancelling what a job calls", .inTurn, .timeLimit(.minutes(10)))
struct CancelTests {
  private static let wait = MethodInfo(
    service: "igny8.test.v1.Test", name: "Wait", idempotency: .idempotent, timeout: .seconds(60),
    minimumRole: .internal)

  private struct Called {
    let entered = Seen<String>()
    let stopped = Seen<String>()

    /// A method that answers only when it is told to stop.
    var routes: RPCRoutes {
      var routes = RPCRoutes()
      routes.handleRaw(CancelTests.wait) { [entered, stopped] _, call in
        entered.add(call.context.requestID)
        do { try await RealTime().sleep(for: .seconds(600)) } catch {
          stopped.add(call.context.requestID)
          throw error
        }
        return ByteBuffer()
      }
      return routes
    }
  }

  /// Runs `body` with a client of a server over TCP.
  private func withServer(
    _ called: Called, _ body: (RPCClient) async throws -> Void
  ) async throws {
    let loops = RPCLoops(threads: 1)
    let (signer, chance) = (
      ContextSigner(key: [UInt8](repeating: 3, count: 32)), SeededChance(seed: 9)
    )
    let server = RPCServer(
      settings: RPCServerSettings(), routes: called.routes, signer: signer, loops: loops,
      time: RealTime(), chance: chance, log: quietLog)
    let port = try await server.start()
    let client = try RPCClient(
      settings: RPCClientSettings(addresses: "127.0.0.1:\(port)", name: "test"), signer: signer,
      loops: loops, time: RealTime(), chance: chance, log: quietLog)
    let result: Result<Void, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await server.drain(grace: .zero)
    try await loops.shutDown()
    try result.get()
  }

  private func handler(_ client: RPCClient) -> JobHandler {
    { run in
      let call = OutgoingCall(
        context: CallContext(requestID: "job/\(run.id)", actor: .job, account: run.account),
        deadline: Deadline(in: .seconds(60), of: RealTime()), idempotencyKey: run.key("wait"),
        trace: TraceParent(chance: SeededChance(seed: 4)))
      _ = try await client.call(Self.wait, ByteBuffer(), call)
      return "{}"
    }
  }

  @Test("a cancelled job's running call is cancelled in the service that does it, and no other's")
  func reachesTheService() async throws {
    let world = try await World.make { $0.lease = .seconds(600) }
    let called = Called()
    try await withServer(called) { client in
      let ids = [try await world.add(), try await world.add(), try await world.add()]
      try await running(world.runner(["work": handler(client)])) {
        try await until { called.entered.all.count == 3 }
        // No heartbeat is due for minutes: the wake-up alone brings it.
        #expect(try await world.queue.cancel(ids[1], of: account))
        try await until { called.stopped.all == ["job/\(ids[1])"] }
        _ = try await world.reaches(.cancelled, ids[1])
        #expect(try await world.job(ids[0]).state == .running)
        #expect(try await world.job(ids[2]).state == .running)
      }
      try await until { called.stopped.all.count == 3 }
    }
  }

  @Test("a cancellation from another process reaches the runner, and one that is undone does not")
  func fromElsewhere() async throws {
    struct Undone: Error {}
    let world = try await World.make { $0.lease = .seconds(600) }
    let elsewhere = JobQueue(
      database: world.database, redis: nil, settings: world.queue.settings, time: world.time,
      chance: SeededChance(seed: 77), log: quietLog)
    let id = try await world.add()
    let runner = world.runner([
      "work": { _ in
        try await RealTime().sleep(for: .seconds(600))
        return "{}"
      }
    ])
    try await running(runner) {
      _ = try await world.reaches(.running, id)
      await #expect(throws: Undone.self) {
        try await world.database.transaction(in: .account(account)) { transaction in
          _ = try await elsewhere.cancel(id, of: account, in: transaction)
          throw Undone()
        }
      }
      try await RealTime().sleep(for: .milliseconds(100))
      #expect(try await world.job(id).state == .running)
      _ = try await world.database.transaction(in: .account(account)) { transaction in
        try await elsewhere.cancel(id, of: account, in: transaction)
      }
      _ = try await world.reaches(.cancelled, id)
    }
  }
}

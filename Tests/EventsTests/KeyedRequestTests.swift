import CommonContract
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("requests with a key, by their messages", .inTurn, .timeLimit(.minutes(10)))
struct KeyedRequestTests {
  private let method = Method<Common.IdRequest, Common.BulkReply>(
    MethodInfo(service: "igny8.test.v1.Test", name: "Do", idempotency: .keyed))

  private func call(key: String?, account: AccountID? = account) -> IncomingCall {
    IncomingCall(
      context: CallContext(requestID: "r", actor: .job, account: account),
      deadline: Deadline(in: .seconds(300), of: RealTime()), idempotencyKey: key,
      time: RealTime())
  }

  private func perform(
    _ request: Common.IdRequest, _ call: IncomingCall, _ count: Int64, in world: World
  ) async throws -> Common.BulkReply {
    let keyed = try KeyedRequest(call, method, request)
    return try await world.database.transaction(in: .account(account)) { transaction in
      try await IdempotencyKeys.once(keyed, in: transaction) {
        Common.BulkReply(count: count, ids: [1, 2])
      }
    }
  }

  @Test("the same message under the same key gets the first reply, another one is refused")
  func replies() async throws {
    let world = try await World.make()
    let first = try await perform(.init(id: 1), call(key: "k"), 10, in: world)
    #expect(first == Common.BulkReply(count: 10, ids: [1, 2]))
    #expect(try await perform(.init(id: 1), call(key: "k"), 20, in: world) == first)
    let error = await #expect(throws: RPCError.self) {
      try await perform(.init(id: 2), call(key: "k"), 30, in: world)
    }
    #expect(error?.code == .alreadyExists)
  }

  @Test("a call without a key acts each time")
  func noKey() async throws {
    let world = try await World.make()
    _ = try await perform(.init(id: 1), call(key: nil), 10, in: world)
    #expect(try await perform(.init(id: 1), call(key: nil), 20, in: world).count == 20)
  }

  @Test("a key needs an account")
  func noAccount() {
    #expect(throws: RPCError.self) {
      try KeyedRequest(call(key: "k", account: nil), method, .init(id: 1))
    }
  }
}

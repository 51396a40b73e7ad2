import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import Events

@Suite("keys of requests that may come twice", .inTurn, .timeLimit(.minutes(10)))
struct IdempotencyKeysTests {
  private func request(_ key: String, hash: Int64 = 1, of account: AccountID = account)
    -> KeyedRequest
  {
    KeyedRequest(account: account, method: "igny8.test/Do", key: key, hash: hash)
  }

  private func perform(
    _ request: KeyedRequest, _ answer: String, in world: World,
    pause: @escaping @Sendable () async throws -> Void = {}
  ) async throws -> String {
    let bytes = try await world.database.transaction(in: .account(account)) { transaction in
      try await IdempotencyKeys.once(request, in: transaction) {
        try await World.note(answer, in: transaction)
        try await pause()
        return Array(answer.utf8)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("the second request with the same key gets the first answer")
  func repeated() async throws {
    let world = try await World.make()
    #expect(try await perform(request("a"), "first", in: world) == "first")
    #expect(try await perform(request("a"), "second", in: world) == "first")
    #expect(try await world.effects() == ["first"])
  }

  @Test("another request under a used key is refused")
  func reused() async throws {
    let world = try await World.make()
    _ = try await perform(request("a"), "first", in: world)
    let error = await #expect(throws: RPCError.self) {
      try await perform(request("a", hash: 2), "second", in: world)
    }
    #expect(error?.code == .alreadyExists)
    #expect(error?.message == "Idempotency key was used with another request")
    #expect(try await world.effects() == ["first"])
  }

  @Test("keys of different methods and accounts do not meet")
  func apart() async throws {
    let world = try await World.make()
    _ = try await perform(request("a"), "first", in: world)
    let other = KeyedRequest(account: account, method: "igny8.test/Other", key: "a", hash: 9)
    #expect(try await perform(other, "other", in: world) == "other")
  }

  @Test("of two concurrent first requests one acts and both get its answer")
  func concurrent() async throws {
    let world = try await World.make()
    let answers = try await withThrowingTaskGroup(of: String.self) { group in
      for name in ["one", "two", "three", "four"] {
        group.addTask { try await perform(request("a"), name, in: world) }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(answers.count == 1)
    #expect(try await world.effects() == Array(answers))
  }

  @Test("a request whose first try was undone acts when it comes again")
  func undone() async throws {
    struct Broken: Error {}
    let world = try await World.make()
    await #expect(throws: Broken.self) {
      try await perform(request("a"), "first", in: world) { throw Broken() }
    }
    #expect(try await perform(request("a"), "second", in: world) == "second")
    #expect(try await world.effects() == ["second"])
  }
}

import BillingContract
import CommonContract
import Events
import Kernel
import Postgres
import RPC
import TestKit
import TestTraits
import Testing

@testable import BillingService

@Suite("Where can be read what credits paid for", .inTurn, .timeLimit(.minutes(10)))
struct ContentNewsTests {
  /// What the writer tells, with a time of telling.
  private func hear(
    _ kind: String, _ payload: String, after seconds: Int64 = 0, account: Int64 = 1,
    in world: BillingWorld
  ) async throws {
    let handler = try #require(WriterNews.handlers[kind])
    let event = Event(
      id: "writer/1", kind: kind, account: AccountID(account), payload: payload,
      createdAt: march + .seconds(seconds))
    try await world.database.transaction(in: .account(event.account)) {
      try await handler(event, $0)
    }
  }

  /// The entry of one credit that went into something.
  private func spent(_ type: String, _ id: Int64?, in world: BillingWorld) async throws -> Int64 {
    let hold = try await world.authorize(1, key: "\(type)/\(id ?? 0)")
    let captured = try await world.client().capture(
      Billing.CaptureRequest(
        holdID: hold.id,
        usage: Billing.UsageDetails(relatedObjectType: type, relatedObjectID: id)), world.call())
    return try #require(captured.transaction?.id)
  }

  private func explain(_ id: Int64, in world: BillingWorld) async throws -> Billing.Explanation {
    try await world.client().explainTransaction(
      Common.IdRequest(id: id), world.call(as: .admin))
  }

  @Test("an article's credit leads to its public address, once it has one and while it does")
  func article() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    let entry = try await spent("content", 77, in: world)
    let before = try await explain(entry, in: world)
    #expect((before.contentID, before.publicURL) == (77, nil))
    try await hear(
      "content.address_changed", #"{"id":77,"url":"https://a.example/one/"}"#, in: world)
    #expect(try await explain(entry, in: world).publicURL == "https://a.example/one/")
    try await hear(
      "content.address_changed", #"{"id":77,"url":"https://a.example/two/"}"#, after: 2,
      in: world)
    // Told earlier, heard later.
    try await hear("content.address_changed", #"{"id":77,"url":null}"#, after: 1, in: world)
    #expect(try await explain(entry, in: world).publicURL == "https://a.example/two/")
    try await hear("content.deleted", #"{"ids":[76,77]}"#, after: 3, in: world)
    let after = try await explain(entry, in: world)
    #expect((after.contentID, after.publicURL) == (77, nil))
  }

  @Test("a picture's credit leads to the article that shows it; other work leads to none")
  func picture() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    let picture = try await spent("image", 5, in: world)
    let cluster = try await spent("cluster", 77, in: world)
    try await hear("image_generated", #"{"id":5,"content_id":77}"#, in: world)
    try await hear("image_generated", #"{"id":6,"content_id":null}"#, in: world)
    try await hear(
      "content.address_changed", #"{"id":77,"url":"https://a.example/one/"}"#, in: world)
    let explained = try await explain(picture, in: world)
    #expect((explained.contentID, explained.publicURL) == (77, "https://a.example/one/"))
    #expect(try await explain(cluster, in: world).contentID == nil)
  }

  @Test("another account's article of the same number is not shown")
  func foreign() async throws {
    let world = try await BillingWorld.make()
    try await world.open(credits: 10)
    let entry = try await spent("content", 77, in: world)
    try await hear(
      "content.address_changed", #"{"id":77,"url":"https://b.example/"}"#, account: 2, in: world)
    #expect(try await explain(entry, in: world).publicURL == nil)
  }

  @Test("news that name nothing are refused")
  func unreadable() async throws {
    let world = try await BillingWorld.make()
    for kind in WriterNews.handlers.keys {
      await #expect(throws: RPCError.self) { try await hear(kind, "{}", in: world) }
    }
  }
}

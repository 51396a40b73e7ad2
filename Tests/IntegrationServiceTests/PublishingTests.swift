import CommonContract
import IntegrationContract
import Kernel
import RPC
import Resources
import TestKit
import TestTraits
import Testing
import WriterContract

@testable import IntegrationService

@Suite("Publishing", .inTurn, .timeLimit(.minutes(10)))
struct PublishingTests {
  private func publish(
    _ content: Int64, _ world: IntegrationWorld, to destinations: [String] = []
  ) async throws -> Integration.PublishingRecord {
    let reply = try await world.publishing.publish(
      .init(contentID: content, destinations: destinations), world.job())
    return try #require(reply.records.first)
  }

  @Test("a content gets to the hosted site; doing it again changes nothing but the attempts")
  func twice() async throws {
    try await IntegrationWorld.run { world in
      let first = try await publish(100, world)
      #expect(first.status == "published" && first.destination == "igny8_sites")
      #expect(first.externalURL == "http://127.0.0.1:8080/s/tea/green-tea/")
      #expect(first.externalID == "100" && first.siteID == 10 && first.attempts == 1)
      #expect(first.publishedAt == world.time.now())
      world.time.advance(by: .seconds(60))
      let second = try await publish(100, world, to: ["igny8_sites", "igny8_sites"])
      #expect(second.id == first.id && second.attempts == 2)
      #expect(second.publishedAt == first.publishedAt && second.updatedAt > first.updatedAt)
      #expect(try await world.number("SELECT count(*) FROM publishing_records") == 1)
      let marked = world.neighbours.seen.marked
      #expect(marked.count == 2 && marked[0] == marked[1])
      #expect(marked[0].hosted && marked[0].externalURL == first.externalURL)
    }
  }

  @Test("many publishers of one content at once make one record")
  func concurrently() async throws {
    try await IntegrationWorld.run { world in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try await publish(100, world) } }
        try await group.waitForAll()
      }
      let list = try await world.publishing.listPublishingRecords(.init(), world.person())
      #expect(list.count == 1 && list.results.first?.attempts == 8)
      #expect(list.results.first?.status == "published")
    }
  }

  @Test("a delivery that fails is kept with its error, and the next one goes on with it")
  func failing() async throws {
    try await IntegrationWorld.run { world in
      world.neighbours.change { $0.failure = RPCError(.unavailable, "No connection") }
      let refused = await refusal { _ = try await publish(100, world) }
      #expect(refused?.code == .unavailable)
      let failed = try await world.publishing.listPublishingRecords(
        .init(status: "failed"), world.person())
      let record = try #require(failed.results.first)
      #expect(record.lastError == "No connection" && record.errorCode == "unavailable")
      #expect(record.publishedAt == nil && record.externalURL == nil)

      world.neighbours.change { $0.failure = nil }
      let done = try await publish(100, world)
      #expect(done.id == record.id && done.attempts == 2 && done.status == "published")
      #expect(done.lastError == nil && done.errorCode == nil)

      world.neighbours.change { $0.failure = RPCError(.internal, "Something") }
      let again = try await publish(100, world)
      #expect(again.status == "published" && again.lastError == "Something")
      #expect(again.externalURL == done.externalURL)
    }
  }

  @Test("a delivery that is given up is written down as failed")
  func givenUp() async throws {
    try await IntegrationWorld.run { world in
      world.neighbours.change { $0.patience = world.time }
      let caller = Task { try await publish(100, world) }
      await world.time.waitForSleepers(1)
      caller.cancel()
      await #expect(throws: RPCError.self) { try await caller.value }
      let list = try await world.publishing.listPublishingRecords(.init(), world.person())
      #expect(list.results.map(\.status) == ["failed"])
      #expect(list.results.map(\.errorCode) == ["cancelled"])
    }
  }

  @Test("another account's content, none at all, and a content of a foreign site are not found")
  func foreign() async throws {
    try await IntegrationWorld.run { world in
      for content: Int64 in [200, 999, 0, -1] {
        let refusal = await refusal { _ = try await publish(content, world) }
        #expect(refusal == RPCError.missing)
      }
      #expect(try await world.number("SELECT count(*) FROM publishing_records") == 0)
      let site = await refusal { _ = try await publish(101, world) }
      #expect(site == RPCError.missing)
      let kept = try await world.publishing.listPublishingRecords(.init(), world.person())
      #expect(kept.results.map(\.status) == ["failed"])
      #expect(kept.results.map(\.lastError) == ["Resource not found"])
      #expect(world.neighbours.seen.marked.isEmpty)
    }
  }

  @Test("what cannot be published is refused with the reason")
  func refusals() async throws {
    try await IntegrationWorld.run { world in
      let unknown = await refusal { _ = try await publish(100, world, to: ["fax"]) }
      #expect(unknown?["destinations"] == ["Unknown destination fax"])
      let slugless = await refusal { _ = try await publish(102, world) }
      #expect(slugless?.code == .failedPrecondition && slugless?.details.reason == "no_slug")
      let person = await refusal {
        _ = try await world.publishing.publish(.init(contentID: 100), world.person())
      }
      #expect(person?.code == .permissionDenied)
      let count = try await world.number("SELECT count(*) FROM publishing_records")
      #expect(count == 1)
    }
  }

  @Test("records are listed by site, content, status and destination, in the order asked for")
  func listing() async throws {
    try await IntegrationWorld.run { world in
      let first = try await publish(100, world).id
      world.time.advance(by: .seconds(1))
      _ = await refusal { _ = try await publish(102, world) }
      func ids(_ request: Integration.ListPublishingRecordsRequest) async throws -> [Int64] {
        try await world.publishing.listPublishingRecords(request, world.person())
          .results.map(\.id)
      }
      let all = try await ids(.init(ordering: "created_at"))
      #expect(all.count == 2 && all.first == first)
      #expect(try await ids(.init(ordering: "-created_at")) == all.reversed())
      #expect(try await ids(.init(contentID: 100)) == [first])
      #expect(try await ids(.init(status: "failed")) == [all[1]])
      #expect(try await ids(.init(siteID: 10)).count == 2)
      #expect(try await ids(.init(siteID: 12)) == [])
      #expect(try await ids(.init(destination: "igny8_sites")).count == 2)
      #expect(try await ids(.init(destination: "wordpress")) == [])
      #expect(try await ids(.init(page: 2, pageSize: 1, ordering: "created_at")) == [all[1]])
    }
  }

  @Test("an editor sees the records of granted sites, and no others")
  func grants() async throws {
    try await IntegrationWorld.run { world in
      let id = try await publish(100, world).id
      for (sites, count) in [([10], 1), ([11], 0), ([], 0)] as [([Int64], Int64)] {
        let editor = world.person(.editor, sites: sites)
        let list = try await world.publishing.listPublishingRecords(.init(), editor)
        #expect(list.count == count)
        let got = await refusal {
          _ = try await world.publishing.getPublishingRecord(.init(id: id), editor)
        }
        #expect(got == (count == 1 ? nil : RPCError.missing))
      }
    }
  }
}

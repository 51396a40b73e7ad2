import CommonContract
import Kernel
import RPC
import TestKit
import TestTraits
import Testing
import WriterContract

@testable import WriterService

@Suite("What sites show", .inTurn, .timeLimit(.minutes(10)))
struct PublicationTests {
  @Test("a hosted site shows an article, its pictures and nothing that is not published")
  func hosted() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    let request = Writer.GetPublishedRequest(siteID: 10, slug: content.slug)
    await #expect(throws: RPCError.self) {
      try await world.writing.getPublished(request, world.call())
    }
    let marked = try await world.writing.markPublished(
      Writer.MarkPublishedRequest(
        id: content.id, externalURL: "http://localhost/s/tea/green-tea/", hosted: true),
      world.call())
    #expect(marked.status == "published" && marked.publishedAt == world.time.now())
    let list = try await world.writing.listPublished(
      Writer.ListPublishedRequest(siteID: 10), world.call())
    #expect(list.count == 1 && list.results.first?.imageID == content.images[0].id)
    let shown = try await world.writing.getPublished(request, world.call())
    #expect(shown.content?.images.count == 2)
    let file = try await world.writing.getPublishedImage(
      Writer.GetPublishedImageRequest(siteID: 10, imageID: content.images[0].id), world.call())
    #expect(file.body == Neighbours.picture && file.maxAgeSeconds == 86_400)
    let task = try await world.tasks.getTask(.init(id: content.taskID ?? 0), world.call())
    #expect(task.status == "completed")

    let off = try await world.contents.unpublish(.init(id: content.id), world.editor())
    #expect(off.status == "review" && off.publishedAt == nil && off.externalURL == nil)
    let moved = "SELECT count(*) FROM outbox WHERE kind = 'content.address_changed' AND "
    let place = "payload ->> 'url' = 'http://localhost/s/tea/green-tea/'"
    #expect(try await world.number(moved + place) == 1)
    #expect(try await world.number(moved + "payload ->> 'url' IS NULL") == 1)
    #expect(
      try await world.writing.listPublished(.init(siteID: 10), world.call()).count == 0)
    await #expect(throws: RPCError.self) {
      try await world.writing.getPublishedImage(
        Writer.GetPublishedImageRequest(siteID: 10, imageID: content.images[0].id), world.call())
    }
  }

  @Test("marking twice keeps the first time of publication")
  func markTwice() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    let request = Writer.MarkPublishedRequest(id: content.id, hosted: true)
    let first = try await world.writing.markPublished(request, world.call())
    world.time.advance(by: .seconds(60))
    let second = try await world.writing.markPublished(request, world.call())
    #expect(first.publishedAt == second.publishedAt)
    let told = "SELECT count(*) FROM outbox WHERE kind = 'content_published'"
    #expect(try await world.number(told) == 1)
  }

  @Test("what another destination shows stays published when the hosted site drops it")
  func elsewhere() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    _ = try await world.writing.markPublished(
      Writer.MarkPublishedRequest(
        id: content.id, externalID: "77", externalURL: "https://blog.example/77"), world.call())
    _ = try await world.writing.markPublished(
      Writer.MarkPublishedRequest(id: content.id, externalURL: "http://x/s/", hosted: true),
      world.call())
    let off = try await world.contents.unpublish(.init(id: content.id), world.editor())
    #expect(off.status == "published" && off.externalURL == "https://blog.example/77")
  }

  @Test("a publication has the pictures and the task's title")
  func publication() async throws {
    let world = try await WriterWorld.make()
    let content = try await world.article()
    let publication = try await world.writing.getPublication(.init(id: content.id), world.call())
    #expect(publication.taskTitle == "Green Tea" && publication.content == content)
  }
}
